"""The three charts of the runs that are evaluated on the same images: ROC, precision and recall, calibration."""

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from catdog.charts import CONFIG, Line, plot_precision_recall, plot_reliability, plot_roc
from catdog.evaluation import Curve, Predictions, calibration_curve, class_scores, precision_recall_curve, roc_curve
from pages.components import markdown, page
from pages.components.evaluate.predictions import EvaluatedRun

NARROWEST = 280  # pixels that a chart takes on the screen


def show_curves(focus: EvaluatedRun, runs: Sequence[EvaluatedRun], threshold: float) -> None:
    """Draw the charts.

    Args:
        focus: The run in focus, whose point at the threshold is marked.
        runs: All runs that are evaluated on the same images.
        threshold: 0..1.
    """
    st.header("ROC, precision–recall and calibration", anchor=False)
    labels = focus.predictions.labels
    if labels.min() == labels.max():
        st.info("These need pictures of both classes.", icon=":material/info:")
        return
    first, second = focus.classes
    cells = page.row(3, NARROWEST)
    with cells[0]:
        _roc(focus, runs, threshold, markdown.escape(first), markdown.escape(second))
    with cells[1]:
        _precision_recall(focus, runs, threshold, markdown.escape(second))
    with cells[2]:
        _calibration(runs, second)


def _roc(focus: EvaluatedRun, runs: Sequence[EvaluatedRun], threshold: float, first: str, second: str) -> None:
    first_score, second_score = class_scores(focus.predictions.labels, focus.predictions.probabilities, threshold)
    points = {focus.id: (1 - first_score.recall, second_score.recall)}
    lines = [_make_line(run, roc_curve(run.predictions.labels, run.predictions.probabilities), points) for run in runs]
    _chart("ROC curve", plot_roc(lines, *focus.classes), "roc", lines)
    st.markdown(
        f"What share of the {second} is found, against what share of the {first} is wrongly called {second}, while the "
        "threshold goes from 1 down to 0. The nearer to the upper left corner, the better. The dot is the threshold "
        "above."
    )


def _precision_recall(focus: EvaluatedRun, runs: Sequence[EvaluatedRun], threshold: float, second: str) -> None:
    labels = focus.predictions.labels
    _, score = class_scores(labels, focus.predictions.probabilities, threshold)
    points = {} if score.precision is None else {focus.id: (score.recall, score.precision)}
    lines = [
        _make_line(run, precision_recall_curve(run.predictions.labels, run.predictions.probabilities), points)
        for run in runs
    ]
    chart = plot_precision_recall(lines, focus.classes[1], float(labels.mean()))
    _chart("Precision and recall", chart, "precision-recall", lines)
    st.markdown(
        f"Who wants to find all {second} must accept some wrong ones among them. The nearer to the upper right corner, "
        "the better. The dot is the threshold above."
    )


def _calibration(runs: Sequence[EvaluatedRun], second: str) -> None:
    lines = [make_reliability_line(run.name, run.model, run.predictions) for run in runs]
    _chart("Calibration", plot_reliability(lines, second), "reliability", lines)
    second = markdown.escape(second)
    st.markdown(
        f"Of the images to which it gives 80% for {second}, 8 in 10 should be {second}. A line flatter than the "
        "diagonal means that the model is overconfident; a steeper one, that it is underconfident. The number in the "
        "legend is by how much it is off on average (the expected calibration error). A large dot stands for many "
        "images; small ones jump about by chance."
    )


def _make_line(run: EvaluatedRun, curve: Curve, points: dict[str, tuple[float, float]]) -> Line:
    """Return a run's curve. points: {run id: where the threshold lies on it}."""
    note, point = f"area {curve.area:.3f}", points.get(run.id)
    return Line(run.name, run.model, curve.x.tolist(), curve.y.tolist(), note, point)


def make_reliability_line(name: str, model: str, predictions: Predictions) -> Line:
    """Return the reliability line of predictions: their bins that hold an image."""
    calibration = calibration_curve(predictions.labels, predictions.probabilities)
    filled = calibration.counts > 0
    columns = (calibration.predicted, calibration.actual, calibration.counts)
    predicted, actual, counts = (column[filled].tolist() for column in columns)
    return Line(name, model, predicted, actual, f"off by {100 * calibration.error:.1f} points", sizes=counts)


def _chart(title: str, chart: go.Figure, key: str, lines: Sequence[Line]) -> None:
    st.markdown(f"**{title}**")
    numbers = ", ".join(f"{line.name} ({line.note})" for line in lines)
    st.plotly_chart(chart, key=key, config={**CONFIG, "displayModeBar": False}, alt=f"{title} of {numbers}")
