"""The browser's Back and Forward, which lead to a page with what was set on it."""

from functools import cache
from pathlib import Path

import streamlit as st


def keep_history() -> None:
    """Keep the browser's history free of pages without their settings; it shows nothing."""
    st.components.v2.component("browser-history", js=_read_script())(key="browser-history")


@cache
def _read_script() -> str:
    return Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
