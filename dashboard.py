"""The server of the dashboard: streamlit run dashboard.py"""

import streamlit as st
from starlette.middleware import Middleware

from pages.components.serving import check_serving, load_what_pages_share
from pages.components.uploads import CountUploads

settings = check_serving()
load_what_pages_share()
app = st.App("pages/app.py", middleware=[Middleware(CountUploads, settings.limits.upload)])
