"""How good predictions are: the ROC curve, the precision-recall curve and the reliability diagram."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from catdog.charts.lines import SYMBOLS
from catdog.charts.style import NEUTRAL, model_colour, new_figure

DASHES = ("solid", "dash", "dot", "dashdot", "longdash")  # tell runs of one model apart
PLOT, ROW = 330, 21  # pixels: of the plot and of a row of its legend
MOST_POINTS = 400  # of a line: more can't be seen, and a dataset of 25,000 images has one for each


@dataclass(frozen=True)
class Line:
    """One run's curve.

    Attributes:
        name: What the legend calls the run.
        model: The name of its model, which gives the colour.
        x: float (N,), 0..1, in the order in which the points are joined.
        y: float (N,), 0..1.
        note: The number that the legend adds, such as "area 0.991", or "".
        point: (x, y) of the threshold in use, or None.
        sizes: Of a reliability diagram, how many images each dot stands for.
    """

    name: str
    model: str
    x: Sequence[float]
    y: Sequence[float]
    note: str = ""
    point: tuple[float, float] | None = None
    sizes: Sequence[int] = ()


def plot_roc(lines: Sequence[Line], first: str, second: str) -> go.Figure:
    """Draw ROC curves, and the diagonal of guessing dashed.

    Args:
        lines: One of each run.
        first: The name of class 0.
        second: The name of class 1, whose curve it is.
    """
    chart = _square(f"{first} wrongly called {second}", f"{second} that are found", lines, "roc")
    chart.add_scatter(**_dashed([0, 1], [0, 1], "guessing"))
    for line, look in zip(lines, _looks(lines), strict=True):
        _add(chart, line, look, f"finds %{{y:.1%}} of {escape(second)}, calls %{{x:.1%}} of {escape(first)} so")
    return chart


def plot_precision_recall(lines: Sequence[Line], second: str, baseline: float) -> go.Figure:
    """Draw precision-recall curves of class 1.

    Args:
        lines: One of each run.
        second: The name of class 1.
        baseline: Its share of the images, 0..1, which guessing reaches; drawn dashed.
    """
    chart = _square(f"recall: {second} that are found", f"precision: right of “{second}”", lines, "precision-recall")
    chart.add_scatter(**_dashed([0, 1], [baseline, baseline], "guessing"))
    for line, look in zip(lines, _looks(lines), strict=True):
        _add(chart, line, look, f"finds %{{x:.1%}} of {escape(second)}, %{{y:.1%}} of its “{escape(second)}” are right")
    return chart


def plot_reliability(lines: Sequence[Line], second: str) -> go.Figure:
    """Draw a reliability diagram: the probability of class 1 against how many are of it; the diagonal is dashed.

    Args:
        lines: One of each run; a dot is the larger the more images it stands for.
        second: The name of class 1.
    """
    chart = _square(f"probability of {second} that it gives", f"share that are {second}", lines, "reliability")
    chart.add_scatter(**_dashed([0, 1], [0, 1], "calibrated"))
    for line, look in zip(lines, _looks(lines), strict=True):
        sizes = np.sqrt(np.asarray(line.sizes, float) / max(1, max(line.sizes, default=1)))
        chart.add_scatter(
            x=list(line.x),
            y=list(line.y),
            mode="lines+markers",
            marker={"symbol": look["symbol"], "size": (6 + 12 * sizes).tolist(), "line": {"width": 0}},
            customdata=[f"{size:,}" for size in line.sizes],
            hovertemplate=f"{escape(line.name)}: says %{{x:.1%}}, and %{{y:.1%}} of these %{{customdata}} are"
            "<extra></extra>",
            **look["line"],
        )
    return chart


def _square(x: str, y: str, lines: Sequence[Line], revision: str) -> go.Figure:
    chart = new_figure(height=PLOT + 62 + ROW * (len(lines) + 1), revision=revision)
    axis = {"range": [-0.02, 1.02], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1], "zeroline": False}
    chart.update_xaxes(title={"text": escape(x), "standoff": 6}, **axis)
    chart.update_yaxes(title={"text": escape(y), "standoff": 6}, automargin=True, **axis)
    legend = {"y": -0.2, "orientation": "v", "tracegroupgap": 0}
    chart.update_layout(margin={"t": 8, "r": 12}, legend=legend, hovermode="closest")
    return chart


def _dashed(x: list[float], y: list[float], name: str) -> dict[str, Any]:
    line = {"color": NEUTRAL, "width": 1.5, "dash": "dash"}
    return {"x": x, "y": y, "name": name, "mode": "lines", "line": line, "hoverinfo": "skip", "legendrank": 2000}


def _looks(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return how each run's line looks: in its model's colour, runs of one model told apart by dash and marker."""
    seen: dict[str, int] = {}
    looks = []
    for index, line in enumerate(lines):
        of_model = seen.get(line.model, 0)
        seen[line.model] = of_model + 1
        note = f" ({escape(line.note)})" if line.note else ""
        looks.append(
            {
                "symbol": SYMBOLS[index % len(SYMBOLS)],
                "line": {
                    "name": f"{escape(line.name)}{note}",
                    "legendgroup": str(index),
                    "line": {"color": model_colour(line.model), "width": 2.5, "dash": DASHES[of_model % len(DASHES)]},
                },
            }
        )
    return looks


def _add(chart: go.Figure, line: Line, look: dict[str, Any], hover: str) -> None:
    """Add a run's curve and, where the run has one, the point of the threshold."""
    x, y = _thinned(line.x, line.y)
    chart.add_scatter(
        x=x, y=y, mode="lines", hovertemplate=f"{escape(line.name)}: {hover}<extra></extra>", **look["line"]
    )
    if line.point is not None:
        chart.add_scatter(
            x=[line.point[0]],
            y=[line.point[1]],
            name=f"{escape(line.name)}, threshold",
            mode="markers",
            marker={
                "size": 14,
                "color": model_colour(line.model),
                "symbol": "circle",
                "line": {"width": 2.5, "color": "#000000"},
            },
            hovertemplate=f"{escape(line.name)} at this threshold: {hover}<extra></extra>",
            legendgroup=look["line"]["legendgroup"],
            showlegend=False,
        )


def _thinned(x: Sequence[float], y: Sequence[float]) -> tuple[list[float], list[float]]:
    """Return up to MOST_POINTS points of a line, its ends always."""
    kept = np.unique(np.linspace(0, max(0, len(x) - 1), min(len(x), MOST_POINTS)).round().astype(int))
    return np.asarray(x, float)[kept].tolist(), np.asarray(y, float)[kept].tolist()
