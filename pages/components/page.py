"""What every page is framed by: its head, errors in a box, rows of cells."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import streamlit as st

from catdog.errors import CatDogError
from pages.components import markdown, state


@contextmanager
def show_errors() -> Iterator[None]:
    """Turn an error that a user can cause into a box with its sentence; the rest of the block is left out."""
    try:
        yield
    except CatDogError as error:
        st.error(markdown.escape(str(error)), icon=":material/error:")


def page_header(title: str, two_sentences: str) -> None:
    """Write the head of a page: its title, the two sentences that teach its idea, and the data in use."""
    st.title(title, anchor=False)
    st.markdown(two_sentences)
    with suppress(CatDogError):  # a page that needs the data says itself what is wrong with it
        st.caption(f":material/database: Data in use: **{markdown.escape(state.catalog().title)}**")


def row(number: int, width: int) -> list:
    """Return that many cells side by side, each at least `width` pixels wide; they wrap on a narrow screen."""
    grid = st.grid(number, min_column_width=width)
    return [grid.cell() for _ in range(number)]
