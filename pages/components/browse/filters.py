"""Which images the Browse page shows: its inputs, their query parameters, and what is wrong with those."""

import secrets
from dataclasses import dataclass

import streamlit as st

from catdog.datasets import SPLITS, Catalog
from catdog.datasets.selection import ORDERS, RANDOM, SIZES, Selection
from catdog.images.decode import MAX_SIDE
from pages.components import page
from pages.components.browse.guess import start_round

ALL, RANGE = "all", "range"
ROWS, COLUMNS = (2, 8), (3, 12)  # fewest and most
USUAL_COLUMNS = 5
LAST_SAMPLE = 999_999
LAST_PAGE = 100_000
RANGE_FROM, RANGE_TO = 1, 1000
ORDER_HELP = (
    "Random: a sample, drawn anew whenever you like. The other orders show every photo, page by page: by file name, by "
    "the number of its own pixels, or by brightness."
)
SPLIT_HELP = (
    "A model learns from the training photos. Its best epoch is chosen on the validation photos. The test photos, "
    "which it has never seen, give its final score."
)
SIZE_HELP = (
    f"By the longer side: up to {SIZES['small'][1]} pixels is small, from {SIZES['large'][0]} pixels on is large. The "
    "models get all of them at 160 × 160."
)
GUESS_HELP = "Say yourself what 20 photos show, labels hidden, and compare your accuracy with the models'."


@dataclass(frozen=True)
class GridSettings:
    """What the page shows.

    Attributes:
        selection: Which images, in which order.
        rows: Of the grid of images.
        columns: Of the grid of images.
    """

    selection: Selection
    rows: int
    columns: int


def draw_filters(catalog: Catalog) -> GridSettings:
    """Draw the inputs, most of them behind a button; return what they say."""
    both = _word_for_both(catalog)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="browse-filters"):
        class_name = _draw_choice("Class", [both, *catalog.classes], "class", label_visibility="collapsed")
        new_sample = st.container(width="content")
        with st.popover("Filters", icon=":material/tune:"):
            split = _draw_choice("Split", [ALL, *SPLITS], "split", help=SPLIT_HELP)
            size = _draw_choice("Size", [ALL, *SIZES, RANGE], "size", help=SIZE_HELP)
            sides = _draw_range() if size == RANGE else SIZES.get(size)
            order = st.selectbox(
                "Order", ORDERS, key="order", bind="query-params", on_change=_turn_to_first_page, help=ORDER_HELP
            )
            rows_cell, columns_cell, sample_cell = page.row(3, 90)
            with rows_cell:
                rows = _draw_number("Rows", *ROWS, ROWS[0], "rows", on_change=_turn_to_first_page)
            with columns_cell:
                columns = _draw_number("Columns", *COLUMNS, USUAL_COLUMNS, "columns", on_change=_turn_to_first_page)
            with sample_cell:
                sample = _draw_number(
                    "Sample",
                    0,
                    LAST_SAMPLE,
                    0,
                    "sample",
                    disabled=order != RANDOM,
                    help="The same number always shows the same photos.",
                )
            _draw_way_back(sample, disabled=order != RANDOM)
        st.button("Guess first", on_click=start_round, icon=":material/psychology_alt:", help=GUESS_HELP)
    new_sample.button(
        "New sample", on_click=_new_sample, type="primary", icon=":material/casino:", disabled=order != RANDOM
    )
    selection = Selection(
        label=catalog.classes.index(class_name) if class_name in catalog.classes else None,
        split=split if split in SPLITS else None,
        sides=sides,
        order=order,
        sample=sample,
    )
    return GridSettings(selection, rows, columns)


def list_query_faults(catalog: Catalog) -> list[str]:
    """Return a sentence for each query parameter that the inputs can't use; they pass those over."""
    params = st.query_params
    words = {
        "class": (_word_for_both(catalog), *catalog.classes),
        "split": (ALL, *SPLITS),
        "size": (ALL, *SIZES, RANGE),
        "order": ORDERS,
    }
    numbers = {
        "rows": ("number of rows", *ROWS),
        "columns": ("number of columns", *COLUMNS),
        "sample": ("sample", 0, LAST_SAMPLE),
        "page": ("page", 1, LAST_PAGE),
        "from": ("smallest size", 1, MAX_SIDE),
        "to": ("largest size", 1, MAX_SIDE),
    }
    faults = []
    for key, allowed in words.items():
        faults += page.describe_invalid_word(key, params.get(key, allowed[0]), allowed)
    for key, (name, smallest, largest) in numbers.items():
        faults += _describe_invalid_number(name, params.get(key, str(smallest)), smallest, largest)
    if "photo" in params and params["photo"] not in catalog.paths:
        faults.append(f"There is no photo {params['photo'][:80]!r} in this data.")
    return faults


def _word_for_both(catalog: Catalog) -> str:
    """Return the word for both classes; another one where a class is called so."""
    return "both" if "both" not in catalog.classes else "both of them"


def _draw_choice(label: str, options: list[str], key: str, **look: str) -> str:
    return st.segmented_control(
        label,
        options,
        default=options[0],
        required=True,
        key=key,
        bind="query-params",
        wrap=True,
        on_change=_turn_to_first_page,
        **look,
    )


def _draw_number(label: str, smallest: int, largest: int, value: int, key: str, **options: object) -> int:
    return st.number_input(label, smallest, largest, value, step=1, key=key, bind="query-params", **options)


def _draw_range() -> tuple[int, int]:
    smallest, largest = page.row(2, 110)
    with smallest:
        start = _draw_number("From (pixels)", 1, MAX_SIDE, RANGE_FROM, "from", on_change=_turn_to_first_page)
    with largest:
        return start, _draw_number("To (pixels)", 1, MAX_SIDE, RANGE_TO, "to", on_change=_turn_to_first_page)


def _draw_way_back(sample: int, disabled: bool) -> None:
    previous = _previous_sample(sample)
    st.button(
        "Back to the last sample",
        on_click=_set_sample,
        args=(previous,),
        icon=":material/undo:",
        disabled=disabled or previous is None,
    )


def _previous_sample(sample: int) -> int | None:
    """Note which sample is shown now; return the one shown before it, if any."""
    history = st.session_state.setdefault("samples", [])
    if sample in history[-2:-1]:
        history.pop()  # gone back: with the button, with the browser's own, or by entering the number
    elif sample not in history[-1:]:
        history.append(sample)
    del history[:-100]
    return history[-2] if len(history) > 1 else None


def _new_sample() -> None:
    _set_sample(secrets.randbelow(LAST_SAMPLE + 1))


def _set_sample(sample: int) -> None:
    st.session_state["sample"] = sample


def _turn_to_first_page() -> None:
    """Turn to the first page: with other filters, the number of the old page means other images."""
    st.session_state["page"] = 1


def _describe_invalid_number(name: str, text: str, smallest: int, largest: int) -> list[str]:
    fits = text.isascii() and text.isdigit() and len(text) <= len(str(largest)) and smallest <= int(text) <= largest
    must_be = f"must be a whole number from {smallest:,} to {largest:,}"
    return [] if fits else [f"The {name} is {text[:40]!r}, but {must_be}."]
