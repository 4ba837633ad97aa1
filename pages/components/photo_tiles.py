"""Images of a dataset as a grid of small tiles, each with a line below it; a click opens one large."""

from collections.abc import Callable, Sequence

import streamlit as st

from catdog.datasets import Catalog, Dataset
from pages.components import markdown, page
from pages.components.image_dialog import open_image
from pages.components.styles import apply_styles
from pages.components.thumbnails import TileCache, make_tile

CACHED = 2000  # tiles, about 15 MB
WIDTH, HEIGHT = 200, 150  # pixels of a tile
# The button under a tile also takes the clicks on the image above it, so that the image opens with a click.
WHOLE_TILE_OPENS = """
[class*="st-key-photo-tile-"] { position: relative; }
[class*="st-key-photo-tile-"] .stElementContainer, [class*="st-key-photo-tile-"] .stButton,
[class*="st-key-photo-tile-"] .stButton * { position: static; }
[class*="st-key-photo-tile-"] .stButton button::after { content: ""; position: absolute; inset: 0; cursor: pointer; }
[class*="st-key-photo-tile-"] .stButton button { min-height: 1.2rem; padding: 0; }
[class*="st-key-photo-tile-"] p { font-size: 0.8rem; }
"""


def draw_tiles(
    dataset: Dataset,
    rows: Sequence[int],
    lines: Sequence[str],
    name: str,
    *,
    columns: int = 4,
    width: int = 84,
    on_open: Callable[[str], None] | None = open_image,
) -> None:
    """Draw images as tiles.

    Args:
        dataset: The images.
        rows: Which of them.
        lines: What stands below each, as Markdown of one line.
        name: Tells the grid from others of the page.
        columns: At most.
        width: Of a tile on the screen, in pixels, at least.
        on_open: What a click does with the image's path; None for tiles that can't be opened.
    """
    catalog = dataset.catalog
    keys = [(catalog.fingerprint, len(catalog), int(row)) for row in rows]
    tiles = _tile_cache().get(keys, lambda key: make_tile(dataset.pixels[key[2]], WIDTH, HEIGHT, crop=True))
    if on_open is not None:
        apply_styles(WHOLE_TILE_OPENS)
    grid = st.grid(columns, min_column_width=width, gap="xsmall")
    for (*_, row), tile, line in zip(keys, tiles, lines, strict=True):
        with grid.cell(), st.container(key=f"photo-tile-{name}-{row}", gap=None):
            st.image(tile, width="stretch", alt=f"The photo {catalog.paths[row]}, labelled {_class_of(catalog, row)}")
            if on_open is None:
                st.markdown(f":small[{line}]")
            else:
                st.button(
                    line, key=f"{name}-{row}", on_click=on_open, args=(catalog.paths[row],), type="tertiary", wrap=False
                )


def describe_label(catalog: Catalog, row: int) -> str:
    """Return an image's label in the colour of its class, as Markdown."""
    return f":{page.CLASS_COLOURS[int(catalog.labels[row])]}[{markdown.escape(_class_of(catalog, row))}]"


def _class_of(catalog: Catalog, row: int) -> str:
    return catalog.classes[int(catalog.labels[row])]


@st.cache_resource(show_spinner=False)
def _tile_cache() -> TileCache:
    return TileCache(CACHED)
