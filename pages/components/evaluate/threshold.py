"""One run at one threshold: its confusion matrix, whose cells open, the curves, and the images behind them."""

from collections.abc import Sequence

import streamlit as st

from catdog.datasets import Dataset
from catdog.evaluation import class_scores, confusion_matrix
from catdog.utils.text import format_percent
from pages.components import markdown, page
from pages.components.evaluate.calibration import show_calibration_lesson
from pages.components.evaluate.confusion_matrix import show_confusion_matrix
from pages.components.evaluate.curves import show_curves
from pages.components.evaluate.gallery import show_gallery
from pages.components.evaluate.image_dialog import show_image_from_query
from pages.components.evaluate.predictions import EvaluatedRun
from pages.components.run_picker import choose_run


def show_threshold(runs: Sequence[EvaluatedRun], dataset: Dataset, split: str) -> None:
    """Draw the section; runs by itself when the threshold moves or a cell is opened.

    Args:
        runs: The evaluated runs.
        dataset: The data in use.
        split: Of the images.
    """
    st.header("Which mistakes, at which threshold", anchor=False)
    names = {run.id: run.name for run in runs}
    left, right = st.columns(2, vertical_alignment="bottom", gap="medium")
    with left:
        chosen = choose_run("The run in focus", names, "focus") if len(names) > 1 else runs[0].id
        if len(names) == 1:
            st.markdown(f"The run in focus: **{markdown.escape(runs[0].name)}**")
    focus = next(run for run in runs if run.id == chosen)
    with right:
        threshold = st.slider(
            "Threshold",
            min_value=0.0,
            max_value=1.0,
            value=0.5,
            step=0.01,
            key="threshold",
            bind="query-params",
            help="Usually one half. Move it to see one kind of mistake become rarer and the other more frequent.",
        )
    first, second = (markdown.escape(name) for name in focus.classes)
    st.markdown(
        f"The model gives each image a probability of being one of the {second}. Where that is above the threshold, "
        f"its answer is {second}, otherwise {first}. The **confusion matrix** counts what became of the images of "
        "either label; each cell opens its images."
    )
    comparable = [run for run in runs if run.data == focus.data]
    labels, probabilities = focus.predictions.labels, focus.predictions.probabilities
    table, scores = st.columns([3, 2], gap="medium")
    with table:
        show_confusion_matrix(confusion_matrix(labels, probabilities, threshold), focus.classes)
    with scores:
        _scores(focus, threshold)
    show_curves(focus, comparable, threshold)
    show_calibration_lesson(focus)
    show_gallery(focus, comparable, dataset, split, threshold)
    show_image_from_query(sorted(comparable, key=lambda run: run is not focus), dataset, threshold)


def _scores(focus: EvaluatedRun, threshold: float) -> None:
    """Show accuracy, and each class's precision and recall, at the threshold."""
    predictions = focus.predictions
    scores = class_scores(predictions.labels, predictions.probabilities, threshold)
    st.metric("Accuracy at this threshold", format_percent(float(predictions.correct(threshold).mean())))
    for name, score in zip(focus.classes, scores, strict=True):
        cells = page.row(2, 110)
        cells[0].metric(f"Precision of {markdown.escape(name)}", format_percent(score.precision))
        cells[1].metric(f"Recall of {markdown.escape(name)}", format_percent(score.recall))
    if any(score.precision is None for score in scores):
        st.caption("No precision (–): at this threshold no picture gets that answer.")
