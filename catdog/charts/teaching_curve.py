"""What each further labelled image brings: validation accuracy against their number, as a narrow strip."""

import plotly.graph_objects as go

from catdog.charts.style import NEUTRAL, base_layout
from catdog.features.teaching import Step

COLOUR = "#009E73"
SHADE = "rgba(0, 158, 115, 0.18)"


def plot_teaching_curve(steps: tuple[Step, ...], own: tuple[float, float] | None = None) -> go.Figure:
    """Draw the mean accuracy of the draws as a line, from the worst to the best as a band, and one's own as a dot.

    Args:
        steps: The curve, by the number of labelled images a class.
        own: How many labelled images a class somebody has taught with, and the validation accuracy, 0..1; or None.
    """
    counts = [step.count for step in steps]
    lows, highs = [step.lowest for step in steps], [step.highest for step in steps]
    band = go.Scatter(
        x=counts + counts[::-1],
        y=highs + lows[::-1],
        fill="toself",
        fillcolor=SHADE,
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
    )
    line = go.Scatter(
        x=counts,
        y=[step.mean for step in steps],
        mode="lines+markers",
        line={"color": COLOUR, "width": 2},
        marker={"size": 5},
        customdata=[[step.lowest, step.highest, step.draws] for step in steps],
        hovertemplate="%{x:,} a class: %{y:.1%}<br>%{customdata[2]} draws, %{customdata[0]:.1%} to "
        "%{customdata[1]:.1%}<extra></extra>",
        showlegend=False,
    )
    traces = [band, line]
    if own is not None:
        traces.append(
            go.Scatter(
                x=[max(own[0], 0.5)],
                y=[own[1]],
                mode="markers",
                marker={"size": 14, "color": "#D55E00", "line": {"width": 2, "color": "#FFFFFF"}},
                hovertemplate="yours: %{y:.1%}<extra></extra>",
                showlegend=False,
            )
        )
    lowest = min([*lows, own[1] if own else 1.0])
    base = base_layout(175, "teaching-curve")
    look = {
        **base,
        "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
        "xaxis": {
            "type": "log",
            "tickvals": counts,
            "ticktext": [f"{count:,}" if _is_power_of_ten(count) else "" for count in counts],
            "title": {"text": "labelled photos a class"},
            "fixedrange": True,
            "tickangle": 0,
        },
        "yaxis": {"range": [min(0.5, lowest) - 0.02, 1.01], "tickformat": ".0%", "fixedrange": True, "nticks": 4},
        "shapes": [
            {
                **{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 0.5, "y1": 0.5},
                "line": {"width": 1, "dash": "dot", "color": NEUTRAL},
            }
        ],
    }
    return go.Figure(traces, look)


def _is_power_of_ten(count: int) -> bool:
    """Tell which counts are written, since all of them would not fit beside each other."""
    return str(count).strip("0") == "1"
