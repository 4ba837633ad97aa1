"""A photo as an answer: the one that was opened last on another page, or any by its file name."""

import streamlit as st

from catdog.datasets import Dataset
from catdog.errors import ImageError
from pages.components import markdown
from pages.components.image_dialog import LAST_OPENED
from pages.components.thumbnails import make_tile

WIDTH, HEIGHT = 240, 180  # pixels


def draw_photo_input(dataset: Dataset, key: str) -> str | None:
    """Draw the choice of a photo and show it.

    Args:
        dataset: The data in use.
        key: Of the field.

    Returns:
        The photo's path, as in the catalog, or None before one is chosen.
    """
    paths = dataset.catalog.paths
    opened = st.session_state.get(LAST_OPENED)
    if opened in paths and st.session_state.get(f"{key}-opened") != opened:
        st.session_state[key] = st.session_state[f"{key}-opened"] = opened  # once: another choice stays
    path = st.selectbox(
        "Your photo",
        paths,
        index=None,
        key=key,
        format_func=lambda name: name.rsplit("/", 1)[-1],
        placeholder="Open a photo on Evaluate, or type its file name",
        width=420,
    )
    if path in paths:
        try:
            tile = make_tile(dataset.image(paths.index(path)), WIDTH, HEIGHT, crop=True)
            st.image(tile, width=WIDTH, alt=f"The photo {path}")
        except ImageError as error:
            st.caption(f":material/broken_image: {markdown.escape(str(error))}")
    return path
