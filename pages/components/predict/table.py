"""Many images: which of them to show, by prediction and disagreement, and a table of them by uncertainty."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from catdog.inference.batch import ImagePredictions, predictions_csv, sort_by_uncertainty
from catdog.inference.prediction import UNSURE, Prediction, Thresholds
from catdog.runs import Run
from catdog.utils.text import format_confidence
from pages.components.predict.cards import MOST
from pages.components.predict.image import QueryImage

ALL, DIFFER = "all", "models differ"
CARDS, TABLE = "cards", "table"
ALL_MODELS = "all models"
DOUBT = (
    "How close the models' mean probability is to 50%: 0% if all are certain of the same class, 100% if they can't "
    "decide or contradict each other."
)


def choose_rows(
    runs: Mapping[str, Run], rows: Sequence[ImagePredictions], thresholds: Thresholds
) -> tuple[list[int], bool]:
    """Let the user choose which images to show and how.

    Args:
        runs: {name: run}, in the order of each row's predictions.
        rows: The images' predictions.
        thresholds: Between which a prediction counts as not sure.

    Returns:
        The indices of the chosen rows, and whether to show them as a table.
    """
    if len(rows) < 2:
        return list(range(len(rows))), False
    with st.container(horizontal=True):
        group_place, form_place = (st.container(width="content") for _ in range(2))
        with st.popover("More", icon=":material/filter_list:"):
            columns = list(range(len(runs)))
            if len(runs) > 1:
                model = st.selectbox("Answers of", [ALL_MODELS, *runs], key="answers-of")
                columns = columns if model == ALL_MODELS else [list(runs).index(model)]
            judged = [ImagePredictions(row.name, row.label, tuple(row.predictions[i] for i in columns)) for row in rows]
            mistakes = [index for index, row in enumerate(judged) if row.mistaken(thresholds)]
            only_mistakes = any(row.label is not None for row in rows) and st.toggle(
                f"Only mistakes ({len(mistakes)})", key="only-mistakes"
            )
            st.download_button(
                "Download CSV",
                lambda: predictions_csv(rows, list(runs), thresholds),
                "predictions.csv",
                "text/csv",
                on_click="ignore",
                icon=":material/download:",
            )
    groups = _group_rows(judged, thresholds)
    with group_place:
        if st.session_state.get("answers-shown") not in groups:
            st.session_state["answers-shown"] = ALL
        group = st.segmented_control(
            "Show",
            list(groups),
            format_func=lambda name: f"{name} {len(groups[name])}",
            required=True,
            key="answers-shown",
            label_visibility="collapsed",
        )
    with form_place:
        as_table = (
            st.segmented_control(
                "As",
                (CARDS, TABLE),
                default=TABLE if len(rows) > MOST else CARDS,
                required=True,
                key=f"shown-as-{len(rows) > MOST}",
                label_visibility="collapsed",
            )
            == TABLE
        )
    shown = groups.get(group or ALL, groups[ALL])
    if only_mistakes:
        shown = [index for index in shown if index in mistakes]
    if not shown:
        st.info("No image matches. Choose another group above.")
    return shown, as_table


def _group_rows(rows: Sequence[ImagePredictions], thresholds: Thresholds) -> dict[str, list[int]]:
    """Return {what can be shown: the indices of its rows}: all, and groups of which each row is in exactly one."""
    classes = dict.fromkeys(name for row in rows[:1] for prediction in row.predictions for name in prediction.classes)
    groups: dict[str, list[int]] = {ALL: list(range(len(rows))), **{label: [] for label in (*classes, UNSURE)}}
    if len(rows[0].predictions) > 1:
        groups[DIFFER] = []
    for index, row in enumerate(rows):
        labels = {prediction.label_at(thresholds) for prediction in row.predictions}
        groups[labels.pop() if len(labels) == 1 else DIFFER].append(index)
    return groups


def show_table(
    runs: Mapping[str, Run],
    images: Sequence[QueryImage],
    rows: Sequence[ImagePredictions],
    shown: Sequence[int],
    thresholds: Thresholds,
) -> list[int]:
    """Draw images as a table, the most uncertain first.

    Args:
        runs: {name: run}, in the order of each row's predictions.
        images: All images.
        rows: Their predictions.
        shown: The indices of those to draw.
        thresholds: Between which a prediction counts as not sure.

    Returns:
        The index of the image that the user ticked, in a list; an empty list without one.
    """
    chosen = set(shown)
    order = [index for index in sort_by_uncertainty(rows) if index in chosen]
    if not order:
        return []
    columns: dict[str, list] = {
        "image": [images[index].thumbnail for index in order],
        "name": [rows[index].name for index in order],
    }
    if any(row.label for row in rows):
        columns["label"] = [rows[index].label or "" for index in order]
    columns["uncertainty"] = [100 * rows[index].uncertainty for index in order]
    for column, name in enumerate(runs):
        columns[name] = [_describe(rows[index].predictions[column], thresholds) for index in order]
    table = st.dataframe(
        pd.DataFrame(columns),
        hide_index=True,
        row_height=48,
        height=min(560, 48 * len(order) + 40),
        on_select="rerun",
        selection_mode="single-row",
        key="doubtful",
        column_config={
            "image": st.column_config.ImageColumn("", width="small"),
            "uncertainty": st.column_config.ProgressColumn(
                "uncertainty", min_value=0, max_value=100, format="%d%%", width="small", help=DOUBT
            ),
        },
        alt=f"{len(order)} images, the most uncertain first, with every model's answer",
    )
    picked = [order[row] for row in table.selection.rows if row < len(order)]
    if not picked:
        st.caption("The most uncertain images come first. Select a row to see the image large.")
    return picked


def _describe(prediction: Prediction, thresholds: Thresholds) -> str:
    """Return a prediction such as "dogs 97%", or "not sure: dogs 53%" with the likelier class."""
    label = prediction.label_at(thresholds)
    if label == UNSURE:
        return f"{UNSURE}: {prediction.label} {format_confidence(prediction.confidence, 0)}"
    return f"{label} {format_confidence(prediction.probability_of(label), 0)}"
