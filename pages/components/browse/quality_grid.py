"""Images that a quality check found, in pairs or alone, each with a switch that excludes it from training."""

import streamlit as st

from catdog.datasets import Dataset
from catdog.datasets.exclusions import exclude_images, include_images
from catdog.datasets.ownership import owned_exclusions, owned_source
from catdog.errors import CatDogError, ImageError
from pages.components import access, markdown, page, state
from pages.components.shown import identify, require_shown
from pages.components.thumbnails import make_tile

PAIRS_PER_PAGE, IMAGES_PER_PAGE = 6, 12
PAGE = "finding-page"


def turn_to_first_page() -> None:
    """Turn to the first page of the findings."""
    st.session_state[PAGE] = 1


def show_pairs(dataset: Dataset, pairs: list[tuple[str, str, str]], excluded: frozenset[str]) -> None:
    """Draw pairs of images side by side, page by page.

    Args:
        dataset: The data that the images are of.
        pairs: For each pair the two paths and how alike they are.
        excluded: The paths that are excluded from training now.
    """
    first = _draw_pagination(len(pairs), PAIRS_PER_PAGE)
    reason = _reason_denied(dataset)
    grid = st.grid(2, min_column_width=300)
    labels = dict(zip(dataset.catalog.paths, dataset.catalog.labels.tolist(), strict=True))
    for place, (path_a, path_b, words) in enumerate(pairs[first : first + PAIRS_PER_PAGE], start=first):
        with grid.cell(), st.container(border=True):
            conflict = " · **two labels for one image**" if labels[path_a] != labels[path_b] else ""
            st.markdown(f"{words[:1].upper()}{words[1:]}{conflict}")
            sides = st.grid(2, min_column_width=120)
            for side, path in enumerate((path_a, path_b)):
                with sides.cell():
                    _draw_image(dataset, path, "", f"{place}-{side}", excluded, reason)


def show_images(dataset: Dataset, images: list[tuple[str, str]], excluded: frozenset[str]) -> None:
    """Draw images page by page.

    Args:
        dataset: The data that the images are of.
        images: The path of each and the words below it.
        excluded: The paths that are excluded from training now.
    """
    first = _draw_pagination(len(images), IMAGES_PER_PAGE)
    reason = _reason_denied(dataset)
    grid = st.grid(6, min_column_width=140)
    for place, (path, words) in enumerate(images[first : first + IMAGES_PER_PAGE], start=first):
        with grid.cell():
            _draw_image(dataset, path, words, str(place), excluded, reason)


def _draw_pagination(total: int, per_page: int) -> int:
    """Draw the choice of a page where there are several; return the index of the first item on it."""
    page_count = max(1, -(-total // per_page))
    if page_count == 1:
        return 0
    if not 1 <= st.session_state.get(PAGE, 1) <= page_count:
        st.session_state[PAGE] = 1
    return (st.pagination(page_count, key=PAGE, bind="query-params") - 1) * per_page


def _reason_denied(dataset: Dataset) -> str:
    return access.reason_denied(owned_source(state.settings(), dataset.catalog.source))


def _draw_image(dataset: Dataset, path: str, words: str, place: str, excluded: frozenset[str], reason: str) -> None:
    """Draw one image with its name, label, split and the switch; `place` tells two of the same path apart."""
    catalog = dataset.catalog
    row = catalog.paths.index(path)
    label = int(catalog.labels[row])
    try:
        alt = f"The image {path}, labelled {catalog.classes[label]}"
        st.image(_make_tile(str(catalog.root / path), catalog.fingerprint, dataset, row), width="stretch", alt=alt)
    except ImageError as error:
        st.caption(f":material/broken_image: {markdown.escape(str(error))}")
    colour, name = page.CLASS_COLOURS[label], markdown.escape(catalog.classes[label])
    last_line = f"  \n{markdown.escape(words)}" if words else ""
    st.caption(f"{markdown.escape(path)}  \n:{colour}[{name}], {catalog.splits[row]}{last_line}")
    key = f"exclude-{place}-{path}"
    st.session_state[key] = path in excluded  # the same image may be there twice, or excluded elsewhere
    st.toggle(
        "Exclude",
        key=key,
        on_change=_change_exclusion,
        args=(dataset, path, key),
        disabled=bool(reason),
        help=markdown.escape(reason) or None,
    )


def _change_exclusion(dataset: Dataset, path: str, key: str) -> None:
    change = exclude_images if st.session_state[key] else include_images
    try:
        access.require_member(owned_exclusions(state.settings(), dataset.catalog))
        require_shown(identify(dataset.catalog))
        change(state.settings(), dataset.catalog, [path])
    except CatDogError as error:
        st.toast(markdown.escape(str(error)), icon=":material/error:")


@st.cache_data(max_entries=200, show_spinner=False)
def _make_tile(path: str, fingerprint: str, _dataset: Dataset, row: int) -> bytes:
    return make_tile(_dataset.image(row), 320, 240)
