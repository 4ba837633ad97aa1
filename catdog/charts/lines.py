"""The lines of learning curves as plotly takes them: plain dictionaries, since its own classes are slow to make."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from catdog.charts.series import Columns, Goal, Series, get_curve, smooth
from catdog.charts.style import model_colour

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "x", "pentagon", "triangle-down")
FAINT = 0.3  # opacity of what was measured, where a smoothed line is drawn over it


def run_lines(
    run: Series, metric: str, symbol: str, axis: str = "epoch", smoothing: float = 0.0, told: str = "both"
) -> list[dict[str, Any]]:
    """Return the training and the validation line of a run; of the gap, the one line there is.

    symbol: its marker. smoothing: see `smoothed`; over 0, the lines as measured are there too, faint. told: "both"
    lines tell their values under the mouse, or "validation" only.
    """
    lines = []
    along = run.along(axis)
    for part in ("training", "validation"):
        solid = part == "validation"
        if metric == "gap" and not solid:
            continue
        values = get_curve(run.history, metric, solid)[: len(along)]
        if smoothing:
            faint = _line(run, metric, part, along, values, symbol)
            lines.append({**faint, "opacity": FAINT, "mode": "lines", "hoverinfo": "skip", "hovertemplate": None})
            values = smooth(values, smoothing)
        line = _line(run, metric, part, along, values, symbol, legend=solid)
        if not solid and told == "validation":
            line |= {"hoverinfo": "skip", "hovertemplate": None}
        lines.append(line)
    return lines


def _line(
    run: Series,
    metric: str,
    part: str,
    along: Sequence[float],
    values: Sequence[float | None],
    symbol: str,
    legend: bool = False,
) -> dict[str, Any]:
    solid = part == "validation"
    return {
        "type": "scatter",
        "x": list(along[: len(values)]),
        "y": list(values),
        "name": escape(run.name),
        "hovertemplate": hover(f"{escape(run.name)}{'' if metric == 'gap' else f', {part}'}", metric),
        "mode": "lines+markers",
        "line": {
            "color": model_colour(run.model),
            "dash": "solid" if solid else "dash",
            "width": 2.5 if solid else 1.5,
        },
        "marker": {
            "symbol": symbol if solid else f"{symbol}-open",
            "size": 7 if solid else 5,
            "maxdisplayed": 40,
        },
        "legendgroup": run.name,  # all lines of a run are shown and hidden together
        "showlegend": legend,
    }


def band(run: Series, metric: str, axis: str = "epoch") -> list[dict[str, Any]]:
    """Return the area between the lowest and highest validation of runs laid together, [] for a single run.

    Of the gap there is none: the lowest accuracy of one run is not that of the run with the lowest validation.
    """
    if metric == "gap" or not run.low:
        return []
    along = run.along(axis)
    low, high = (get_curve(part, metric, True)[: len(along)] for part in (run.low, run.high))
    kept = [number for number, pair in enumerate(zip(low, high, strict=True)) if None not in pair]
    there = [along[number] for number in kept]
    edge = [high[number] for number in kept] + [low[number] for number in reversed(kept)]
    return [
        {
            "type": "scatter",
            "x": there + there[::-1],
            "y": edge,
            "name": escape(run.name),
            "mode": "lines",
            "line": {"width": 0, "color": model_colour(run.model), "dash": "solid"},
            "fill": "toself",
            "opacity": FAINT,
            "hoverinfo": "skip",
            "legendgroup": run.name,
            "showlegend": False,
        }
    ]


def best_mark(run: Series, axis: str = "epoch") -> list[dict[str, Any]]:
    """Return a star at the first epoch with the highest validation accuracy, [] where there is no accuracy."""
    along = run.along(axis)
    values = get_curve(run.history, "accuracy", True)[: len(along)]
    known = [(value, -number) for number, value in enumerate(values) if value is not None]
    if not known:
        return []
    value, number = max(known)
    epoch = int(run.history["epoch"][-number])
    return [
        {
            "type": "scatter",
            "x": [along[-number]],
            "y": [value],
            "name": escape(run.name),
            "hovertemplate": f"{escape(run.name)}: best epoch {epoch}, %{{y:.1%}}<extra></extra>",
            "mode": "markers",
            "line": {"dash": "solid", "color": model_colour(run.model)},
            "marker": {
                "symbol": "star",
                "size": 15,
                "color": model_colour(run.model),
                "line": {"width": 1.5, "color": "#000000"},
            },
            "legendgroup": run.name,
            "showlegend": False,
        }
    ]


def notebook_line(model: str, columns: Columns) -> dict[str, Any]:
    """Return the notebook's validation accuracy of a model, dotted."""
    values = get_curve(columns, "accuracy", True)
    return {
        "type": "scatter",
        "x": list(range(1, len(values) + 1)),
        "y": values,
        "name": f"{escape(model)} notebook",
        "hovertemplate": hover(f"{escape(model)} notebook, validation", "accuracy"),
        "mode": "lines",
        "line": {"color": model_colour(model), "dash": "dot", "width": 1.5},
        "legendgroup": f"{model} notebook",
        "legendrank": 2000,  # after the runs, which have 1000, although it is drawn below them
    }


def goal_lines(goals: Sequence[Goal]) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Return the lines of goals, as plotly's shapes, and their labels, as its annotations."""
    lines, texts = [], []
    below: Goal | None = None
    for goal in sorted(goals, key=lambda goal: goal.value):
        # Goals of 50 and 52 % lie closer together than a text is high: the second text stands further left.
        aside = below is not None and goal.value - below.value < 0.05
        below = None if aside else goal
        colour = model_colour(goal.model)
        across = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": goal.value, "y1": goal.value}
        lines.append({**across, "line": {"color": colour, "width": 1.25, "dash": "longdashdot"}, "layer": "below"})
        # Black on the line's own colour reads in light and dark, and above curves that pass behind.
        words = {"text": escape(goal.label), "font": {"size": 11, "color": "#000000"}, "bgcolor": colour}
        place = {"xref": "paper", "x": 0.68 if aside else 1, "xanchor": "right", "y": goal.value, "yanchor": "middle"}
        texts.append({**words, **place, "borderpad": 2, "showarrow": False})
    return lines, texts


def hover(name: str, metric: str) -> str:
    """Return what is told of a point under the mouse."""
    return f"{name} {metric} %{{y:{'.4f' if metric == 'loss' else '.1%'}}}<extra></extra>"
