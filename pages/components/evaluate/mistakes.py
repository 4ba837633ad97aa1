"""The mistakes of one run: its confusion matrix at a threshold, the images of a cell beside it, and details in tabs."""

from collections.abc import Sequence

import streamlit as st

from catdog.datasets import Dataset
from catdog.evaluation import class_scores, confusion_matrix
from catdog.utils.text import format_percent
from pages.components import markdown, page
from pages.components.evaluate.calibration import show_calibration
from pages.components.evaluate.confusion_matrix import show_confusion_matrix
from pages.components.evaluate.curves import show_curves
from pages.components.evaluate.gallery import show_gallery
from pages.components.evaluate.image_dialog import show_image_from_query
from pages.components.evaluate.predictions import EvaluatedRun
from pages.components.evaluate.scores import show_class_scores, show_scores
from pages.components.styles import apply_styles

# The images stand beside the matrix and the rates, and on a narrow screen between them, where a click shows its effect.
LOOK = """
@media (min-width: 900px) {
  .st-key-mistakes { display: grid; grid-template: auto 1fr / minmax(0, 1fr) minmax(0, 1fr); column-gap: 2rem; }
  .st-key-mistakes > :nth-child(1) { grid-area: 1 / 1; }
  .st-key-mistakes > :nth-child(2) { grid-area: 1 / 2 / 3 / 3; }
  .st-key-mistakes > :nth-child(3) { grid-area: 2 / 1; }
}
@media (min-width: 1200px) { .st-key-mistakes { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); } }
"""
DETAILS = ("Scores", "Per class", "Curves", "Calibration")


def show_mistakes(runs: Sequence[EvaluatedRun], focus: EvaluatedRun, dataset: Dataset, split: str) -> None:
    """Draw the page below its controls; runs by itself when the threshold moves, a cell is clicked or a tab opened.

    Args:
        runs: The evaluated runs.
        focus: The one of them whose mistakes are shown.
        dataset: The data in use.
        split: Of the images.
    """
    comparable = [run for run in runs if run.data == focus.data]
    apply_styles(LOOK)
    with st.container(key="mistakes"):
        with st.container():
            threshold = _show_matrix(focus)
        with st.container():
            show_gallery(focus, comparable, dataset, split, threshold)
        with st.container():
            _show_rates(focus, threshold)
    _show_details(runs, focus, comparable, split, threshold)
    show_image_from_query(sorted(comparable, key=lambda run: run is not focus), dataset, threshold)


def _show_matrix(focus: EvaluatedRun) -> float:
    """Draw the confusion matrix and under it the threshold; return that."""
    st.header("Confusion matrix", anchor=False)
    place = st.container()  # the matrix stands above the threshold that it depends on
    first, second = (markdown.escape(name) for name in focus.classes)
    threshold = st.slider(
        "Threshold",
        min_value=0.0,
        max_value=1.0,
        value=0.5,
        step=0.01,
        key="threshold",
        bind="query-params",
        help=f"The model gives each image a probability of {second}. Above the threshold its answer is {second}, "
        f"otherwise {first}. Move it to make one kind of mistake rarer and the other more frequent.",
    )
    with place:
        counts = confusion_matrix(focus.predictions.labels, focus.predictions.probabilities, threshold)
        show_confusion_matrix(counts, focus.classes)
    return threshold


def _show_rates(focus: EvaluatedRun, threshold: float) -> None:
    """Show accuracy, and each class's precision and recall, at the threshold."""
    predictions = focus.predictions
    scores = class_scores(predictions.labels, predictions.probabilities, threshold)
    st.metric("Accuracy at this threshold", format_percent(float(predictions.correct(threshold).mean())))
    for name, score in zip(focus.classes, scores, strict=True):
        cells = page.row(2, 110)
        cells[0].metric(f"Precision of {markdown.escape(name)}", format_percent(score.precision))
        cells[1].metric(f"Recall of {markdown.escape(name)}", format_percent(score.recall))
    if any(score.precision is None for score in scores):
        st.caption("No precision (–): at this threshold no image gets that answer.")


def _show_details(
    runs: Sequence[EvaluatedRun],
    focus: EvaluatedRun,
    comparable: Sequence[EvaluatedRun],
    split: str,
    threshold: float,
) -> None:
    """Draw the tabs; only the open one is computed, so that its charts get the width that they have."""
    scores, classes, curves, calibration = st.tabs(DETAILS, key="details", bind="query-params")
    if scores.open:
        with scores:
            show_scores(runs, split)
    if classes.open:
        with classes:
            show_class_scores(runs)
    if curves.open:
        with curves:
            show_curves(focus, comparable, threshold)
    if calibration.open:
        with calibration:
            show_calibration(focus, comparable)
