"""The learning curve that somebody expects before a training: set by a few points, and later beside the real one."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from catdog.charts.style import NEUTRAL, base_layout

EXPECTED, STEP = "#D55E00", 0.05  # the colour of what is expected, and how far apart the accuracies are to click on

Curve = Sequence[tuple[float, float]]  # (epoch, accuracy 0..1), by epoch


def draw_through(points: Curve, epochs: int) -> list[tuple[int, float]]:
    """Return the curve that leads straight from point to point, with a value for each epoch, rounded to 0.1%.

    Args:
        points: At least one (epoch, accuracy 0..1), in any order.
        epochs: The number of epochs; before the first point and after the last one, the curve is flat.
    """
    numbers, values = zip(*sorted(points), strict=True)
    every = np.arange(1, epochs + 1)
    through = np.interp(every, numbers, values).round(3)
    return list(zip(every.tolist(), through.tolist(), strict=True))


def plot_expected_curve(
    points: Curve, epochs: int, low: float = 0.4, real: Sequence[float] = (), to_click: bool = True
) -> go.Figure:
    """Draw the expected curve, with a place to click on for each epoch and accuracy, or the real one beside it.

    Args:
        points: What is expected, as for `draw_through`.
        epochs: The number of epochs.
        low: Accuracy at the lower edge, 0..1.
        real: The validation accuracies that a run reached, 0..1, an epoch each.
        to_click: Whether there are places to click on; they are the last trace, and can't be seen.
    """
    numbers, values = zip(*draw_through(points, epochs), strict=True)
    set_at = {round(epoch) for epoch, _ in points}
    traces = [
        go.Scatter(
            x=numbers,
            y=values,
            mode="lines+markers",
            name="expected",
            line={"color": EXPECTED, "width": 3, "dash": "dash"},
            marker={"size": [11 if to_click and epoch in set_at else 0 for epoch in numbers], "color": EXPECTED},
            hovertemplate="expected: %{y:.0%}<extra></extra>",
            hoverinfo="skip" if to_click else None,
            unselected={"marker": {"opacity": 1}},  # as a click elsewhere would fade it
        )
    ]
    if len(real):
        traces.append(
            go.Scatter(
                x=list(range(1, len(real) + 1)),
                y=list(real),
                mode="lines+markers",
                name="your run",
                line={"color": "#009E73", "width": 3},
                marker={"size": 5},
                hovertemplate="your run: %{y:.1%}<extra></extra>",
            )
        )
    if to_click:
        traces.append(_make_places(epochs, low))
    layout = {
        **base_layout(210 if to_click else 260, f"expected-{epochs}"),
        "margin": {"l": 8, "r": 8, "t": 28 if len(real) else 8, "b": 8},
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
        "showlegend": len(real) > 0,
        "dragmode": False,
        "hovermode": "closest",
        "hoverdistance": 40,
        "xaxis": {"title": {"text": "epoch"}, "range": [0.5, epochs + 0.5], "fixedrange": True, "tickformat": "d"},
        "yaxis": {"range": [low - 0.02, 1.02], "tickformat": ".0%", "fixedrange": True},
        "shapes": [
            {
                **{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 0.5, "y1": 0.5},
                "line": {"width": 1, "dash": "dot", "color": NEUTRAL},
            }
        ],
    }
    return go.Figure(traces, layout)


def _make_places(epochs: int, low: float) -> go.Scatter:
    """Return markers that can't be seen but clicked on."""
    accuracies = np.arange(low, 1 + STEP / 2, STEP).round(2)
    grid = [(epoch, float(accuracy)) for epoch in range(1, epochs + 1) for accuracy in accuracies]
    invisible = {"marker": {"opacity": 0}}
    return go.Scatter(
        x=[epoch for epoch, _ in grid],
        y=[accuracy for _, accuracy in grid],
        mode="markers",
        marker={"size": 18, "opacity": 0},
        selected=invisible,
        unselected=invisible,
        hovertemplate="epoch %{x}: %{y:.0%}<extra></extra>",
        showlegend=False,
    )
