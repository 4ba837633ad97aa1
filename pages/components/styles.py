"""Rules of CSS for what Streamlit has no setting for."""

import streamlit as st

NO_ROOM = '[data-testid="stElementContainer"]:has(> .stHtml > [data-rules]) { position: absolute; }'


def apply_styles(rules: str) -> None:
    """Lay rules of CSS over the page as long as they are drawn; they take no room.

    The empty element keeps Streamlit from sending them where it sends toasts, of which a rerun would overwrite one.

    Args:
        rules: The rules, without anything in them that a user wrote.
    """
    st.html(f"<style>{NO_ROOM}{rules}</style><span data-rules></span>")
