"""The pages of the dashboard, one file each; app.py is the entry that Streamlit runs."""
