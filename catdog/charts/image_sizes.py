"""Charts of the images' original sizes: width by height, and how wide they are for their height."""

from html import escape

import numpy as np
import plotly.graph_objects as go

from catdog.charts.style import CLASS_COLOURS, NEUTRAL, new_figure
from catdog.datasets.catalog import Catalog
from catdog.datasets.statistics import ImageStatistics

MOST_POINTS = 1500  # more of them make the page slow, and one no longer sees any
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)  # pixels that sizes are rounded to, until few differ
LARGEST, SMALLEST = 26, 6  # pixels across for the size that most images have, and for one image
SHAPES = {"1:2": 1 / 2, "2:3": 2 / 3, "3:4": 3 / 4, "1:1": 1.0, "4:3": 4 / 3, "3:2": 3 / 2, "2:1": 2.0}
BINS = 41  # odd, so that square images lie in the middle of one
WIDEST = 3.0  # wider and taller images are counted at the ends


def plot_image_sizes(catalog: Catalog, statistics: ImageStatistics) -> go.Figure:
    """Draw a point for each width and height that images have, larger the more do, in the colours of the classes.

    If over MOST_POINTS sizes differ, they are rounded to a step that the axes name.

    Args:
        catalog: Of the dataset.
        statistics: Of its images; those whose size is 0, since their file is gone, are left out.
    """
    rows = np.flatnonzero(statistics.widths > 0)
    sizes = np.stack([statistics.widths[rows], statistics.heights[rows], catalog.labels[rows]], axis=1)
    step, points, counts = _round_sizes(sizes.astype(np.int64))
    most = int(counts.max(initial=1))
    chart = new_figure(height=360, revision="sizes")
    for label, (name, colour) in enumerate(zip(catalog.classes, CLASS_COLOURS, strict=True)):
        of_class = points[:, 2] == label
        chart.add_scatter(
            x=points[of_class, 0],
            y=points[of_class, 1],
            mode="markers",
            name=escape(name),
            marker={
                "color": colour,
                "opacity": 0.45,
                "size": SMALLEST + (LARGEST - SMALLEST) * np.sqrt((counts[of_class] - 1) / max(1, most - 1)),
                "line": {"width": 0},
            },
            customdata=counts[of_class],
            hovertemplate="%{x} × %{y} pixels: %{customdata:,} " + escape(name) + "<extra></extra>",
        )
    side = float(points[:, :2].max(initial=1)) * 1.08
    rounded = f" (rounded to {step})" if step > 1 else ""
    chart.add_shape(
        type="line", x0=0, y0=0, x1=side, y1=side, layer="below", line={"width": 1, "dash": "dot", "color": NEUTRAL}
    )
    chart.add_annotation(
        x=0.96 * side, y=0.96 * side, text="square", showarrow=False, xanchor="right", font={"color": NEUTRAL}
    )
    chart.update_xaxes(title=f"width in pixels{rounded}", range=[0, side], tickformat=",d")
    chart.update_yaxes(title=f"height in pixels{rounded}", range=[0, side], tickformat=",d")
    chart.update_layout(legend={"y": -0.24}, showlegend=True)
    return chart


def plot_aspect_ratios(catalog: Catalog, statistics: ImageStatistics) -> go.Figure:
    """Draw how many images of each class are how wide for their height: tall ones left, wide ones right.

    Args:
        catalog: Of the dataset.
        statistics: Of its images; those whose size is 0, since their file is gone, are left out.
    """
    rows = np.flatnonzero(statistics.widths > 0)
    ratios = np.log(statistics.widths[rows] / statistics.heights[rows]).clip(-np.log(WIDEST), np.log(WIDEST))
    edges = np.linspace(-np.log(WIDEST), np.log(WIDEST), BINS + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    labels = [_format_ratio(middle) for middle in np.exp(middles)]
    chart = new_figure(height=360, revision="ratios")
    for label, (name, colour) in enumerate(zip(catalog.classes, CLASS_COLOURS, strict=True)):
        counts, _ = np.histogram(ratios[catalog.labels[rows] == label], edges)
        chart.add_bar(
            x=middles,
            y=counts,
            name=escape(name),
            marker_color=colour,
            customdata=labels,
            hovertemplate="%{customdata}: %{y:,} " + escape(name) + "<extra></extra>",
        )
    chart.update_layout(barmode="stack", bargap=0.05, legend={"y": -0.24}, showlegend=True)
    chart.update_xaxes(
        title="width : height",
        range=[-np.log(2.4), np.log(2.4)] if (abs(ratios) < np.log(2.3)).all() else None,
        tickvals=np.log(list(SHAPES.values())),
        ticktext=list(SHAPES),
        tickangle=0,
        fixedrange=True,
    )
    chart.update_yaxes(title="images", fixedrange=True, rangemode="tozero", tickformat=",d")
    return chart


def _round_sizes(sizes: np.ndarray) -> tuple[int, np.ndarray, np.ndarray]:
    """Return the step that widths and heights are rounded to, the different (width, height, label), and how many."""
    for step in STEPS:
        rough = sizes.copy()
        rough[:, :2] = np.maximum(1, np.rint(sizes[:, :2] / step)) * step
        points, counts = np.unique(rough, axis=0, return_counts=True)
        if len(points) <= MOST_POINTS:
            break
    return step, points, counts


def _format_ratio(ratio: float) -> str:
    return f"{ratio:.2f} : 1" if ratio >= 1 else f"1 : {1 / ratio:.2f}"
