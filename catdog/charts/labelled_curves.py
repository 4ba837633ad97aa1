"""Learning curves whose lines are named at their ends, with goals as ticks in the margin and one row a run as hover."""

import textwrap
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go

from catdog.charts.learning_curves import ALONE, MOST_HOVERED, plot_panels
from catdog.charts.series import Columns, Goal, Series, get_curve
from catdog.charts.style import model_colour

MOST_LABELS = 8  # lines that are named at their ends; more get a legend
LINE, WRAP = 15, 14  # pixels that a line of a label is high, and characters after which it is broken
CHARACTER = 7.2  # pixels that a character of a label is wide, at most
GOAL = 13  # pixels that a goal's text is high


def plot_labelled_curves(
    series: Sequence[Series],
    metric: str = "accuracy",
    goals: Sequence[Goal] = (),
    published: Mapping[str, Columns] | None = None,
    axis: str = "epoch",
    smoothing: float = 0.0,
) -> go.Figure:
    """Draw the curves of one metric; arguments as for `plot_panels`.

    Up to eight lines are named at their ends, without a legend; what is hidden in a legend has no name at its end.
    """
    chart = plot_panels(series, (metric,), (), published, axis, smoothing)
    _write_hover(chart, series, metric, axis)
    lines = [trace for trace in chart.data if trace.showlegend is not False and _find_end(trace)]
    labels = {id(trace): "<br>".join(textwrap.wrap(trace.name, WRAP, break_long_words=False)) for trace in lines}
    if len(lines) > MOST_LABELS or any(label.count("<br>") > 1 for label in labels.values()):
        labels, lines = {}, []
    shown_goals = sorted(goals, key=lambda goal: goal.value) if metric == "accuracy" else []
    low, high = chart.layout.yaxis.range
    scale = ALONE / (high - low)  # pixels a unit
    ends = [min(high, max(low, _find_end(trace)[1])) for trace in lines]
    targets = [*ends, *(goal.value for goal in shown_goals)]
    heights = [*(LINE * (1 + labels[id(trace)].count("<br>")) for trace in lines), *[GOAL] * len(shown_goals)]
    places = [low + place / scale for place in spread([(value - low) * scale for value in targets], heights, ALONE)]
    right = chart.layout.xaxis.range[1]
    names = [
        trace
        for line, place in zip(lines, places, strict=False)
        for trace in _draw_label(line, labels[id(line)], place, right)
    ]
    chart = go.Figure([*chart.data, *names], chart.layout, _validate=False)
    _draw_goals(chart, shown_goals, places[len(lines) :])
    chart.layout.yaxis.title = {}  # the tab above says it
    texts = [part for label in labels.values() for part in label.split("<br>")]
    widest = max([0, *(CHARACTER * len(text) for text in texts), *(0.85 * CHARACTER * len(g.label) for g in goals)])
    chart.update_layout(
        height=chart.layout.height if not lines else ALONE + 68,
        showlegend=not lines,
        margin_r=round(widest) + 20 if lines or shown_goals else 8,
        # labels keep their place at the right edge while the epochs are zoomed
        xaxis2={"overlaying": "x", "range": [0, 1], "fixedrange": True, "visible": False, "showspikes": False},
    )
    return chart


def spread(targets: Sequence[float], heights: Sequence[float], room: float) -> list[float]:
    """Place texts in a column as near as possible to where they belong, without overlap.

    Args:
        targets: Where the middle of each would best be, pixels from the bottom.
        heights: How high each is, in pixels.
        room: How high the column is, in pixels.

    Returns:
        The middle of each, in the order given. Where all together are higher than the column, they overlap.
    """
    order = sorted(range(len(targets)), key=lambda index: targets[index])
    offsets, total = [], 0.0
    for place, index in enumerate(order):
        total += (heights[order[place - 1]] + heights[index]) / 2 if place else 0.0
        offsets.append(total)
    # without their offsets the places must only not fall: isotonic regression, by pooling neighbours
    pools: list[list[float]] = []
    for index, offset in zip(order, offsets, strict=True):
        pools.append([targets[index] - offset])
        while len(pools) > 1 and _mean(pools[-2]) > _mean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    means = [_mean(pool) for pool in pools for _ in pool]
    places = [min(max(0.0, mean), max(0.0, room - total)) + offset for mean, offset in zip(means, offsets, strict=True)]
    result = [0.0] * len(targets)
    for index, place in zip(order, places, strict=True):
        result[index] = place
    return result


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _find_end(trace: go.Scatter) -> tuple[float, float] | None:
    """Return the last point of a line that has a value."""
    return next(((x, y) for x, y in zip(reversed(trace.x), reversed(trace.y), strict=False) if y is not None), None)


def _write_hover(chart: go.Figure, series: Sequence[Series], metric: str, axis: str) -> None:
    """Let each run tell its values in one row, "training | validation", and say what happened in that epoch."""
    runs = {run.name: run for run in series}
    rows = 0
    for trace in chart.data:
        run = runs.get(trace.legendgroup)
        if run is None:
            rows += trace.hoverinfo != "skip"
        elif trace.mode == "lines+markers" and trace.line.dash == "solid":
            trace.customdata = _describe_epochs(run, metric)[: len(trace.x)]
            trace.hovertemplate = f"{escape(run.name)}: %{{customdata}}<extra></extra>"
            rows += 1
        else:
            trace.update(hoverinfo="skip", hovertemplate=None)
    position = "epoch %{x}" if axis == "epoch" else "after %{x:,.0f} s"
    title = f"{position} · {'training minus validation' if metric == 'gap' else 'training | validation'}"
    if rows > MOST_HOVERED:
        for trace in chart.data:
            if trace.hovertemplate:
                trace.hovertemplate = f"{position}: {trace.hovertemplate}"
    chart.layout.hovermode = "closest" if rows > MOST_HOVERED else "x unified"
    chart.layout.xaxis.unifiedhovertitle = {"text": title}


def _describe_epochs(run: Series, metric: str) -> list[str]:
    """Return what is told of each epoch: the values as they were measured, and what marks it."""
    validation = get_curve(run.history, metric, True)
    texts = [_format(value, metric) for value in validation]
    if metric != "gap":
        training = get_curve(run.history, metric, False)
        texts = [f"{_format(value, metric)} | {text}" for value, text in zip(training, texts, strict=False)]
    accuracies = [value if value is not None else -1.0 for value in get_curve(run.history, "accuracy", True)]
    best = accuracies.index(max(accuracies)) if accuracies else None
    epochs = list(run.history.get("epoch", ()))
    for index in range(min(len(texts), len(epochs))):
        texts[index] += " ★ best epoch" if index == best and metric == "accuracy" else ""
        texts[index] += " ◆ loss rises from here" if epochs[index] == run.turn and metric != "gap" else ""
    return texts


def _format(value: float | None, metric: str) -> str:
    if value is None:
        return "–"
    return f"{value:.4f}" if metric == "loss" else f"{100 * value:.1f}%"


def _draw_label(line: go.Scatter, label: str, place: float, right: float) -> list[dict[str, Any]]:
    """Return the traces of a line's name beside its end: they are of its group, so they are hidden with it."""
    x, y = _find_end(line)
    group = {"type": "scatter", "yaxis": "y", "legendgroup": line.legendgroup, "showlegend": False, "hoverinfo": "skip"}
    leader = {"x": [x, right], "y": [y, place], "mode": "lines", "line": {**_colour(line), "width": 1, "dash": "dot"}}
    marker = {**_colour(line), "size": 8, "symbol": line.marker.symbol or "line-ew"}
    text = {"x": [1], "y": [place], "xaxis": "x2", "mode": "markers+text", "text": [label], "marker": marker}
    name = {**group, **text, "name": line.name, "textposition": "middle right", "cliponaxis": False}
    return [{**group, **leader, "name": line.name}, name]


def _colour(line: go.Scatter) -> dict[str, str]:
    return {"color": line.line.color}


def _draw_goals(chart: go.Figure, goals: Sequence[Goal], places: Sequence[float]) -> None:
    """Draw a tick at the right edge for each goal, in its model's colour, with its text beside it."""
    if not goals:
        return
    chart.add_scatter(
        x=[1] * len(goals),
        y=list(places),
        xaxis="x2",
        yaxis="y",
        mode="text",
        text=[escape(goal.label) for goal in goals],
        textposition="middle right",
        textfont={"size": 10},
        name="goals",
        showlegend=False,
        hoverinfo="skip",
        cliponaxis=False,
    )
    for goal in goals:
        edge = {"type": "line", "xref": "paper", "xsizemode": "pixel", "xanchor": 1, "x0": -9, "x1": 1}
        line = {"color": model_colour(goal.model), "width": 3}
        chart.add_shape(**edge, y0=goal.value, y1=goal.value, line=line)
