"""The dashboard's pages: one file a page, calls into Streamlit and into catdog, nothing else."""
