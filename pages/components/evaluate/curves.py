"""The charts of the runs that are evaluated on the same images: ROC, precision and recall, reliability."""

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from catdog.charts import CONFIG, Line, plot_precision_recall, plot_roc
from catdog.evaluation import Curve, Predictions, calibration_curve, class_scores, precision_recall_curve, roc_curve
from pages.components import markdown, page
from pages.components.evaluate.predictions import EvaluatedRun
from pages.components.glossary import with_links

NARROWEST = 300  # pixels that a chart takes on the screen
NEEDS_BOTH = "This needs images of both classes."


def show_curves(focus: EvaluatedRun, runs: Sequence[EvaluatedRun], threshold: float) -> None:
    """Draw the ROC curve and that of precision and recall.

    Args:
        focus: The run in focus, whose point at the threshold is marked.
        runs: All runs that are evaluated on the same images.
        threshold: 0..1.
    """
    if not has_both_classes(focus):
        st.info(NEEDS_BOTH, icon=":material/info:")
        return
    first, second = focus.classes
    cells = page.row(2, NARROWEST)
    with cells[0]:
        _roc(focus, runs, threshold, markdown.escape(first), markdown.escape(second))
    with cells[1]:
        _precision_recall(focus, runs, threshold, markdown.escape(second))


def has_both_classes(run: EvaluatedRun) -> bool:
    """Tell whether the images that a run is evaluated on are of both classes."""
    labels = run.predictions.labels
    return labels.min() != labels.max()


def _roc(focus: EvaluatedRun, runs: Sequence[EvaluatedRun], threshold: float, first: str, second: str) -> None:
    first_score, second_score = class_scores(focus.predictions.labels, focus.predictions.probabilities, threshold)
    points = {focus.id: (1 - first_score.recall, second_score.recall)}
    lines = [_make_line(run, roc_curve(run.predictions.labels, run.predictions.probabilities), points) for run in runs]
    show_chart(
        "ROC curve",
        plot_roc(lines, *focus.classes),
        "roc",
        lines,
        f"The share of {second} that is found, against the share of {first} wrongly called {second}, while the "
        "threshold goes from 1 down to 0.",
    )
    st.caption(with_links("The nearer to the upper left corner, the better. The dot is the threshold above."))


def _precision_recall(focus: EvaluatedRun, runs: Sequence[EvaluatedRun], threshold: float, second: str) -> None:
    labels = focus.predictions.labels
    _, score = class_scores(labels, focus.predictions.probabilities, threshold)
    points = {} if score.precision is None else {focus.id: (score.recall, score.precision)}
    lines = [
        _make_line(run, precision_recall_curve(run.predictions.labels, run.predictions.probabilities), points)
        for run in runs
    ]
    chart = plot_precision_recall(lines, focus.classes[1], float(labels.mean()))
    show_chart(
        "Precision and recall",
        chart,
        "precision-recall",
        lines,
        f"To find all {second} you must accept some wrong ones among them: as recall rises, precision falls.",
    )
    st.caption(with_links("The nearer to the upper right corner, the better. The dot is the threshold above."))


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


def show_chart(title: str, chart: go.Figure, key: str, lines: Sequence[Line], explanation: str) -> None:
    """Draw a chart under its title, whose question mark explains it.

    Args:
        title: What it is called.
        chart: The chart.
        key: Of the chart.
        lines: What it shows.
        explanation: How to read it, as Markdown.
    """
    st.markdown(f"**{title}**", help=explanation)
    numbers = ", ".join(f"{line.name} ({line.note})" for line in lines)
    st.plotly_chart(chart, key=key, config={**CONFIG, "displayModeBar": False}, alt=f"{title} of {numbers}")
