"""Bar charts: how many images each class and split hold, and what the models predict for one image."""

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go

from catdog.charts.style import CLASS_COLOURS, NEUTRAL, base_layout, model_colour, new_figure
from catdog.datasets.catalog import Catalog
from catdog.utils.text import format_confidence

ROW = 54  # pixels for one prediction: its name and its bar


def plot_class_counts(catalog: Catalog) -> go.Figure:
    """Draw grouped bars with the number of images of each class in each split that is not empty."""
    counts = {split: by_class for split, by_class in catalog.counts().items() if sum(by_class.values())}
    chart = new_figure(height=320, revision="counts")
    for name, colour in zip(catalog.classes, CLASS_COLOURS, strict=True):
        heights = [by_class.get(name, 0) for by_class in counts.values()]
        chart.add_bar(
            name=escape(name),
            x=list(counts),
            y=heights,
            marker_color=colour,
            text=[f"{height:,}" for height in heights],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{x}: %{y:,} " + escape(name) + "<extra></extra>",
        )
    chart.update_layout(barmode="group", bargap=0.25, bargroupgap=0.08)
    chart.update_xaxes(fixedrange=True)
    chart.update_yaxes(title="images", fixedrange=True, rangemode="tozero", tickformat=",d")
    return chart


def plot_probabilities(
    predictions: Sequence[tuple[str, str, float]],
    classes: tuple[str, str],
    unsure: tuple[float, float] | None = None,
    notes: Sequence[str] = (),
) -> go.Figure:
    """Draw one bar from 0 to 100% for each prediction, split between the two classes, the first on top.

    Args:
        predictions: (run name, model name, probability of class 1 in 0..1) of each run.
        classes: The names of class 0 (drawn from the left) and class 1.
        unsure: Between which probabilities of class 1, 0..1, a prediction counts as not sure; None marks nothing.
        notes: What to write beside each run's name; "" or none for nothing.
    """
    rows = list(range(len(predictions)))
    run_names = [escape(name) for name, _, _ in predictions]
    of_second = [min(1.0, max(0.0, float(probability))) for _, _, probability in predictions]
    of_first = [1 - probability for probability in of_second]
    bars = [
        go.Bar(
            name=escape(name),
            orientation="h",
            y=rows,
            x=values,
            width=0.45,
            marker={"color": colour},
            # A slice too narrow for its number shows none: the other slice says it.
            text=[f"{escape(name)} {format_confidence(value)}" if value >= 0.3 else "" for value in values],
            textposition="inside",
            insidetextanchor="middle",
            textfont={"color": ink, "size": 14},
            textangle=0,
            customdata=[
                f"{run}: {escape(name)} {format_confidence(x)}" for run, x in zip(run_names, values, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
        for name, colour, values, ink in zip(
            classes, CLASS_COLOURS, (of_first, of_second), ("#000000", "#ffffff"), strict=True
        )
    ]
    notes = [f"  <span style='font-size:12px'>{escape(note)}</span>" if note else "" for note in notes]
    notes += [""] * (len(rows) - len(notes))
    # The name stands above its bar, so that the bar has the whole width on a telephone too.
    annotations = [
        {
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "y": row - 0.24,
            "yanchor": "bottom",
            "text": f'<span style="color:{model_colour(model)}">■</span> {name}{note}',
            "showarrow": False,
            "font": {"size": 14},
        }
        for row, (name, (_, model, _), note) in enumerate(zip(run_names, predictions, notes, strict=True))
    ]
    shapes = [{"type": "line", "x0": 0.5, "x1": 0.5, "line": {"width": 1, "dash": "dot", "color": NEUTRAL}}]
    if unsure:
        # the bar's border between the colours lies at the probability of class 0
        band = {"x0": 1 - unsure[1], "x1": 1 - unsure[0], "fillcolor": NEUTRAL, "opacity": 0.15, "line": {"width": 0}}
        shapes.append({"type": "rect", "layer": "below", **band})
    base = base_layout(height=ROW * len(predictions) + 56, revision="answers")
    look = {
        **base,
        "barmode": "stack",
        "showlegend": False,
        "margin": {**base["margin"], "t": 8, "r": 28},
        "annotations": annotations,
        "shapes": [{"yref": "paper", "y0": 0, "y1": 1, **shape} for shape in shapes],
        "xaxis": {
            "range": [0, 1],
            "tickformat": ".0%",
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
            "fixedrange": True,
            "showgrid": False,
        },
        "yaxis": {"range": [len(predictions) - 0.6, -0.7], "visible": False, "fixedrange": True},
    }
    return go.Figure(bars, look)  # at once, since to change a figure takes plotly several times as long
