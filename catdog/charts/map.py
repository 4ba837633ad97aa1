"""The map of a dataset: a point for each image, close to those that are like it."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import plotly.graph_objects as go

from catdog.charts.style import CLASS_COLOURS, NEUTRAL, base_layout

FAINT = 0.12  # opacity of what is not selected
#: Of training, validation and test; hues that belong to no class and no model.
SPLIT_COLOURS = (NEUTRAL, "#8E6BD1", "#C1466E")
#: A ring of it stands out among both classes, in light and dark.
MARK = "#D6336C"
#: From grey to a strong red, which both themes bear: what is high stands out.
SCALE = ((0.0, "#9A9A9A"), (0.5, "#C98A1B"), (1.0, "#D3263A"))
HEIGHT = 500  # pixels, where the page gives it no other
FEW, MANY = 3_000, 25_000  # images, between which points get smaller
LARGE, SMALL = 6.0, 3.0  # pixels across


@dataclass(frozen=True, eq=False)
class Group:
    """Images that are drawn alike.

    Attributes:
        name: What the legend calls them.
        rows: Their rows, integers (K,).
        colour: Of their points; a number for each, float32 (K,), 0..1, is drawn along a scale.
        symbol: Of their points, as plotly calls it.
    """

    name: str
    rows: np.ndarray
    colour: str | np.ndarray
    symbol: str = "circle"


def group_by_label(names: Sequence[str], labels: np.ndarray, colours: Sequence[str] = CLASS_COLOURS) -> list[Group]:
    """Return a group for each label that images have, label i called names[i]; labels: integers (N,)."""
    groups = [
        Group(name, np.flatnonzero(labels == label), colour)
        for label, (name, colour) in enumerate(zip(names, colours, strict=True))
    ]
    return [group for group in groups if len(group.rows)]


def group_by_answer(names: Sequence[str], labels: np.ndarray, answers: np.ndarray) -> list[Group]:
    """Return the images that are called class 0 and class 1: those rightly called so as dots, the others as crosses.

    Args:
        names: Of the two classes.
        labels: 0 or 1, integers (N,).
        answers: What a model takes them for, 0 or 1; -1 where that is not known, integers (N,).
    """
    groups = []
    for wrong, symbol in ((False, "circle"), (True, "x")):
        for label, (name, colour) in enumerate(zip(names, CLASS_COLOURS, strict=True)):
            rows = np.flatnonzero((answers == label) & ((labels != label) == wrong))
            groups.append(Group(f"called {name}, wrong" if wrong else f"called {name}", rows, colour, symbol))
    return [group for group in groups if len(group.rows)]


def plot_map(
    points: np.ndarray,
    groups: Sequence[Group],
    *,
    selected: np.ndarray | None = None,
    marked: Sequence[tuple[str, np.ndarray]] = (),
    scale: str = "",
) -> go.Figure:
    """Draw the map. Each point's `customdata` is its row.

    Args:
        points: Where the images lie, float32 (N, 2).
        groups: What is drawn; images in no group are left out.
        selected: The rows that stand out; None where all do.
        marked: (name, places (K, 2)) of points that get a ring, such as those that were taught.
        scale: What the numbers of a group with numbers for its colour are, such as "doubt".
    """
    count = len(points)
    share = float(np.clip((count - FEW) / (MANY - FEW), 0, 1))
    size = LARGE + (SMALL - LARGE) * share
    traces = [_draw_group(points, group, size, selected, scale) for group in groups]
    for name, places in marked:
        ring = {"color": "rgba(0,0,0,0)", "size": size + 6, "line": {"width": 2.5, "color": MARK}}
        traces.append(
            go.Scattergl(
                x=places[:, 0], y=places[:, 1], mode="markers", name=escape(name), marker=ring, hoverinfo="skip"
            )
        )
    base = base_layout(HEIGHT, "map")
    axis = {"showgrid": False, "zeroline": False, "showticklabels": False, "ticks": "", "title": {"text": ""}}
    look = {
        **base,
        "margin": {"l": 4, "r": 4, "t": 30, "b": 4},
        "legend": {**base["legend"], "y": -0.01, "itemsizing": "constant"},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": NEUTRAL, "activecolor": MARK},
        "showlegend": not scale,
        "dragmode": "lasso",
        "hovermode": "closest",
        "xaxis": axis,
        "yaxis": {**axis, "scaleanchor": "x"},
    }
    return go.Figure(traces, look)  # at once, since to change a figure takes plotly several times as long


def _draw_group(points: np.ndarray, group: Group, size: float, selected: np.ndarray | None, scale: str) -> go.Scattergl:
    rows, colour = group.rows, group.colour
    marker = {"size": size + (3 if group.symbol == "x" else 0), "opacity": 0.85, "symbol": group.symbol}
    if isinstance(colour, str):
        marker["color"] = colour
    else:
        order = np.argsort(colour, kind="stable")  # the highest on top
        rows, colour = rows[order], colour[order]
        bar = {
            **{"title": {"text": scale, "side": "top"}, "tickformat": ".0%", "thickness": 10, "len": 0.7},
            **{"orientation": "h", "x": 0.5, "y": -0.01, "yanchor": "top", "outlinewidth": 0},
        }
        marker |= {"color": colour.astype(np.float32), "colorscale": SCALE, "colorbar": bar}
        low = float(colour.min(initial=1))
        marker |= {"cmin": min(low, 0.5) if scale == "confidence" else 0, "cmax": 1}
    selection = {}
    if selected is not None:
        selection = {
            "selectedpoints": np.flatnonzero(np.isin(rows, selected)),
            "selected": {"marker": {"opacity": 1}},
            "unselected": {"marker": {"opacity": FAINT}},
        }
    return go.Scattergl(
        x=points[rows, 0],
        y=points[rows, 1],
        mode="markers",
        name=escape(group.name),
        customdata=rows.astype(np.int32),
        hoverinfo="none",
        marker=marker,
        **selection,
    )
