"""The three charts of the runs that are evaluated on the same images: ROC, precision and recall, calibration."""

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from catdog.charts import CONFIG, Line, plot_precision_recall, plot_reliability, plot_roc
from catdog.evaluation import Curve, calibration_curve, class_scores, precision_recall_curve, roc_curve
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
    st.header("All thresholds at once, and honesty", anchor=False)
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
    lines = [_make_reliability_line(run) for run in runs]
    _chart("Calibration", plot_reliability(lines, second), "reliability", lines)
    second = markdown.escape(second)
    st.markdown(
        f"Of the pictures to which it gives 80 % for {second}, 8 in 10 should be {second}. Where a line is flatter "
        "than the dashed one, the model is too sure of itself; where it is steeper, too modest. The number in the "
        "legend is by how much it is off on average (the expected calibration error). A large dot stands for many "
        "pictures; small ones jump about by chance."
    )


def _make_line(run: EvaluatedRun, curve: Curve, points: dict[str, tuple[float, float]]) -> Line:
    """Return a run's curve. points: {run id: where the threshold lies on it}."""
    note, point = f"area {curve.area:.3f}", points.get(run.id)
    return Line(run.name, run.model, curve.x.tolist(), curve.y.tolist(), note, point)


def _make_reliability_line(run: EvaluatedRun) -> Line:
    """Return the reliability line of a run: its bins that hold an image."""
    calibration = calibration_curve(run.predictions.labels, run.predictions.probabilities)
    filled = calibration.counts > 0
    columns = (calibration.predicted, calibration.actual, calibration.counts)
    predicted, actual, counts = (column[filled].tolist() for column in columns)
    note = f"off by {100 * calibration.error:.1f} points"
    return Line(run.name, run.model, predicted, actual, note, sizes=counts)


def _chart(title: str, chart: go.Figure, key: str, lines: Sequence[Line]) -> None:
    st.markdown(f"**{title}**")
    numbers = ", ".join(f"{line.name} ({line.note})" for line in lines)
    st.plotly_chart(chart, key=key, config={**CONFIG, "displayModeBar": False}, alt=f"{title} of {numbers}")
