"""The view "Clean": the labels that a model doubts, one photo after the other, and what to do about each."""

from dataclasses import replace

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from catdog.datasets import Catalog, Dataset
from catdog.datasets.corrections import list_corrections
from catdog.datasets.exclusions import EXCLUDED
from catdog.datasets.ownership import owned_source
from catdog.errors import ImageError
from catdog.features.doubts import find_reasons
from catdog.features.store import FeatureStore
from catdog.utils.class_names import name_single
from catdog.utils.text import format_confidence
from pages.components import access, markdown, page, state
from pages.components.explore import decisions
from pages.components.explore.doubt_round import DOUBT, Round, get_round, look_again
from pages.components.explore.helped import draw_helped
from pages.components.styles import apply_styles
from pages.components.thumbnails import fit_jpeg, make_tile, to_data_url

WIDTH, HEIGHT = 720, 540  # pixels of the large photo at most
# The photo has a height of its own, so that the buttons stay where they are from one photo to the next.
LOOK = """
.st-key-clean-photo { height: min(44vh, 380px); }
.st-key-clean-photo :is(.stImage, .stImage > div, [data-testid="stFullScreenFrame"], [data-testid="stImageContainer"]) {
    height: 100%; width: 100%;
}
.st-key-clean-photo img { height: min(44vh, 380px); width: 100%; object-fit: contain; object-position: left top; }
[class*="st-key-decision-"] { flex-wrap: nowrap; }
[class*="st-key-decision-"] button { min-height: 1.5rem; padding-block: 0; }
@media (max-width: 640px) {
    .st-key-clean-photo, .st-key-clean-photo img { height: 32vh; }
}
"""


def draw_clean(dataset: Dataset, store: FeatureStore, _row: DeltaGenerator) -> None:
    """Draw the view.

    Args:
        dataset: The images, with what is excluded marked.
        store: Their features.
        _row: Where other views put controls.
    """
    apply_styles(LOOK)
    st.fragment(_draw)(store, dataset.catalog.source, dataset.catalog.fingerprint)


def list_faults(catalog: Catalog) -> list[str]:
    """Return a sentence for each query parameter of this view that can't be used."""
    path = st.query_params.get(DOUBT)
    return [] if path is None or path in catalog.paths else [f"There is no photo {path[:80]!r} in this data."]


def _draw(store: FeatureStore, source: str, fingerprint: str) -> None:
    """Draw everything; runs by itself at each decision, and then sees the labels as they are by now."""
    with page.show_errors():
        opened = state.dataset()
        dataset = replace(opened, catalog=state.training_catalog(opened))
        catalog = dataset.catalog
        if (catalog.source, catalog.fingerprint) != (source, fingerprint):
            st.rerun()  # with the features of what is in use now
        corrections = list_corrections(state.settings(), catalog)
        doubts = get_round(catalog, store, corrections)
        if doubts.paths:
            _draw_doubt(dataset, store, doubts)
        else:
            st.success(
                "No label is in doubt: the model agrees with every label that you have not kept.",
                icon=":material/done_all:",
            )
        left, right = st.columns(2, gap="large")
        with left:
            decisions.draw_decisions(catalog, corrections)
        with right:
            draw_helped(catalog, store)


def _draw_doubt(dataset: Dataset, store: FeatureStore, doubts: Round) -> None:
    """Draw the photo that it is about, what the model says of it and why, and the buttons."""
    catalog = dataset.catalog
    place = doubts.place(st.query_params.get(DOUBT))
    path = doubts.paths[place]
    row = catalog.paths.index(path)
    _draw_question(catalog, doubts.labels[place], doubts.confidences[place])
    _draw_buttons(catalog, doubts, place)
    left, right = st.columns([5, 4], gap="medium")
    with left:
        _draw_photo(dataset, row)
    with right:
        _draw_neighbours(dataset, store, row, doubts.labels[place])
        now = None if catalog.splits[row] == EXCLUDED else int(catalog.labels[row])
        st.caption(decisions.describe_state(catalog, path, now, doubts.labels[place], path in doubts.decided))
        if len(doubts.decided) == len(doubts.paths):
            st.button("Look for more doubts", on_click=look_again, icon=":material/search:")


def _draw_photo(dataset: Dataset, row: int) -> None:
    catalog = dataset.catalog
    with st.container(key="clean-photo", gap=None):
        try:
            image = _make_photo(catalog.fingerprint, row, dataset)
        except ImageError as error:
            st.caption(f":material/broken_image: {markdown.escape(str(error))}")
            return
        st.image(image, alt=f"The photo {catalog.paths[row]}, labelled {catalog.classes[catalog.labels[row]]}")


@st.cache_data(max_entries=100, show_spinner=False)
def _make_photo(fingerprint: str, row: int, _dataset: Dataset) -> str:
    return to_data_url(fit_jpeg(_dataset.image(row), WIDTH, HEIGHT))


@st.cache_data(max_entries=400, show_spinner=False)
def _make_neighbour(fingerprint: str, row: int, _dataset: Dataset) -> bytes:
    return make_tile(np.asarray(_dataset.pixels[row]), 160, 120, crop=True)


def _draw_question(catalog: Catalog, label: int, confidence: float) -> None:
    """Say what the model makes of the photo."""
    name, other = (
        f":{page.CLASS_COLOURS[index]}-badge[{markdown.escape(name_single(catalog.classes[index]))}]"
        for index in (label, 1 - label)
    )
    st.markdown(
        f"Labelled {name}, but a model that never saw this photo says {other}, {format_confidence(confidence)} sure. "
        "What do you say?"
    )


def _draw_neighbours(dataset: Dataset, store: FeatureStore, row: int, label: int) -> None:
    """Draw the photos of the other class that are most like it: the model's reason."""
    catalog = dataset.catalog
    labels = catalog.labels.copy()
    labels[row] = label  # as it was doubted, whatever was decided since
    st.markdown(f"Why: these {markdown.escape(catalog.classes[1 - label])} look most like it to the model.")
    grid = st.grid(3, min_column_width=56, gap="xsmall")
    for neighbour in find_reasons(store.values, labels, row).tolist():
        with grid.cell():
            alt = f"A photo like it, labelled {catalog.classes[labels[neighbour]]}"
            st.image(_make_neighbour(catalog.fingerprint, neighbour, dataset), width="stretch", alt=alt)


def _draw_buttons(catalog: Catalog, doubts: Round, place: int) -> None:
    """Draw what can be decided, the way to the other photos, and how many there are."""
    label = doubts.labels[place]
    reason = access.reason_denied(owned_source(state.settings(), catalog.source))
    name, other = catalog.classes[label], catalog.classes[1 - label]
    actions = (
        (f"Keep {name_single(name)}", name, "K"),
        (f"Relabel as {name_single(other)}", other, "L"),
        ("Exclude", decisions.EXCLUDE, "X"),
    )
    with st.container(horizontal=True, gap="small", key="clean-buttons"):
        with st.container(horizontal=True, gap="small", width="content"):
            for words, action, key in actions:
                st.button(
                    markdown.escape(words),
                    key=f"clean-{key}",
                    shortcut=key,
                    on_click=_decide,
                    args=(catalog, doubts, place, action),
                    disabled=bool(reason),
                    help=markdown.escape(reason) or None,
                )
        with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
            _draw_step("Previous", "Left", doubts, place - 1)
            st.markdown(f"**{place + 1:,} of {len(doubts.paths):,}**", width="content")
            _draw_step("Next", "Right", doubts, place + 1)
            decisions.draw_undo(catalog, bool(reason))


def _draw_step(words: str, key: str, doubts: Round, place: int) -> None:
    st.button(
        words,
        key=f"clean-{key}",
        shortcut=key,
        on_click=_show,
        args=(doubts, place),
        disabled=not 0 <= place < len(doubts.paths),
    )


def _show(doubts: Round, place: int) -> None:
    """Turn to a photo, if there is one at this place."""
    if 0 <= place < len(doubts.paths):
        st.query_params[DOUBT] = doubts.paths[place]


def _decide(catalog: Catalog, doubts: Round, place: int, action: str) -> None:
    """Keep, relabel or exclude the photo, and turn to the next that is undecided."""
    path = doubts.paths[place]
    if decisions.decide(catalog, path, action):
        doubts.decided.add(path)
        _show(doubts, doubts.next_undecided(place))
