"""The pages of the dashboard: one file a page, calls into Streamlit and into catdog, nothing else.

The folder is not called "pages": beside an entry file Streamlit takes one of that name for its older multipage
scheme, and serves each file in it as a page of its own until somebody opens the root address.
"""
