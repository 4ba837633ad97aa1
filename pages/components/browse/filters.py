"""Which pictures the Browse page shows: its inputs, their place in the address bar, and what that got wrong."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass

import streamlit as st

from catdog.datasets import SPLITS, Catalog
from catdog.datasets.selection import ORDERS, RANDOM, SIZES, Selection
from catdog.images.decode import MAX_SIDE
from pages.components import markdown

ALL, RANGE = "all", "range"
ROWS, COLUMNS = (2, 8), (3, 12)  # fewest and most
LAST_SAMPLE = 999_999
LAST_PAGE = 100_000
RANGE_FROM, RANGE_TO = 1, 1000
ORDER_HELP = (
    "random: a sample, drawn anew whenever you like. All others: every picture, page by page, by the name of its file, "
    "by how many pixels it has of its own, or by how bright it is."
)
SPLIT_HELP = (
    "A model learns from the training pictures. Its best epoch is chosen on the validation pictures. The test "
    "pictures, which it has never seen, give its final score."
)
SIZE_HELP = (
    f"By the longer side: up to {SIZES['small'][1]} pixels is small, from {SIZES['large'][0]} pixels on is large. The "
    "models get all of them at 160 × 160."
)


@dataclass(frozen=True)
class GridSettings:
    """What the page is to show: pictures, and a grid of rows × columns for them."""

    selection: Selection
    rows: int
    columns: int


def draw_filters(catalog: Catalog) -> GridSettings:
    """Draw the inputs; return what they say."""
    both = _both(catalog)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        wanted_class = _choice("Class", [both, *catalog.classes], "class")
        wanted_split = _choice("Split", [ALL, *SPLITS], "split", SPLIT_HELP)
        size = _choice("Size", [ALL, *SIZES, RANGE], "size", SIZE_HELP)
        sides = _range() if size == RANGE else SIZES.get(size)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        order = st.selectbox(
            "Order",
            ORDERS,
            key="order",
            bind="query-params",
            on_change=_first_page,
            width=130,
            help=ORDER_HELP,
        )
        rows = _number("Rows", *ROWS, ROWS[0], "rows", 90, on_change=_first_page)
        columns = _number("Columns", *COLUMNS, COLUMNS[0], "columns", 90, on_change=_first_page)
        sample = _sample(disabled=order != RANDOM)
    selection = Selection(
        label=catalog.classes.index(wanted_class) if wanted_class in catalog.classes else None,
        split=wanted_split if wanted_split in SPLITS else None,
        sides=sides,
        order=order,
        sample=sample,
    )
    return GridSettings(selection, rows, columns)


def say_what_the_address_got_wrong(catalog: Catalog) -> None:
    """Show one sentence for each value in the address that can't be used; the widgets pass those values over."""
    asked = st.query_params
    words = {
        "class": ("class", (_both(catalog), *catalog.classes)),
        "split": ("split", (ALL, *SPLITS)),
        "size": ("size", (ALL, *SIZES, RANGE)),
        "order": ("order", ORDERS),
    }
    numbers = {
        "rows": ("number of rows", *ROWS),
        "columns": ("number of columns", *COLUMNS),
        "sample": ("sample", 0, LAST_SAMPLE),
        "page": ("page", 1, LAST_PAGE),
        "from": ("smallest size", 1, MAX_SIDE),
        "to": ("largest size", 1, MAX_SIDE),
    }
    wrong = [_wrong_word(what, asked[key], allowed) for key, (what, allowed) in words.items() if key in asked]
    wrong += [_wrong_number(what, asked[key], *ends) for key, (what, *ends) in numbers.items() if key in asked]
    if "photo" in asked and asked["photo"] not in catalog.paths:
        wrong.append(f"There is no picture {asked['photo'][:80]!r} in this data.")
    if any(wrong):
        said = "  \n".join([*(markdown.escape(one) for one in wrong if one), "The page shows its own choice instead."])
        st.warning(said, icon=":material/link_off:")


def _both(catalog: Catalog) -> str:
    """Return the word for both classes; another one where a class is called so."""
    return "both" if "both" not in catalog.classes else "both of them"


def _choice(label: str, options: list[str], key: str, about: str | None = None) -> str:
    return st.segmented_control(
        label,
        options,
        default=options[0],
        required=True,
        key=key,
        bind="query-params",
        help=about,
        wrap=True,
        on_change=_first_page,
    )


def _number(label: str, least: int, most: int, value: int, key: str, width: int, **options: object) -> int:
    return st.number_input(label, least, most, value, step=1, key=key, bind="query-params", width=width, **options)


def _range() -> tuple[int, int]:
    return (
        _number("From (pixels)", 1, MAX_SIDE, RANGE_FROM, "from", 130, on_change=_first_page),
        _number("To (pixels)", 1, MAX_SIDE, RANGE_TO, "to", 130, on_change=_first_page),
    )


def _sample(disabled: bool) -> int:
    """Draw the number of the sample, the button for a new one, and the one that goes back; return the number."""
    sample = _number(
        "Sample",
        0,
        LAST_SAMPLE,
        0,
        "sample",
        130,
        disabled=disabled,
        help="The number that the pictures are drawn by: the same number always shows the same pictures.",
    )
    before = _samples_before(sample)
    st.button("New sample", on_click=_new_sample, type="primary", icon=":material/casino:", disabled=disabled)
    st.button(
        "Back to the last one",
        on_click=_set_sample,
        args=(before,),
        icon=":material/undo:",
        disabled=disabled or before is None,
    )
    return sample


def _samples_before(sample: int) -> int | None:
    """Note which sample is shown now; return the one before it, however somebody has come here, or None."""
    seen = st.session_state.setdefault("samples", [])
    if sample in seen[-2:-1]:
        seen.pop()  # gone back: with the button, with the browser's own, or by entering the number
    elif sample not in seen[-1:]:
        seen.append(sample)
    del seen[:-100]
    return seen[-2] if len(seen) > 1 else None


def _new_sample() -> None:
    _set_sample(secrets.randbelow(LAST_SAMPLE + 1))


def _set_sample(number: int) -> None:
    st.session_state["sample"] = number


def _first_page() -> None:
    """Go back to the first page: with another choice the number of the old one means other pictures."""
    st.session_state["page"] = 1


def _wrong_word(what: str, word: str, allowed: Collection[str]) -> str:
    return "" if word in allowed else f"The {what} is {word[:40]!r}, but must be one of {', '.join(allowed)}."


def _wrong_number(what: str, text: str, least: int, most: int) -> str:
    fits = text.isascii() and text.isdigit() and len(text) <= len(str(most)) and least <= int(text) <= most
    return "" if fits else f"The {what} is {text[:40]!r}, but must be a whole number from {least:,} to {most:,}."
