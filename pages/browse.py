"""Look at the data: a random sample or all pictures page by page, how many there are, and what they have in common."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import streamlit as st

from catdog.datasets import Dataset
from catdog.datasets.selection import RANDOM, Selection, sample_grid, select_rows
from catdog.datasets.statistics import ImageStatistics
from catdog.errors import ImageError
from catdog.images.size import read_size
from pages.components import markdown, page, state
from pages.components.browse.charts import draw_counts, draw_statistics
from pages.components.browse.filters import GridSettings, draw_filters, say_what_the_address_got_wrong
from pages.components.browse.quality import draw_quality
from pages.components.image_dialog import open_image, show_image_from_query
from pages.components.statistics import get_image_reader, wait_for_statistics
from pages.components.thumbnails import TileCache, fit_jpeg, make_stretched_tile, to_data_url

LARGE, SMALL = (400, 300), (200, 150)  # pixels of a tile
FEW_COLUMNS = 5  # up to so many, tiles are so large that the 160 × 160 pixels of the models would look coarse
NARROWEST = 64  # pixels on the screen that the tile of a dense grid may have; of another 96
KEPT = 1000  # tiles, about 35 MB
COLOURS = ("orange", "blue")
# The button under a tile also takes the clicks on the picture above it, so that the picture opens with a click.
WHOLE_TILE_OPENS = """<style>
[class*="st-key-tile-"] { position: relative; }
[class*="st-key-tile-"] .stElementContainer, [class*="st-key-tile-"] .stButton,
[class*="st-key-tile-"] .stButton * { position: static; }
[class*="st-key-tile-"] .stButton button::after { content: ""; position: absolute; inset: 0; cursor: pointer; }
[class*="st-key-tile-"] img { aspect-ratio: 4 / 3; object-fit: contain; object-position: left bottom;
  border-radius: 0; }
</style>"""


def main() -> None:
    """Draw the page."""
    page.page_header(
        "Look at the data",
        "A computer learns what a cat is from examples, so the first step is to look at them yourself. "
        "Each picture comes with a label, and from its pixels alone the computer must find out which label "
        "it has.",
    )
    st.html(WHOLE_TILE_OPENS)
    dataset = state.dataset()
    say_what_the_address_got_wrong(dataset.catalog)
    wanted = draw_filters(dataset.catalog)
    facts = wait_for_statistics(dataset) if wanted.selection.needs_statistics else None
    # the number of the sample is no part of what fits, so every sample finds the same rows in the cache
    rows = _matching(_data(dataset), replace(wanted.selection, sample=0), dataset, facts)
    if len(rows) == 0:
        st.info("No picture is like that: choose another class, split or size.", icon=":material/search_off:")
    elif wanted.selection.order == RANDOM:
        _sample(dataset, rows, wanted)
    else:
        _page(dataset, rows, wanted)
    show_image_from_query(dataset)
    st.header("How many there are", anchor=False)
    draw_counts(dataset)
    draw_statistics(dataset)
    st.header("Health", anchor=False)
    draw_quality(dataset)


def _data(dataset: Dataset) -> tuple[str, int]:
    """Return what tells this data from any other, as a key of caches."""
    return dataset.catalog.fingerprint, len(dataset.catalog)


@st.cache_data(max_entries=20, show_spinner=False)
def _matching(
    data: tuple[str, int], selection: Selection, _dataset: Dataset, _facts: ImageStatistics | None
) -> np.ndarray:
    return select_rows(_dataset.catalog, selection, _facts)


def _sample(dataset: Dataset, rows: np.ndarray, wanted: GridSettings) -> None:
    """Show random pictures: those of the one class above those of the other."""
    catalog = dataset.catalog
    st.caption(f"A random sample of the {len(rows):,} pictures that fit.")
    for chosen in sample_grid(catalog, rows, wanted.selection, wanted.rows, wanted.columns):
        if len(chosen):
            label = int(catalog.labels[chosen[0]])
            name = markdown.escape(catalog.classes[label])
            st.markdown(f":{COLOURS[label]}-badge[:material/label: **{name}**]")
            _grid(dataset, chosen, wanted.columns, with_label=False)


def _page(dataset: Dataset, rows: np.ndarray, wanted: GridSettings) -> None:
    """Show one page of all pictures that fit, in their order."""
    many = wanted.rows * wanted.columns
    place = st.container()
    pages = -(-len(rows) // many)
    asked = state.read_number_param("page") or 1
    if "page" not in st.session_state and asked > pages:
        st.warning(f"There is no page {asked:,}, only {pages:,}: this is the first.", icon=":material/link_off:")
    number = st.pagination(pages, key="page", bind="query-params")
    first = (number - 1) * many
    chosen = rows[first : first + many]
    with place:
        st.caption(f"{first + 1:,} to {first + len(chosen):,} of the {len(rows):,} pictures that fit.")
        _grid(dataset, chosen, wanted.columns, with_label=True)


def _grid(dataset: Dataset, rows: np.ndarray, columns: int, with_label: bool) -> None:
    """Show these pictures with a button each that opens them."""
    dense = columns > FEW_COLUMNS
    catalog, fingerprint = dataset.catalog, dataset.catalog.fingerprint
    keys = [(fingerprint, str(catalog.root / catalog.paths[row]), int(row), dense) for row in rows]
    made = _tiles().get(keys, _maker(dataset))
    grid = st.grid(columns, min_column_width=NARROWEST if dense else 96, gap="xsmall" if dense else "small")
    for row, (shown, size) in zip(rows.tolist(), made, strict=True):
        with grid.cell(), st.container(key=f"tile-{row}", gap="xxsmall"):
            _picture(dataset, row, shown, size, dense, with_label)


def _picture(
    dataset: Dataset, row: int, shown: str | None, size: tuple[int, int] | str, dense: bool, with_label: bool
) -> None:
    """Show one picture with its file name and, where there is room, its size, its split and its label."""
    catalog = dataset.catalog
    name = catalog.paths[row].rsplit("/", 1)[-1]
    label = int(catalog.labels[row])
    if shown is None:
        st.caption(f":material/broken_image: {markdown.escape(size)}")
        return
    st.image(shown, width="stretch", alt=f"A picture labelled {catalog.classes[label]}, file {name}")
    st.button(
        markdown.escape(name),
        key=f"open-{row}",
        on_click=open_image,
        args=(catalog.paths[row],),
        type="tertiary",
        wrap=False,
    )
    coloured = f":{COLOURS[label]}[{markdown.escape(catalog.classes[label])}], " if with_label else ""
    if not dense:
        st.caption(f"{coloured}{size[0]} × {size[1]} pixels, {catalog.splits[row]}")
    elif with_label:
        st.caption(coloured.removesuffix(", "))


def _maker(dataset: Dataset) -> Callable[[tuple], tuple]:
    """Return what makes a tile for a key of _grid: its address and the picture's size, or None and what is wrong."""
    read = get_image_reader(dataset)

    def make(key: tuple[str, str, int, bool]) -> tuple[str | None, tuple[int, int] | str]:
        _, _, row, dense = key
        if dense:
            own = read_size(dataset.catalog.root / dataset.catalog.paths[row])
            if own is not None:
                return to_data_url(make_stretched_tile(read(slice(row, row + 1))[0], own, *SMALL)), own
        try:
            picture = dataset.image(row)
        except ImageError as error:
            return None, str(error)
        return to_data_url(fit_jpeg(picture, *(SMALL if dense else LARGE))), (picture.shape[1], picture.shape[0])

    return make


@st.cache_resource(show_spinner=False)
def _tiles() -> TileCache:
    return TileCache(KEPT)


main()
