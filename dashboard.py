"""The server of the dashboard: `python dashboard.py` or `streamlit run dashboard.py`, with Streamlit's options."""

import streamlit as st
from starlette.middleware import Middleware

from catdog.runs.cleanup import clean_home
from catdog.runs.first_model import start_first_model
from catdog.utils.temporary import use_own_folder
from pages.components.gate import Gate
from pages.components.person import BrowserCookie
from pages.components.serving import check_serving, preload_packages
from pages.components.start import serve
from pages.components.thumbnail_route import thumbnail_route
from pages.components.uploads import UploadLimiter

if __name__ == "__main__":
    serve(__file__)  # which imports this file again, once the server listens
start = check_serving()
clean_home(start.settings)
use_own_folder(start.settings.temporary)
preload_packages()
start_first_model(start.settings)
app = st.App(
    "pages/app.py",
    routes=[thumbnail_route()],
    middleware=[
        Middleware(Gate, start),
        Middleware(BrowserCookie),
        Middleware(UploadLimiter, start.settings.limits.upload),
    ],
)
