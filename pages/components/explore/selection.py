"""Which images are selected on the map: with the mouse, by a choice, or one photo alone."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from catdog.datasets import SPLITS, Catalog
from catdog.datasets.exclusions import EXCLUDED
from pages.components import page
from pages.components.explore.chart import forget_marks
from pages.components.explore.own_photos import forget_own

NOTHING, WRONG, DOUBTFUL = "nothing", "wrong answers", "doubtful labels"
MOST_DOUBTFUL = 48
ROWS, PHOTO = "explore-rows", "near"  # the session's key of what the mouse selected; the address's of one photo
PICK = "pick"
OWN = "near"  # the purpose of a photo of one's own whose neighbours are shown


@dataclass(frozen=True, eq=False)
class Selection:
    """Selected images.

    Attributes:
        rows: Their rows, int64 (K,).
        words: What they are, as plain text.
        by_mouse: Whether the chart itself shows them as selected.
    """

    rows: np.ndarray
    words: str
    by_mouse: bool = False


def list_picks(catalog: Catalog, with_answers: bool) -> list[str]:
    """Return what can be selected without a mouse."""
    of_classes = [f"all {name}" for name in catalog.classes]
    of_splits = [f"all {split} photos" for split in SPLITS]
    return [NOTHING, *of_classes, *of_splits, *[WRONG] * with_answers, DOUBTFUL]


def list_faults(catalog: Catalog, with_answers: bool) -> list[str]:
    """Return a sentence for each query parameter of the selection that can't be used."""
    params = st.query_params
    faults = page.describe_invalid_word("selection", params.get(PICK, NOTHING), list_picks(catalog, with_answers))
    if PHOTO in params and params[PHOTO] not in catalog.paths:
        faults.append(f"There is no photo {params[PHOTO][:80]!r} in this data.")
    return faults


def draw_pick(catalog: Catalog, with_answers: bool) -> str:
    """Draw the choice of what is selected; return it."""
    return st.selectbox(
        "Select",
        list_picks(catalog, with_answers),
        key=PICK,
        bind="query-params",
        on_change=clear_others,
        width=170,
    )


def find_selection(
    catalog: Catalog, pick: str, answers: np.ndarray | None, doubts: np.ndarray | None, drawn: str = ""
) -> Selection | None:
    """Return what is selected, the mouse's selection before the choice's; None for nothing.

    Args:
        catalog: The images.
        pick: One of `list_picks`.
        answers: The probability of class 1 by a run, float32 (N,), nan where it is not known; or None.
        doubts: How doubtful each label is, float32 (N,), nan where that is not known; or None.
        drawn: How the map is drawn, as for `take_rows`.
    """
    fingerprint, rows, marked_on = st.session_state.get(ROWS, ("", None, ""))
    if fingerprint == catalog.fingerprint and len(rows) and rows[-1] < len(catalog):
        return Selection(rows, "selected on the map", by_mouse=marked_on == drawn)
    if pick == WRONG and answers is not None:
        wrong = ~np.isnan(answers) & ((answers > 0.5) != (catalog.labels == 1))
        return Selection(np.flatnonzero(wrong), "answered wrong")
    if pick == DOUBTFUL and doubts is not None:
        order = np.argsort(-np.nan_to_num(doubts), kind="stable")[:MOST_DOUBTFUL]
        return Selection(order[np.nan_to_num(doubts[order]) > 0.5], "with a doubtful label, the most doubtful first")
    for label, name in enumerate(catalog.classes):
        if pick == f"all {name}":
            return Selection(catalog.indices(label=label), f"labelled {name}")
    for split in SPLITS:
        if pick == f"all {split} photos":
            return Selection(catalog.indices(split), f"of the {split} split")
    return None


def find_photo(catalog: Catalog) -> int | None:
    """Return the row of the one photo whose neighbours are shown, or None."""
    path = st.query_params.get(PHOTO)
    return catalog.paths.index(path) if path in catalog.paths else None


def take_rows(catalog: Catalog, rows: np.ndarray, drawn: str = "") -> None:
    """Select what the mouse has marked: several images, or one, whose neighbours are shown then.

    Args:
        catalog: The images.
        rows: Those that are marked, int64 (K,), ascending.
        drawn: How the map is drawn; drawn in another way, the browser no longer shows what was marked.
    """
    leave_photo()
    st.session_state[PICK] = NOTHING
    st.session_state.pop(ROWS, None)
    if len(rows) == 1:
        st.query_params[PHOTO] = catalog.paths[rows[0]]
    elif len(rows):
        st.session_state[ROWS] = (catalog.fingerprint, rows, drawn)


def show_photo(path: str) -> None:
    """Show an image and its neighbours beside the map."""
    forget_own(OWN)
    st.query_params[PHOTO] = path


def leave_photo() -> None:
    """Go back from one image, of the data or one's own, to the selection."""
    forget_own(OWN)
    st.query_params.pop(PHOTO, None)


def clear_others() -> None:
    """Forget what the mouse has selected, since something else was chosen."""
    if st.session_state.pop(ROWS, None) is not None:
        forget_marks()
    leave_photo()


def clear() -> None:
    """Select nothing."""
    clear_others()
    st.session_state[PICK] = NOTHING


def count_words(catalog: Catalog, rows: np.ndarray) -> str:
    """Return how many images of which class and split these are, in words."""
    labels, splits = catalog.labels[rows], catalog.splits[rows]
    by_class = [f"{int((labels == label).sum()):,} {name}" for label, name in enumerate(catalog.classes)]
    by_split = [f"{count:,} {split}" for split in (*SPLITS, EXCLUDED) if (count := int((splits == split).sum()))]
    return f"{', '.join(by_class)} · {', '.join(by_split)}"
