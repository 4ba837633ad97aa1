"""The three charts of the runs that are judged by the same pictures: ROC, precision and recall, calibration."""

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from catdog.charts import CONFIG, Line, plot_precision_recall, plot_reliability, plot_roc
from catdog.evaluation import Curve, calibration_curve, class_scores, precision_recall_curve, roc_curve
from pages.components import markdown, page
from pages.components.evaluate.predictions import Judged

NARROWEST = 280  # pixels that a chart takes on the screen


def curves(one: Judged, alike: Sequence[Judged], threshold: float) -> None:
    """Draw the charts of `alike`, all runs that are judged by the same pictures as `one`, the run in focus."""
    st.header("All thresholds at once, and honesty", anchor=False)
    labels = one.answers.labels
    if labels.min() == labels.max():
        st.info("These need pictures of both classes.", icon=":material/info:")
        return
    first, second = one.classes
    cells = page.row(3, NARROWEST)
    with cells[0]:
        _roc(one, alike, threshold, markdown.escape(first), markdown.escape(second))
    with cells[1]:
        _precision_recall(one, alike, threshold, markdown.escape(second))
    with cells[2]:
        _calibration(alike, second)


def _roc(one: Judged, alike: Sequence[Judged], threshold: float, first: str, second: str) -> None:
    of_first, of_second = class_scores(one.answers.labels, one.answers.probabilities, threshold)
    points = {one.run.id: (1 - of_first.recall, of_second.recall)}
    lines = [_line(each, roc_curve(each.answers.labels, each.answers.probabilities), points) for each in alike]
    _chart("ROC curve", plot_roc(lines, *one.classes), "roc", lines)
    st.markdown(
        f"What share of the {second} is found, against what share of the {first} is wrongly called {second}, while the "
        "threshold goes from 1 down to 0. The nearer to the upper left corner, the better. The dot is the threshold "
        "above."
    )


def _precision_recall(one: Judged, alike: Sequence[Judged], threshold: float, second: str) -> None:
    _, score = class_scores(one.answers.labels, one.answers.probabilities, threshold)
    points = {} if score.precision is None else {one.run.id: (score.recall, score.precision)}
    lines = [
        _line(each, precision_recall_curve(each.answers.labels, each.answers.probabilities), points) for each in alike
    ]
    chart = plot_precision_recall(lines, one.classes[1], float(one.answers.labels.mean()))
    _chart("Precision and recall", chart, "precision-recall", lines)
    st.markdown(
        f"Who wants to find all {second} must accept some wrong ones among them. The nearer to the upper right corner, "
        "the better. The dot is the threshold above."
    )


def _calibration(alike: Sequence[Judged], second: str) -> None:
    lines = [_honest(each) for each in alike]
    _chart("Calibration", plot_reliability(lines, second), "reliability", lines)
    second = markdown.escape(second)
    st.markdown(
        f"Of the pictures to which it gives 80 % for {second}, 8 in 10 should be {second}. Where a line is flatter "
        "than the dashed one, the model is too sure of itself; where it is steeper, too modest. The number in the "
        "legend is by how much it is off on average (the expected calibration error). A large dot stands for many "
        "pictures; small ones jump about by chance."
    )


def _line(one: Judged, curve: Curve, points: dict[str, tuple[float, float]]) -> Line:
    """Return a run's curve. points: {run id: where the threshold in use lies on it}."""
    note, point = f"area {curve.area:.3f}", points.get(one.run.id)
    return Line(one.name, one.run.config.model, curve.x.tolist(), curve.y.tolist(), note, point)


def _honest(one: Judged) -> Line:
    """Return the reliability line of a run: its bins that hold a picture."""
    found = calibration_curve(one.answers.labels, one.answers.probabilities)
    kept = found.counts > 0
    predicted, actual, counts = (values[kept].tolist() for values in (found.predicted, found.actual, found.counts))
    note = f"off by {100 * found.error:.1f} points"
    return Line(one.name, one.run.config.model, predicted, actual, note, sizes=counts)


def _chart(title: str, chart: go.Figure, key: str, lines: Sequence[Line]) -> None:
    st.markdown(f"**{title}**")
    told = ", ".join(f"{line.name} ({line.note})" for line in lines)
    st.plotly_chart(chart, key=key, config={**CONFIG, "displayModeBar": False}, alt=f"{title} of {told}")
