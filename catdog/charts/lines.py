"""The lines of learning curves as plotly takes them: plain dictionaries, since its own classes are slow to make."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from catdog.charts.series import Columns, Goal, Series, get_curve, smooth
from catdog.charts.style import model_colour

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "x", "pentagon", "triangle-down")
FAINT = 0.3  # opacity of what was measured, when a smoothed line is drawn over it


def draw_run(
    run: Series, metric: str, symbol: str, axis: str = "epoch", smoothing: float = 0.0, hover: str = "both"
) -> list[dict[str, Any]]:
    """Draw the training and the validation line of a run; of the gap, the one line there is.

    Args:
        run: The run.
        metric: "accuracy", "loss" or "gap".
        symbol: Its marker.
        axis: "epoch" or "seconds".
        smoothing: The weight for `smooth`; over 0, the lines as measured are there too, faint.
        hover: Which lines tell their values under the mouse: "both" or "validation".

    Returns:
        Plotly's traces.
    """
    lines = []
    positions = run.positions(axis)
    for part in ("training", "validation"):
        validation = part == "validation"
        if metric == "gap" and not validation:
            continue
        values = get_curve(run.history, metric, validation)[: len(positions)]
        if smoothing:
            faint = _line(run, metric, part, positions, values, symbol)
            lines.append({**faint, "opacity": FAINT, "mode": "lines", "hoverinfo": "skip", "hovertemplate": None})
            values = smooth(values, smoothing)
        line = _line(run, metric, part, positions, values, symbol, legend=validation)
        if not validation and hover == "validation":
            line |= {"hoverinfo": "skip", "hovertemplate": None}
        lines.append(line)
    return lines


def _line(
    run: Series,
    metric: str,
    part: str,
    positions: Sequence[float],
    values: Sequence[float | None],
    symbol: str,
    legend: bool = False,
) -> dict[str, Any]:
    validation = part == "validation"
    return {
        "type": "scatter",
        "x": list(positions[: len(values)]),
        "y": list(values),
        "name": escape(run.name),
        "hovertemplate": hover_template(f"{escape(run.name)}{'' if metric == 'gap' else f', {part}'}", metric),
        "mode": "lines+markers",
        "line": {
            "color": model_colour(run.model),
            "dash": "solid" if validation else "dash",
            "width": 2.5 if validation else 1.5,
        },
        "marker": {
            "symbol": symbol if validation else f"{symbol}-open",
            "size": 7 if validation else 5,
            "maxdisplayed": 40,
        },
        "legendgroup": run.name,  # all lines of a run are shown and hidden together
        "showlegend": legend,
    }


def draw_seed_band(run: Series, metric: str, axis: str = "epoch") -> list[dict[str, Any]]:
    """Draw the area between the lowest and highest validation of averaged runs.

    Of the gap there is none: the lowest accuracy of one run is not that of the run with the lowest validation.

    Args:
        run: The average.
        metric: "accuracy", "loss" or "gap".
        axis: "epoch" or "seconds".

    Returns:
        Plotly's traces, [] for a single run.
    """
    if metric == "gap" or not run.low:
        return []
    positions = run.positions(axis)
    low, high = (get_curve(columns, metric, True)[: len(positions)] for columns in (run.low, run.high))
    kept = [index for index, pair in enumerate(zip(low, high, strict=True)) if None not in pair]
    x = [positions[index] for index in kept]
    return [
        {
            "type": "scatter",
            "x": x + x[::-1],
            "y": [high[index] for index in kept] + [low[index] for index in reversed(kept)],
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


def mark_best_epoch(run: Series, axis: str = "epoch") -> list[dict[str, Any]]:
    """Draw a star at the first epoch with the highest validation accuracy; [] if there is no accuracy."""
    positions = run.positions(axis)
    values = get_curve(run.history, "accuracy", True)[: len(positions)]
    candidates = [(value, -index) for index, value in enumerate(values) if value is not None]
    if not candidates:
        return []
    value, negative_index = max(candidates)
    epoch = int(run.history["epoch"][-negative_index])
    return [
        {
            "type": "scatter",
            "x": [positions[-negative_index]],
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


def mark_turn(run: Series, metric: str, axis: str = "epoch") -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Draw where the validation loss turned up, with a short label.

    Args:
        run: The run.
        metric: "accuracy" or "loss"; the gap has no such mark.
        axis: "epoch" or "seconds".

    Returns:
        Plotly's traces and annotations, none for a run in which it did not.
    """
    epochs = [int(epoch) for epoch in run.history.get("epoch", ())]
    if metric == "gap" or run.turn not in epochs:
        return [], []
    index, values = epochs.index(run.turn), get_curve(run.history, metric, True)
    if index >= len(values) or values[index] is None:
        return [], []
    x, y, colour = run.positions(axis)[index], values[index], model_colour(run.model)
    mark = {
        "type": "scatter",
        "x": [x],
        "y": [y],
        "name": escape(run.name),
        "hovertemplate": f"{escape(run.name)}: validation loss rises from epoch {run.turn} on<extra></extra>",
        "mode": "markers",
        "line": {"dash": "solid", "color": colour},
        "marker": {"symbol": "diamond", "size": 12, "color": colour, "line": {"width": 1.5, "color": "#000000"}},
        "legendgroup": run.name,
        "showlegend": False,
    }
    label = {
        "text": f"overfits from epoch {run.turn}",
        "font": {"size": 11, "color": "#000000"},
        "bgcolor": colour,
        "borderpad": 2,
        "x": x,
        "y": y,
        "xanchor": "left",
        "arrowcolor": colour,
        "ax": 8,
        "ay": -48
        if metric == "loss"
        else 58,  # there a curve that turns leaves room: above its loss, below its accuracy
    }
    return [mark], [label]


def draw_notebook(model: str, columns: Columns) -> dict[str, Any]:
    """Draw the reference course's validation accuracy of a model, dotted."""
    values = get_curve(columns, "accuracy", True)
    return {
        "type": "scatter",
        "x": list(range(1, len(values) + 1)),
        "y": values,
        "name": f"{escape(model)} reference",
        "hovertemplate": hover_template(f"{escape(model)} reference", "accuracy"),
        "mode": "lines",
        "line": {"color": model_colour(model), "dash": "dot", "width": 1.5},
        "legendgroup": f"{model} reference",
        "legendrank": 2000,  # after the runs, which have 1000, although it is drawn below them
    }


def draw_goals(goals: Sequence[Goal]) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Draw the lines of goals, as plotly's shapes, and their labels, as its annotations."""
    lines, labels = [], []
    below: Goal | None = None
    for goal in sorted(goals, key=lambda goal: goal.value):
        # Goals of 50 and 52% lie closer together than a text is high: the second text stands further left.
        aside = below is not None and goal.value - below.value < 0.05
        below = None if aside else goal
        colour = model_colour(goal.model)
        across = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": goal.value, "y1": goal.value}
        lines.append({**across, "line": {"color": colour, "width": 1.25, "dash": "longdashdot"}, "layer": "below"})
        # Black on the line's own colour reads in light and dark, and above curves that pass behind.
        text = {"text": escape(goal.label), "font": {"size": 11, "color": "#000000"}, "bgcolor": colour}
        place = {"xref": "paper", "x": 0.68 if aside else 1, "xanchor": "right", "y": goal.value, "yanchor": "middle"}
        labels.append({**text, **place, "borderpad": 2, "showarrow": False})
    return lines, labels


def hover_template(name: str, metric: str) -> str:
    """Return what is told of a point under the mouse."""
    return f"{name} {metric} %{{y:{'.4f' if metric == 'loss' else '.1%'}}}<extra></extra>"
