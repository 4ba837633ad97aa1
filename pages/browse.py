"""Look at the data: a random sample or all images page by page, their counts, statistics and quality."""

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
from pages.components.browse.filters import GridSettings, draw_filters, list_query_faults
from pages.components.browse.guess import describe_split, draw_guessing, is_guessing, list_guess_faults
from pages.components.browse.quality import draw_quality
from pages.components.image_dialog import open_image, show_image_from_query
from pages.components.statistics import wait_for_statistics
from pages.components.styles import apply_styles
from pages.components.thumbnails import TileCache, fit_jpeg, make_stretched_tile, to_data_url

LARGE, SMALL = (400, 300), (200, 150)  # pixels of a tile
FEW_COLUMNS = 5  # up to so many, tiles are so large that the 160 × 160 pixels of the models would look coarse
MIN_WIDTH, MIN_WIDTH_DENSE = 96, 64  # pixels of a tile on the screen
CACHED_TILES = 1000  # about 35 MB
# The button under a tile also takes the clicks on the image above it, so that the image opens with a click.
WHOLE_TILE_OPENS = """
[class*="st-key-tile-"] { position: relative; }
[class*="st-key-tile-"] .stElementContainer, [class*="st-key-tile-"] .stButton,
[class*="st-key-tile-"] .stButton * { position: static; }
[class*="st-key-tile-"] .stButton button::after { content: ""; position: absolute; inset: 0; cursor: pointer; }
[class*="st-key-tile-"] img { aspect-ratio: 4 / 3; object-fit: contain; object-position: left bottom;
  border-radius: 0; }
"""


def main() -> None:
    """Draw the page."""
    page.stop_unless_started()
    guessing = is_guessing()
    dataset = state.dataset()
    page.page_header(
        "Guess first" if guessing else "Look at the data",
        describe_split(dataset)
        if guessing
        else "A computer learns what a cat is from labelled photos, so look at them yourself first.",
    )
    page.warn_invalid_query_params(list_query_faults(dataset.catalog) + list_guess_faults(), "choice")
    if guessing:
        draw_guessing(dataset)
        return
    apply_styles(WHOLE_TILE_OPENS)
    grid = draw_filters(dataset.catalog)
    statistics = wait_for_statistics(dataset) if grid.selection.needs_statistics else None
    # the number of the sample decides nothing about what fits, so every sample finds the same rows in the cache
    key = (dataset.catalog.version, len(dataset.catalog))
    rows = _select_rows(key, replace(grid.selection, sample=0), dataset, statistics)
    if len(rows) == 0:
        st.info("No photo fits: choose another class, split or size.", icon=":material/search_off:")
    elif grid.selection.order == RANDOM:
        _draw_sample(dataset, rows, grid)
    else:
        _draw_page(dataset, rows, grid)
    show_image_from_query(dataset)
    st.header("How many there are", anchor=False)
    draw_counts(dataset)
    draw_statistics(dataset)
    st.header("Quality check", anchor=False)
    draw_quality(dataset)


@st.cache_data(max_entries=20, show_spinner=False)
def _select_rows(
    key: tuple[str, int], selection: Selection, _dataset: Dataset, _statistics: ImageStatistics | None
) -> np.ndarray:
    return select_rows(_dataset.catalog, selection, _statistics)


def _draw_sample(dataset: Dataset, rows: np.ndarray, grid: GridSettings) -> None:
    """Draw random images: those of class 0 above those of class 1."""
    catalog = dataset.catalog
    st.caption(f"A random sample of the {len(rows):,} photos that fit.")
    for chosen in sample_grid(catalog, rows, grid.selection, grid.rows, grid.columns):
        if len(chosen):
            label = int(catalog.labels[chosen[0]])
            name = markdown.escape(catalog.classes[label])
            with st.container(key=f"sample-{label}"):
                st.markdown(f":{page.CLASS_COLOURS[label]}-badge[:material/label: **{name}**]")
                _draw_grid(dataset, chosen, grid.columns, with_label=False)


def _draw_page(dataset: Dataset, rows: np.ndarray, grid: GridSettings) -> None:
    """Draw one page of all images that fit, in their order."""
    per_page = grid.rows * grid.columns
    spot = st.container()
    page_count = -(-len(rows) // per_page)
    page_param = state.read_number_param("page") or 1
    if "page" not in st.session_state and page_param > page_count:
        message = f"There is no page {page_param:,}, only {page_count:,}: this is the first."
        st.warning(message, icon=":material/link_off:")
    first = (st.pagination(page_count, key="page", bind="query-params") - 1) * per_page
    chosen = rows[first : first + per_page]
    with spot:
        st.caption(f"{first + 1:,} to {first + len(chosen):,} of the {len(rows):,} photos that fit.")
        _draw_grid(dataset, chosen, grid.columns, with_label=True)


def _draw_grid(dataset: Dataset, rows: np.ndarray, columns: int, with_label: bool) -> None:
    """Draw these images with a button each that opens them."""
    dense = columns > FEW_COLUMNS
    catalog, fingerprint = dataset.catalog, dataset.catalog.fingerprint
    keys = [(fingerprint, str(catalog.root / catalog.paths[row]), int(row), dense) for row in rows]
    tiles = _tile_cache().get(keys, _tile_maker(dataset))
    grid = st.grid(
        columns, min_column_width=MIN_WIDTH_DENSE if dense else MIN_WIDTH, gap="xsmall" if dense else "small"
    )
    for row, (url, size) in zip(rows.tolist(), tiles, strict=True):
        with grid.cell(), st.container(key=f"tile-{row}", gap="xxsmall"):
            _draw_image(dataset, row, url, size, dense, with_label)


def _draw_image(
    dataset: Dataset, row: int, url: str | None, size: tuple[int, int] | str, dense: bool, with_label: bool
) -> None:
    """Draw one image with its file name and, where there is room, its size, its split and its label."""
    catalog = dataset.catalog
    name = catalog.paths[row].rsplit("/", 1)[-1]
    label = int(catalog.labels[row])
    if url is None:
        st.caption(f":material/broken_image: {markdown.escape(size)}")
        return
    st.image(url, width="stretch", alt=f"A photo labelled {catalog.classes[label]}, file {name}")
    st.button(
        markdown.escape(name),
        key=f"open-{row}",
        on_click=open_image,
        args=(catalog.paths[row],),
        type="tertiary",
        wrap=False,
    )
    class_name = f":{page.CLASS_COLOURS[label]}[{markdown.escape(catalog.classes[label])}]"
    if not dense:
        prefix = f"{class_name}, " if with_label else ""
        st.caption(f"{prefix}{size[0]} × {size[1]} pixels, {catalog.splits[row]}")
    elif with_label:
        st.caption(class_name)


def _tile_maker(dataset: Dataset) -> Callable[[tuple], tuple]:
    """Return a function from a key of `_draw_grid` to (data URL, (width, height)), or to (None, what is wrong)."""

    def make(key: tuple[str, str, int, bool]) -> tuple[str | None, tuple[int, int] | str]:
        _, _, row, dense = key
        if dense:
            size = read_size(dataset.catalog.root / dataset.catalog.paths[row])
            if size is not None:
                return to_data_url(make_stretched_tile(dataset.pixels[row], size, *SMALL)), size
        try:
            image = dataset.image(row)
        except ImageError as error:
            return None, str(error)
        return to_data_url(fit_jpeg(image, *(SMALL if dense else LARGE))), (image.shape[1], image.shape[0])

    return make


@st.cache_resource(show_spinner=False)
def _tile_cache() -> TileCache:
    return TileCache(CACHED_TILES)


main()
