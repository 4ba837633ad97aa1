"""Whether cleaning helped: the difference of each split, their mean and its interval."""

import plotly.graph_objects as go

from catdog.charts.style import DOGS, NEUTRAL, new_figure
from catdog.features.gain import Gain

ROWS = 4  # dots that would lie on each other are spread over so many


def plot_gain(gain: Gain) -> go.Figure:
    """Draw a dot for each split, right of zero where the error fell, and below them the mean with its 95% interval.

    Args:
        gain: What was measured.
    """
    chart = new_figure(height=190, revision="gain")
    ordered = sorted(gain.differences)
    chart.add_scatter(
        x=ordered,
        y=[1.4 + index % ROWS * 0.35 for index in range(len(ordered))],
        mode="markers",
        marker={"color": DOGS, "size": 9, "opacity": 0.75, "line": {"width": 1, "color": "#FFFFFF"}},
        hovertemplate="one split: %{x:.4f}<extra></extra>",
        showlegend=False,
    )
    low, high = gain.interval
    chart.add_scatter(
        x=[gain.mean],
        y=[0.5],
        mode="markers",
        marker={"color": NEUTRAL, "size": 12, "symbol": "diamond"},
        error_x={"array": [high - gain.mean], "arrayminus": [gain.mean - low], "color": NEUTRAL, "thickness": 3},
        hovertemplate=f"mean {gain.mean:.4f}, 95% interval {low:.4f} to {high:.4f}<extra></extra>",
        showlegend=False,
    )
    chart.add_vline(x=0, line={"color": NEUTRAL, "width": 1, "dash": "dash"})
    reach = 1.15 * max(map(abs, (*ordered, low, high)))
    chart.update_xaxes(
        title="← worse · error saved · better →",
        range=[-reach, reach] if reach else None,
        fixedrange=True,
        zeroline=False,
        tickformat=".4~f",
        nticks=5,
    )
    chart.update_yaxes(
        tickvals=[0.5, 1.9],
        ticktext=["mean, 95%", f"{len(ordered)} splits"],
        range=[0, 3],
        fixedrange=True,
        showgrid=False,
        zeroline=False,
    )
    return chart
