"""The links from the pages' texts to the glossary: one for the first use of each word on a page."""

import streamlit as st

from catdog.lessons.glossary import link_terms

ADDRESS = "./glossary?term="  # beside the other pages, whatever address the dashboard has; it opens in a new tab
_LINKED = "linked-terms"  # the session's key of the words that this run of the page has linked


def forget_links() -> None:
    """Begin a page anew: no word of it is linked yet."""
    st.session_state[_LINKED] = frozenset()


def with_links(text: str) -> str:
    """Return a text, as Markdown, in which each word of the glossary that is new on this page is a link to it."""
    seen = st.session_state.get(_LINKED, frozenset())
    text, linked = link_terms(text, ADDRESS, seen)
    st.session_state[_LINKED] = seen | linked
    return text
