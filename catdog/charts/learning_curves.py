"""Learning curves: accuracy, loss and the gap by epoch or time of any runs, finished or still training."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from catdog.charts.lines import (
    SYMBOLS,
    draw_goals,
    draw_notebook,
    draw_run,
    draw_seed_band,
    mark_best_epoch,
    mark_turn,
)
from catdog.charts.marks import mark_fine_tuning
from catdog.charts.series import Columns, Goal, Series
from catdog.charts.style import new_figure

METRICS = ("accuracy", "loss", "gap")
AXES = {"epoch": "epoch", "seconds": "training time in seconds"}
HEIGHTS = {"accuracy": 372, "loss": 250, "gap": 210}  # pixels of a panel among several
ALONE = 340
BETWEEN = 36  # pixels between two panels
MOST_HOVERED = 18  # values that one box under the mouse may list


def plot_learning_curves(
    series: Sequence[Series],
    metric: str = "accuracy",
    goals: Sequence[Goal] = (),
    published: Mapping[str, Columns] | None = None,
) -> go.Figure:
    """Draw the curves of one metric by epoch, training dashed and validation solid; arguments as for `plot_panels`."""
    return plot_panels(series, (metric,), goals, published, best=False)


def plot_panels(
    series: Sequence[Series],
    metrics: Sequence[str] = METRICS,
    goals: Sequence[Goal] = (),
    published: Mapping[str, Columns] | None = None,
    axis: str = "epoch",
    smoothing: float = 0.0,
    best: bool = True,
) -> go.Figure:
    """Draw one panel for each metric, one above the other, with one axis, hover line and zoom for all.

    Args:
        series: The runs. Values that are missing or not finite leave a gap; an empty history shows in the legend only.
        metrics: Some of METRICS; the gap is training accuracy minus validation accuracy.
        goals: Accuracies to reach; only the panel of accuracy has them.
        published: {model: the notebook's curves}, accuracies by epoch; an axis of seconds has none.
        axis: One of AXES.
        smoothing: 0 (none) to 1, see catdog.charts.series.smooth.
        best: Whether a star marks each run's best epoch, and a diamond where its validation loss turned up.

    Raises:
        ValueError: A metric is not one of METRICS.
    """
    for metric in metrics:
        if metric not in METRICS:
            raise ValueError(f"metric must be one of {METRICS}, not {metric!r}")
    notebook = published if published and axis == "epoch" and "accuracy" in metrics else {}
    hover = "both" if 2 * len(series) * len(metrics) <= MOST_HOVERED and len(series) <= 2 else "validation"
    traces: list[dict] = []
    layout: dict = {"shapes": [], "annotations": []}
    domains = _panel_domains(metrics)
    for index, metric in enumerate(metrics):
        drawn = _panel(series, metric, axis, smoothing, best, hover)
        if metric == "accuracy":
            drawn = [draw_notebook(model, columns) for model, columns in notebook.items()] + drawn
        suffix = str(index + 1) if index else ""
        for trace in drawn:
            trace["yaxis"] = f"y{suffix}"
            trace["showlegend"] = trace.get("showlegend", True) and index == 0
        lines = goals if metric == "accuracy" else ()
        values = [value for trace in drawn for value in trace["y"] if value is not None]
        low, high, note = _choose_range([*values, *(goal.value for goal in lines)], metric)
        layout[f"yaxis{suffix}"] = {
            "title": {"text": metric},
            "range": [low, high],
            "tickformat": "~g" if metric == "loss" else ".0%",
            "automargin": True,
            "domain": domains[metric],
            "zeroline": metric == "gap",
        }
        shapes, labels = draw_goals(lines)
        layout["shapes"] += [{**shape, "yref": f"y{suffix}"} for shape in shapes]
        layout["annotations"] += [{**label, "yref": f"y{suffix}"} for label in labels]
        shapes, labels = mark_fine_tuning(series, axis)
        layout["shapes"] += [{**shape, "yref": f"y{suffix} domain", "y0": 0, "y1": 1} for shape in shapes]
        if not index:  # one label for the line through all panels
            layout["annotations"] += [{**label, "yref": f"y{suffix} domain", "y": 0} for label in labels]
        layout["annotations"].append(_caption(metric, domains[metric][1], note, bool(notebook), index == 0))
        traces += drawn
        for run in series if best else ():
            marks, mark_labels = mark_turn(run, metric, axis)
            traces += [{**mark, "yaxis": f"y{suffix}"} for mark in marks]
            layout["annotations"] += [{**label, "yref": f"y{suffix}"} for label in mark_labels]
    return _figure(series, metrics, traces, layout, axis, len(notebook))


def _figure(
    series: Sequence[Series], metrics: Sequence[str], traces: list[dict], layout: dict, axis: str, extra: int
) -> go.Figure:
    plot_height = _plot_height(metrics)
    height = plot_height + 68 + 20 * (len(series) + extra)  # with a row of the legend for each run
    chart = new_figure(height, revision="-".join((*metrics, *([axis] if axis != "epoch" else []))))
    chart = go.Figure(data=traces, layout=chart.layout, _validate=False)
    longest = max([1, *(run.epochs for run in series), *(max(trace["x"], default=0) for trace in traces)])
    xaxis: dict = {"title": {"text": AXES[axis]}}
    if axis == "epoch":
        step = _choose_step(int(longest))
        xaxis |= {"range": [0.5, int(longest) + 0.5], "tickformat": "d", "tick0": 0, "dtick": step}
    else:
        xaxis |= {"range": [0, 1.03 * longest], "tickformat": ",d"}
    bottom = f"y{len(metrics)}" if len(metrics) > 1 else "y"
    spike = {
        "showspikes": True,
        "spikemode": "across",
        "spikethickness": 1,
        "spikedash": "dot",
        "spikesnap": "hovered data",
    }
    two_lines = any("<br>" in (annotation["text"] or "") for annotation in layout["annotations"])
    many = sum(trace.get("hoverinfo") != "skip" for trace in traces) > MOST_HOVERED
    position = "epoch %{x}" if axis == "epoch" else "after %{x:,.0f} s"
    if many:  # no box for all of them, which would say where the mouse is
        for trace in chart.data:
            if trace.hovertemplate:
                trace.hovertemplate = f"{position}: {trace.hovertemplate}"
    chart.update_layout(
        hovermode="closest" if many else "x unified",
        hoversubplots="axis",
        showlegend=True,
        margin={"t": 44 if two_lines else 28},
        legend={"y": -52 / plot_height},
        xaxis={**xaxis, **spike, "anchor": bottom, "unifiedhovertitle": {"text": position}},
        **layout,
    )
    return chart


def _panel(series: Sequence[Series], metric: str, axis: str, smoothing: float, best: bool, hover: str) -> list[dict]:
    traces = []
    of_model: Counter[str] = Counter()
    for run in series:
        # Runs of one model share its colour, so the marker tells them apart.
        symbol = SYMBOLS[of_model[run.model] % len(SYMBOLS)]
        of_model[run.model] += 1
        traces += draw_seed_band(run, metric, axis)
        traces += draw_run(run, metric, symbol, axis, smoothing, hover)
        if best and metric == "accuracy":
            traces += mark_best_epoch(run, axis)
    return traces


def _caption(metric: str, top: float, note: str, notebook: bool, first: bool) -> dict:
    """Return the line above a panel: what its lines mean (said once for all panels), and what lies outside."""
    if metric == "gap":
        text = "gap: training accuracy minus validation accuracy"
    elif first:
        text = "solid: validation · dashed: training" + (" · dotted: reference course" if notebook else "")
        text += f"<br>{note}" if note else ""
    else:
        text = note
    return {
        "text": text,
        "showarrow": False,
        "font": {"size": 12},
        "align": "left",
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": top,
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": 6,
    }


def _plot_height(metrics: Sequence[str]) -> int:
    if len(metrics) == 1:
        return ALONE
    return sum(HEIGHTS[metric] for metric in metrics) + BETWEEN * (len(metrics) - 1)


def _panel_domains(metrics: Sequence[str]) -> dict[str, list[float]]:
    """Return from where to where each panel reaches, as shares of the plot's height from its bottom."""
    plot = _plot_height(metrics)
    domains, top = {}, float(plot)
    for metric in metrics:
        height = HEIGHTS[metric] if len(metrics) > 1 else ALONE
        domains[metric] = [max(0.0, (top - height) / plot), top / plot]
        top -= height + BETWEEN
    return domains


def _choose_range(values: list[float], metric: str) -> tuple[float, float, str]:
    """Return the lowest and highest value to show, and a note if something lies above."""
    if metric == "gap":
        return min([-0.05, *(value - 0.02 for value in values)]), max([0.05, *(value + 0.02 for value in values)]), ""
    if metric == "accuracy":
        low = min([0.45, *(value - 0.02 for value in values)])
        return max(-0.01, low), 1.01, ""
    if not values:
        return 0.0, 1.0, ""
    # A first epoch on raw pixels can have fifty times the loss of the rest, which would flatten them.
    middle, top = sorted(values)[len(values) // 2], max(values)
    if top > 6 * middle > 0:
        return 0.0, 3 * middle, f"the highest loss, {top:.3g}, lies above the chart"
    return 0.0, max(top * 1.05, 0.01), ""


def _choose_step(longest: int) -> int:
    for step in (1, 2, 5, 10, 20, 50, 100, 200):
        if longest / step <= 10:
            return step
    return math.ceil(longest / 10)
