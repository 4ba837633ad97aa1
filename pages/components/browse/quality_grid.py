"""Pictures that a check-up found, in pairs or one by one, each with a switch that excludes it from training."""

import streamlit as st

from catdog.datasets import Dataset
from catdog.datasets.exclusions import exclude_images, include_images
from catdog.errors import CatDogError, ImageError
from pages.components import access, markdown, state
from pages.components.thumbnails import make_tile

PAIRS_A_PAGE, PHOTOS_A_PAGE = 6, 12
PAGE = "finding-page"
COLOURS = ("orange", "blue")


def turn_to_first_page() -> None:
    """Turn to the first page of what is shown."""
    st.session_state[PAGE] = 1


def show_pairs(dataset: Dataset, pairs: list[tuple[str, str, str]], left_out: frozenset[str]) -> None:
    """Show pairs side by side, page by page: (one path, other path, how alike they are)."""
    first = _page(len(pairs), PAIRS_A_PAGE)
    grid = st.grid(2, min_column_width=300)
    labels = dict(zip(dataset.catalog.paths, dataset.catalog.labels.tolist(), strict=True))
    for place, (one, other, words) in enumerate(pairs[first : first + PAIRS_A_PAGE], start=first):
        with grid.cell(), st.container(border=True):
            contrary = " · **two labels for one picture**" if labels[one] != labels[other] else ""
            st.markdown(f"{words[:1].upper()}{words[1:]}{contrary}")
            both = st.grid(2, min_column_width=120)
            for side, path in enumerate((one, other)):
                with both.cell():
                    _photo(dataset, path, "", f"{place}-{side}", left_out)


def show_images(dataset: Dataset, photos: list[tuple[str, str]], left_out: frozenset[str]) -> None:
    """Show pictures page by page: (path, what to say of it)."""
    first = _page(len(photos), PHOTOS_A_PAGE)
    grid = st.grid(6, min_column_width=140)
    for place, (path, words) in enumerate(photos[first : first + PHOTOS_A_PAGE], start=first):
        with grid.cell():
            _photo(dataset, path, words, str(place), left_out)


def _page(number: int, many: int) -> int:
    """Draw the choice of a page where there are several, and return the place of the first on it."""
    pages = max(1, -(-number // many))
    if pages == 1:
        return 0
    if not 1 <= st.session_state.get(PAGE, 1) <= pages:
        st.session_state[PAGE] = 1
    return (st.pagination(pages, key=PAGE, bind="query-params") - 1) * many


def _photo(dataset: Dataset, path: str, words: str, place: str, left_out: frozenset[str]) -> None:
    """Show one picture with its name, label, split and the switch."""
    catalog = dataset.catalog
    row = catalog.paths.index(path)
    label = int(catalog.labels[row])
    try:
        alt = f"The picture {path}, labelled {catalog.classes[label]}"
        st.image(_tile(str(catalog.root / path), catalog.fingerprint, dataset, row), width="stretch", alt=alt)
    except ImageError as error:
        st.caption(f":material/broken_image: {markdown.escape(str(error))}")
    colour, name = COLOURS[label], markdown.escape(catalog.classes[label])
    said = f"  \n{markdown.escape(words)}" if words else ""
    st.caption(f"{markdown.escape(path)}  \n:{colour}[{name}], {catalog.splits[row]}{said}")
    key = f"exclude-{place}-{path}"
    st.session_state[key] = path in left_out  # the same picture may be there twice, or excluded elsewhere
    why = access.reason_denied()
    st.toggle(
        "Exclude",
        key=key,
        on_change=_toggle,
        args=(dataset, path, key),
        disabled=bool(why),
        help=markdown.escape(why) or None,
    )


def _toggle(dataset: Dataset, path: str, key: str) -> None:
    change = exclude_images if st.session_state[key] else include_images
    try:
        access.require()
        change(state.settings(), dataset.catalog, [path])
    except CatDogError as error:
        st.toast(markdown.escape(str(error)), icon=":material/error:")


@st.cache_data(max_entries=200, show_spinner=False)
def _tile(path: str, fingerprint: str, _dataset: Dataset, row: int) -> bytes:
    return make_tile(_dataset.image(row), 320, 240)
