"""The photos that the view "Teach" teaches with: drawn at random, selected on the map, or one's own."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from catdog.datasets import TRAINING, Catalog
from catdog.features.teaching import COUNTS, draw_sample
from pages.components import page, state
from pages.components.explore.own_photos import OwnPhoto, draw_field, list_own

ALL, USUAL, SEED, ROWS, OWN = "all", "10", "draw", "taught-rows", "teach"


@dataclass(frozen=True, eq=False)
class Lesson:
    """What the head is taught with.

    Attributes:
        rows: Rows of the training photos, int64 (K,).
        own: Photos of one's own, each with a class.
    """

    rows: np.ndarray
    own: list[OwnPhoto]

    def __len__(self) -> int:
        """Return the number of photos."""
        return len(self.rows) + len(self.own)


def list_faults(catalog: Catalog) -> list[str]:
    """Return a sentence for each query parameter of this view that can't be used."""
    faults = page.describe_invalid_word("number", st.query_params.get("each", USUAL), _list_counts(catalog))
    if SEED in st.query_params and state.read_number_param(SEED) is None:
        faults.append(f"The draw is {st.query_params[SEED][:40]!r}, but must be a whole number from 0 to 999,999.")
    return faults


def _list_counts(catalog: Catalog) -> list[str]:
    fewest = min(len(catalog.indices(TRAINING, label)) for label in (0, 1))
    return [*[str(count) for count in COUNTS if count < fewest], ALL]


def draw_lesson(catalog: Catalog) -> Lesson:
    """Draw the choice of the photos to teach with; return it."""
    counts = _list_counts(catalog)
    each = st.segmented_control(
        "Photos a class",
        counts,
        default=USUAL if USUAL in counts else ALL,
        required=True,
        key="each",
        bind="query-params",
        on_change=forget_rows,
        wrap=True,
    )
    fingerprint, rows = st.session_state.get(ROWS, ("", None))
    by_mouse = fingerprint == catalog.fingerprint
    if by_mouse:
        st.button("Back to random photos", on_click=forget_rows, icon=":material/casino:")
    else:
        st.button(
            "Draw others",
            on_click=state.randomize_param,
            args=(SEED,),
            icon=":material/casino:",
            disabled=each == ALL,
            help="Teach with other photos, chosen at random from the training set.",
        )
    with st.popover("Add your own", icon=":material/add_photo_alternate:"):
        given = st.segmented_control("They show", catalog.classes, default=catalog.classes[0], required=True)
        draw_field("Drop photos here", OWN, catalog.classes.index(given), several=True)
    if by_mouse:
        rows = rows[rows < len(catalog)]
        return Lesson(rows[catalog.splits[rows] == TRAINING], list_own(OWN))
    training = catalog.indices(TRAINING)
    count = len(training) if each == ALL else int(each)
    seed = state.read_number_param(SEED) or 0
    return Lesson(draw_sample(catalog.labels, training, count, seed), list_own(OWN))


def forget_rows() -> None:
    """Teach with random photos again."""
    st.session_state.pop(ROWS, None)


def teach_with(catalog: Catalog, rows: np.ndarray) -> None:
    """Teach with these photos, those of the training set among them; with random ones again where there are none."""
    if len(rows):
        st.session_state[ROWS] = (catalog.fingerprint, rows)
    else:
        forget_rows()
