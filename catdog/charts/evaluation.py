"""How good answers are, drawn: the ROC curve, the precision-recall curve and the reliability diagram."""

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
MOST_POINTS = 400  # of a line: more can't be seen, and a set of 25,000 pictures has one for each


@dataclass(frozen=True)
class Line:
    """One run's curve.

    name, model: what the legend calls the run, and whose colour it has. x, y: float (N,), 0..1, in the order in which
    they are joined. note: the number that the legend adds, such as "area 0.991", or "". point: (x, y) of the threshold
    in use, or None. sizes: of a reliability diagram, how many pictures each dot stands for.
    """

    name: str
    model: str
    x: Sequence[float]
    y: Sequence[float]
    note: str = ""
    point: tuple[float, float] | None = None
    sizes: Sequence[int] = ()


def plot_roc(lines: Sequence[Line], one: str, other: str) -> go.Figure:
    """Return ROC curves, the diagonal of guessing dashed. one, other: the names of class 0 and class 1."""
    chart = _square(f"{one} wrongly called {other}", f"{other} that are found", lines, "roc")
    chart.add_scatter(**_dashed([0, 1], [0, 1], "guessing"))
    for line, look in zip(lines, _looks(lines), strict=True):
        _add(chart, line, look, f"finds %{{y:.1%}} of {escape(other)}, calls %{{x:.1%}} of {escape(one)} so")
    return chart


def plot_precision_recall(lines: Sequence[Line], other: str, baseline: float) -> go.Figure:
    """Return precision-recall curves of class 1, called `other`; baseline: its share of the pictures, dashed."""
    chart = _square(f"recall: {other} that are found", f"precision: right of “{other}”", lines, "precision-recall")
    chart.add_scatter(**_dashed([0, 1], [baseline, baseline], "guessing"))
    for line, look in zip(lines, _looks(lines), strict=True):
        _add(chart, line, look, f"finds %{{x:.1%}} of {escape(other)}, %{{y:.1%}} of its “{escape(other)}” are right")
    return chart


def plot_reliability(lines: Sequence[Line], other: str) -> go.Figure:
    """Return a reliability diagram: the probability of class 1, called `other`, against how many are; diagonal dashed.

    A dot is the larger the more pictures it stands for.
    """
    chart = _square(f"probability of {other} that it gives", f"share that are {other}", lines, "reliability")
    chart.add_scatter(**_dashed([0, 1], [0, 1], "honest"))
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
    for number, line in enumerate(lines):
        before = seen.get(line.model, 0)
        seen[line.model] = before + 1
        note = f" ({escape(line.note)})" if line.note else ""
        looks.append(
            {
                "symbol": SYMBOLS[number % len(SYMBOLS)],
                "line": {
                    "name": f"{escape(line.name)}{note}",
                    "legendgroup": str(number),
                    "line": {"color": model_colour(line.model), "width": 2.5, "dash": DASHES[before % len(DASHES)]},
                },
            }
        )
    return looks


def _add(chart: go.Figure, line: Line, look: dict[str, Any], told: str) -> None:
    """Add a run's curve and, where the run has one, the point of the threshold."""
    x, y = _thinned(line.x, line.y)
    chart.add_scatter(
        x=x, y=y, mode="lines", hovertemplate=f"{escape(line.name)}: {told}<extra></extra>", **look["line"]
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
            hovertemplate=f"{escape(line.name)} at this threshold: {told}<extra></extra>",
            legendgroup=look["line"]["legendgroup"],
            showlegend=False,
        )


def _thinned(x: Sequence[float], y: Sequence[float]) -> tuple[list[float], list[float]]:
    """Return up to MOST_POINTS points of a line, its ends always."""
    kept = np.unique(np.linspace(0, max(0, len(x) - 1), min(len(x), MOST_POINTS)).round().astype(int))
    return np.asarray(x, float)[kept].tolist(), np.asarray(y, float)[kept].tolist()
