"""The server of the dashboard: `streamlit run dashboard.py`."""

import streamlit as st
from starlette.middleware import Middleware

from catdog.runs.cleanup import clean_home
from catdog.utils.temporary import use_own_folder
from pages.components.serving import check_serving, preload_packages
from pages.components.uploads import UploadLimiter

settings = check_serving()
clean_home(settings)
use_own_folder(settings.temporary)
preload_packages()
app = st.App("pages/app.py", middleware=[Middleware(UploadLimiter, settings.limits.upload)])
