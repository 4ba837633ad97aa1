"""The ladder: how far guessing, each model of the reference course, and the user's own runs get."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go

from catdog.charts.style import NEUTRAL, model_colour, new_figure

LOWEST = 0.4  # of the axis; a score below is drawn at its edge


@dataclass(frozen=True)
class Rung:
    """One step of the ladder.

    Attributes:
        name: What stands below it, such as "model1".
        reference: The accuracy to reach, 0..1: the reference course's, or that of guessing.
        scores: (name, accuracy 0..1) of each of the user's runs.
    """

    name: str
    reference: float
    scores: tuple[tuple[str, float], ...] = ()


def plot_ladder(rungs: Sequence[Rung]) -> go.Figure:
    """Draw the rungs as steps that rise from left to right, and each score as a dot on its rung; the best is labelled.

    Args:
        rungs: From the lowest to the highest.
    """
    chart = new_figure(height=330, revision="ladder")
    chart.add_scatter(
        x=list(range(len(rungs))),
        y=[rung.reference for rung in rungs],
        mode="lines+markers+text",
        line={"shape": "hvh", "color": NEUTRAL, "width": 2},
        marker={"color": NEUTRAL, "size": 7, "symbol": "line-ew-open"},
        text=[f"{rung.reference:.0%}" for rung in rungs],
        textposition=["bottom center" if _is_passed(rung) else "top center" for rung in rungs],
        textfont={"size": 13},
        hovertemplate=[f"{escape(rung.name)}: {rung.reference:.0%}<extra></extra>" for rung in rungs],
        showlegend=False,
    )
    for index, rung in enumerate(rungs):
        if not rung.scores:
            continue
        best = max(score for _, score in rung.scores)
        chart.add_scatter(
            x=[index] * len(rung.scores),
            y=[max(score, LOWEST) for _, score in rung.scores],
            mode="markers+text",
            marker={"color": model_colour(rung.name), "size": 13, "line": {"width": 1.5, "color": "#000000"}},
            text=[f"<b>{score:.1%}</b>" if score == best else "" for _, score in rung.scores],
            textposition="top center" if _is_passed(rung) else "bottom center",
            textfont={"size": 13},
            hovertemplate=[f"{escape(name)}: {score:.1%}<extra></extra>" for name, score in rung.scores],
            cliponaxis=False,
            showlegend=False,
        )
    chart.update_xaxes(
        tickvals=list(range(len(rungs))),
        ticktext=[escape(rung.name) for rung in rungs],
        range=[-0.5, len(rungs) - 0.5],
        fixedrange=True,
        showgrid=False,
    )
    chart.update_yaxes(range=[LOWEST, 1.08], tickformat=".0%", fixedrange=True)
    return chart


def _is_passed(rung: Rung) -> bool:
    """Tell whether the best score is at least the reference, so that its number has room above the step."""
    return any(score >= rung.reference for _, score in rung.scores)
