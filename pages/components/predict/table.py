"""Many pictures: which of them to show, by answer and disagreement, and a table of them sorted by doubt."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from catdog.inference.batch import (
    UNSURE,
    ImagePredictions,
    Prediction,
    Thresholds,
    predictions_csv,
    sort_by_uncertainty,
)
from catdog.runs import Run
from catdog.utils.text import format_percent
from pages.components.predict.cards import MOST
from pages.components.predict.image import Asked

ALL, DISPUTED, MISTAKEN = "all", "models disagree", "mistakes"
CARDS, TABLE = "cards", "table"
ANYBODY = "any model"


def choose_rows(
    runs: Mapping[str, Run], rows: Sequence[ImagePredictions], thresholds: Thresholds
) -> tuple[list[int], bool]:
    """Let the user choose which pictures to show and how; return their places, and whether as a table.

    runs: {name: run}, in the order of each row's answers.
    """
    if len(rows) < 2:
        return list(range(len(rows))), False
    with st.container(horizontal=True, vertical_alignment="bottom"):
        whose = ANYBODY
        if len(runs) > 1:
            whose = st.selectbox("Answers of", [ANYBODY, *runs], key="answers-of", width=170)
        found = _groups(rows, list(runs), whose, thresholds)
        kinds = list(found)
        if st.session_state.get("answers-shown") not in kinds:
            st.session_state["answers-shown"] = ALL
        kind = st.segmented_control(
            "Show",
            kinds,
            format_func=lambda one: f"{one} {len(found[one])}",
            required=True,
            key="answers-shown",
        )
        as_table = (
            st.segmented_control(
                "As",
                (CARDS, TABLE),
                default=TABLE if len(rows) > MOST else CARDS,
                required=True,
                key=f"shown-as-{len(rows) > MOST}",
            )
            == TABLE
        )
        st.download_button(
            "All as CSV",
            lambda: predictions_csv(rows, list(runs), thresholds),
            "predictions.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/table_rows:",
        )
    shown = found.get(kind or ALL, found[ALL])
    if not shown:
        st.info("No picture is of this kind: choose another above.")
    return shown, as_table


def _groups(
    rows: Sequence[ImagePredictions], names: list[str], whose: str, thresholds: Thresholds
) -> dict[str, list[int]]:
    """Return the places of the rows of every kind that can be shown."""
    places = range(len(rows))
    asked = [number for number, name in enumerate(names) if whose in (ANYBODY, name)]
    said = [{row.said[number].verdict(thresholds) for number in asked} for row in rows]
    classes = dict.fromkeys(name for row in rows[:1] for number in asked for name in row.said[number].classes)
    groups = {ALL: list(places)}
    for verdict in (*classes, UNSURE):
        groups[verdict] = [place for place in places if verdict in said[place]]
    if len(names) > 1:
        groups[DISPUTED] = [place for place in places if rows[place].disputed(thresholds)]
    if any(row.truth is not None for row in rows):
        alone = [ImagePredictions(row.name, row.truth, tuple(row.said[number] for number in asked)) for row in rows]
        groups[MISTAKEN] = [place for place in places if alone[place].mistaken(thresholds)]
    return groups


def table(
    runs: Mapping[str, Run],
    asked: Sequence[Asked],
    rows: Sequence[ImagePredictions],
    shown: Sequence[int],
    thresholds: Thresholds,
) -> list[int]:
    """Draw these pictures as a table, the most doubtful first; return the place of the one chosen in it, if any."""
    chosen = set(shown)
    order = [place for place in sort_by_uncertainty(rows) if place in chosen]
    if not order:
        return []
    columns: dict[str, list] = {
        "picture": [asked[place].thumbnail for place in order],
        "name": [rows[place].name for place in order],
    }
    if any(row.truth for row in rows):
        columns["label"] = [rows[place].truth or "" for place in order]
    columns["doubt"] = [100 * rows[place].doubt for place in order]
    for number, name in enumerate(runs):
        said = [rows[place].said[number] for place in order]
        columns[name] = [_words(one, one.verdict(thresholds)) for one in said]
    state = st.dataframe(
        pd.DataFrame(columns),
        hide_index=True,
        row_height=48,
        height=min(560, 48 * len(order) + 40),
        on_select="rerun",
        selection_mode="single-row",
        key="doubtful",
        column_config={
            "picture": st.column_config.ImageColumn("", width="small"),
            "doubt": st.column_config.ProgressColumn(
                "doubt", min_value=0, max_value=100, format="%d %%", width="small", help=DOUBT
            ),
        },
        alt=f"{len(order)} pictures, the most doubtful first, with every model's answer",
    )
    picked = [order[place] for place in state.selection.rows if place < len(order)]
    if not picked:
        st.caption("The most doubtful pictures come first. Tick a row to see the picture large.")
    return picked


def _words(said: Prediction, verdict: str) -> str:
    """Return an answer such as "dogs 97 %", or "not sure: dogs 53 %" with the likelier class."""
    if verdict == UNSURE:
        return f"{UNSURE}: {said.leaning} {format_percent(said.sureness, 0)}"
    return f"{verdict} {format_percent(said.share(verdict), 0)}"


DOUBT = (
    "How near the average of the models' answers is to 50 %, where they can't tell: 0 % when all are certain of the "
    "same class, 100 % when they can't decide or contradict each other."
)
