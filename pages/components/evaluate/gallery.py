"""The pictures behind the scores, page by page: those of a cell, the hardest, and those on which the runs disagree."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from catdog.datasets import Dataset
from catdog.errors import ImageError
from catdog.evaluation import find_disagreements, find_hard_examples
from catdog.utils.text import format_percent
from pages.components import markdown, state
from pages.components.evaluate.confusion_matrix import CELL, DISPUTED, HARDEST, cell, cell_words
from pages.components.evaluate.predictions import Judged
from pages.components.image_dialog import open_image
from pages.components.thumbnails import TileCache, make_tile

A_PAGE = 12
MOST_HARD = 48  # of the hardest pictures: the others are hardly hard any more
KEPT = 400  # tiles, about 8 MB
PAGE = "shown-page"
COLOURS = ("orange", "blue")
# The button under a tile also takes the clicks on the picture above it, so that the picture opens with a click.
WHOLE_TILE_OPENS = """<style>
[class*="st-key-seen-"] { position: relative; }
[class*="st-key-seen-"] .stElementContainer, [class*="st-key-seen-"] .stButton,
[class*="st-key-seen-"] .stButton * { position: static; }
[class*="st-key-seen-"] .stButton button::after { content: ""; position: absolute; inset: 0; cursor: pointer; }
</style>"""


@dataclass(frozen=True)
class Shown:
    """A picture to show: its path and label (0 or 1), and the answers to say: (run's name, probability of class 1)."""

    path: str
    label: int
    answers: tuple[tuple[str, float], ...]


def photos(one: Judged, alike: Sequence[Judged], dataset: Dataset, split: str, threshold: float) -> None:
    """Draw the section. one: the run in focus; alike: all runs that are judged by the same pictures."""
    st.header("The pictures", anchor=False)
    kinds = [CELL, HARDEST, *([DISPUTED] if len(alike) > 1 else [])]
    if st.session_state.get("show", HARDEST) not in kinds:
        del st.session_state["show"]  # such as after all runs but one were put away
    show = st.segmented_control(
        "Show",
        kinds,
        default=HARDEST,
        required=True,
        key="show",
        bind="query-params",
        on_change=_first_page,
    )
    found = {CELL: _of_cell, HARDEST: _hardest, DISPUTED: _disputed}[show](one, alike, split, threshold)
    if not one.here:
        _only_names(found, one)
    elif found:
        _tiles_of(found, one.classes, dataset, threshold)


def _of_cell(one: Judged, alike: Sequence[Judged], split: str, threshold: float) -> list[Shown]:
    name = cell()
    if not name:
        st.info("Choose a cell of the confusion matrix above: its pictures appear here.", icon=":material/grid_view:")
        return []
    label, answer = int(name[0]), int(name[1])
    answers = one.answers
    rows = np.flatnonzero((answers.labels == label) & (answers.answers(threshold) == answer))
    wrong = label != answer
    rows = rows[np.argsort(-answers.losses[rows], kind="stable")]
    said = cell_words(name, len(rows), one.classes)
    order = "the most wrong first" if wrong else "the least sure first"
    st.markdown(f"{said}, by {markdown.escape(one.name)}{f': {order}' if len(rows) > 1 else ''}.")
    return [Shown(answers.paths[row], label, ((one.name, float(answers.probabilities[row])),)) for row in rows]


def _hardest(one: Judged, alike: Sequence[Judged], split: str, threshold: float) -> list[Shown]:
    names = {each.run.id: each.name for each in alike}
    found = find_hard_examples({each.run.id: each.answers for each in alike}, MOST_HARD)
    whom = "this run" if len(alike) == 1 else f"the {len(alike)} runs on average"
    st.markdown(
        f"The {len(found)} pictures that cost {whom} the highest loss: sure of the wrong class. Look whether the "
        "picture is hard, or its label wrong."
    )
    return [Shown(hard.path, hard.label, _said(hard, names)) for hard in found]


def _disputed(one: Judged, alike: Sequence[Judged], split: str, threshold: float) -> list[Shown]:
    names = {each.run.id: each.name for each in alike}
    found = find_disagreements({each.run.id: each.answers for each in alike}, threshold)
    if not found:
        st.info(f"The runs agree on every {split} picture.", icon=":material/handshake:")
        return []
    number = "1 picture" if len(found) == 1 else f"{len(found):,} pictures"
    st.markdown(f"{number} of {len(one.answers):,} on which the runs don't all give the same answer.")
    return [Shown(hard.path, hard.label, _said(hard, names)) for hard in found]


def _said(hard, names: dict[str, str]) -> tuple[tuple[str, float], ...]:
    return tuple((names[run], float(probability)) for run, probability in hard.probabilities.items())


def _first_page() -> None:
    st.session_state[PAGE] = 1


def _only_names(found: list[Shown], one: Judged) -> None:
    """List pictures of data that is not in use by name, and offer to use that data."""
    source = one.run.config.source
    st.info(
        f"These are {state.describe_source(source)}, which are not the data in use, so only their names can be shown.",
        icon=":material/database:",
    )
    if source in state.list_selectable():
        st.button("Use that data and see them", on_click=_use, args=(source,), icon=":material/photo_library:")
    rows = [
        {
            "file": each.path,
            "label": one.classes[each.label],
            **{name: 100 * probability for name, probability in each.answers},
        }
        for each in found
    ]
    if rows:
        form = st.column_config.NumberColumn(format=f"%.1f %% {one.classes[1].replace('%', '%%')}")
        st.dataframe(rows, hide_index=True, column_config=dict.fromkeys(list(rows[0])[2:], form))


def _use(source: str) -> None:
    st.session_state["data"] = source


def _tiles_of(found: list[Shown], classes: tuple[str, str], dataset: Dataset, threshold: float) -> None:
    """Show one page of pictures, each with its name, its label and what was answered."""
    st.html(WHOLE_TILE_OPENS)
    place = st.container()
    pages = -(-len(found) // A_PAGE)
    number = 1
    if pages > 1:
        if not 1 <= st.session_state.get(PAGE, 1) <= pages:
            st.session_state[PAGE] = 1
        number = st.pagination(pages, key=PAGE, bind="query-params")
    chosen = found[(number - 1) * A_PAGE : number * A_PAGE]
    rows = {path: row for row, path in enumerate(dataset.catalog.paths)} if chosen else {}
    keys = [
        (dataset.catalog.fingerprint, str(dataset.catalog.root / each.path), rows.get(each.path)) for each in chosen
    ]
    made = _tiles().get(keys, _maker(dataset))
    with place:
        grid = st.grid(6, min_column_width=140)
        for each, picture in zip(chosen, made, strict=True):
            with grid.cell(), st.container(key=f"seen-{rows.get(each.path, each.path)}", gap="xxsmall"):
                _tile(each, picture, classes, threshold)


def _tile(each: Shown, picture: bytes | str, classes: tuple[str, str], threshold: float) -> None:
    name = each.path.rsplit("/", 1)[-1]
    if isinstance(picture, bytes):
        st.image(picture, width="stretch", alt=f"The picture {name}, labelled {classes[each.label]}")
    else:
        st.caption(f":material/broken_image: {markdown.escape(picture)}")
    st.button(
        markdown.escape(name),
        key=f"look-{each.path}",
        on_click=open_image,
        args=(each.path,),
        type="tertiary",
        wrap=False,
    )
    lines = [f":{COLOURS[each.label]}[labelled {markdown.escape(classes[each.label])}]"]
    for run, probability in each.answers:
        answer = int(probability > threshold)
        icon = "check" if answer == each.label else "close"
        who = f"{markdown.escape(run)}: " if len(each.answers) > 1 else ""
        sure = format_percent(probability if answer else 1 - probability)
        lines.append(f":material/{icon}: {who}{markdown.escape(classes[answer])} {sure}")
    st.caption("  \n".join(lines))


def _maker(dataset: Dataset) -> Callable[[tuple], bytes | str]:
    """Return what makes the tile for a key of _tiles_of, or says why there is none."""

    def make(key: tuple[str, str, int | None]) -> bytes | str:
        row = key[2]
        if row is None:
            return "This picture is not in the data any more."
        try:
            return make_tile(dataset.image(row), 320, 240, crop=True)
        except ImageError as error:
            return str(error)

    return make


@st.cache_resource(show_spinner=False)
def _tiles() -> TileCache:
    return TileCache(KEPT)
