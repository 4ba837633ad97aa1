"""The links from the pages' texts to the glossary: one for the first use of each word on a page."""

import re

import streamlit as st

from catdog.lessons.glossary import link_terms

ADDRESS = "./glossary?term="  # beside the other pages, whatever address the dashboard has; it opens in a new tab
_LINKED = "linked-terms"  # the session's key of {word that this run of the page has linked: in which text}


def forget_links() -> None:
    """Begin a page anew: no word of it is linked yet."""
    st.session_state[_LINKED] = {}


def with_links(text: str) -> str:
    """Return a text, as Markdown, in which each word of the glossary that is new on this page is a link to it.

    A part of a page that runs again by itself keeps its links, though the numbers in its text change.
    """
    linked = st.session_state.setdefault(_LINKED, {})
    place = re.sub(r"\d[\d.,]*", "", text)
    text, slugs = link_terms(text, ADDRESS, [slug for slug, other in linked.items() if other != place])
    linked.update(dict.fromkeys(slugs, place))
    return text
