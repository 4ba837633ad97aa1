"""Learning curves: accuracy or loss by epoch of any runs, finished or still training."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

import plotly.graph_objects as go

from catdog.charts.style import figure, model_colour
from catdog.models import MODELS

METRICS = ("accuracy", "loss")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "x", "pentagon", "triangle-down")


@dataclass(frozen=True)
class Series:
    """One run to draw.

    history: columns of equal length: epoch (from 1), accuracy, loss, val_accuracy, val_loss; may be empty.
    epochs: how many epochs the run will have; the epoch axis reaches at least so far.
    """

    name: str
    model: str
    history: Mapping[str, Sequence[float]] = field(default_factory=dict)
    epochs: int = 0


@dataclass(frozen=True)
class Goal:
    """A horizontal line at an accuracy in 0..1; `model` gives its colour, "" is grey."""

    value: float
    label: str
    model: str = ""


def goals_of(models: Sequence[str], baseline: float | None) -> list[Goal]:
    """Return the baseline (where it is known) and the goals and aims of these models, lowest first.

    A goal at the notebook's baseline is left out where the data's own, counted baseline is drawn.
    """
    goals = [] if baseline is None else [Goal(baseline, f"baseline {baseline:.0%}")]
    for name in (name for name in MODELS if name in models):
        recipe = MODELS[name]
        if recipe.goal != 0.5 or baseline is None:
            goals.append(Goal(recipe.goal, f"{recipe.name} goal {recipe.goal:.0%}", name))
        if recipe.aim is not None:
            goals.append(Goal(recipe.aim, f"{recipe.name} aim {recipe.aim:.0%}", name))
    return sorted(goals, key=lambda goal: goal.value)


def curves(
    series: Sequence[Series],
    metric: str = "accuracy",
    goal_lines: Sequence[Goal] = (),
    published: Mapping[str, Mapping[str, Sequence[float]]] | None = None,
) -> go.Figure:
    """Return the curves of `metric` ("accuracy" or "loss") by epoch: training dashed, validation solid.

    goal_lines and published (the notebook's curves, by model) are accuracies: a chart of losses has none.
    Values that are missing or not finite leave a gap; an empty history shows in the legend only.
    """
    if metric not in METRICS:
        raise ValueError(f"metric must be one of {METRICS}, not {metric!r}")
    accuracy = metric == "accuracy"
    goals, notebook = (goal_lines, published or {}) if accuracy else ((), {})
    chart = figure(height=400 + 20 * (len(series) + len(notebook)), revision=metric)
    for model, columns in notebook.items():
        _add_notebook(chart, model, columns)
    for number, one in enumerate(series):
        # Runs of one model share its colour, so the marker tells them apart.
        alike = sum(other.model == one.model for other in series[:number])
        _add_run(chart, one, metric, SYMBOLS[alike % len(SYMBOLS)])
    _add_goals(chart, goals)

    drawn = [value for trace in chart.data for value in trace.y if value is not None]
    low, high, note = _range([*drawn, *(goal.value for goal in goals)], accuracy)
    chart.add_annotation(
        text="solid: validation · dashed: training" + (" · dotted: notebook" if notebook else "") + note,
        showarrow=False,
        font={"size": 12},
        align="left",
        **{
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "y": 1,
            "yref": "paper",
            "yanchor": "bottom",
            "yshift": 6,
        },
    )
    chart.update_layout(
        hovermode="x unified" if len(series) <= 2 else "closest",
        showlegend=True,
        margin={"t": 44 if note else 28},
    )
    planned = [one.epochs for one in series]
    longest = int(max([1, *planned, *(max(trace.x, default=0) for trace in chart.data)]))
    chart.update_xaxes(title="epoch", range=[0.5, longest + 0.5], tickformat="d", tick0=0, dtick=_step(longest))
    chart.update_yaxes(title=metric, range=[low, high], tickformat=".0%" if accuracy else "~g", automargin=True)
    return chart


def _add_run(chart: go.Figure, run: Series, metric: str, symbol: str) -> None:
    epochs = [int(epoch) for epoch in run.history.get("epoch", ())]
    for part, column in (("training", metric), ("validation", f"val_{metric}")):
        values = _finite(run.history.get(column, ()))[: len(epochs)]
        solid = part == "validation"
        chart.add_scatter(
            x=epochs[: len(values)],
            y=values,
            name=escape(run.name),
            hovertemplate=_hover(f"{escape(run.name)} {part}", metric),
            mode="lines+markers",
            line={
                "color": model_colour(run.model),
                "dash": "solid" if solid else "dash",
                "width": 2.5 if solid else 1.5,
            },
            marker={
                "symbol": symbol if solid else f"{symbol}-open",
                "size": 7 if solid else 5,
                "maxdisplayed": 40,
            },
            legendgroup=run.name,  # both lines of a run are shown and hidden together
            showlegend=solid,
        )


def _add_notebook(chart: go.Figure, model: str, columns: Mapping[str, Sequence[float]]) -> None:
    values = _finite(columns.get("val_accuracy", ()))
    chart.add_scatter(
        x=list(range(1, len(values) + 1)),
        y=values,
        name=f"{escape(model)} notebook",
        hovertemplate=_hover(f"{escape(model)} notebook, validation", "accuracy"),
        mode="lines",
        line={"color": model_colour(model), "dash": "dot", "width": 1.5},
        legendgroup=f"{model} notebook",
        legendrank=2000,  # after the runs, which have 1000, although it is drawn below them
    )


def _add_goals(chart: go.Figure, goals: Sequence[Goal]) -> None:
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
    # All at once, since add_hline for each line is slow.
    chart.update_layout(shapes=lines, annotations=texts)


def _hover(name: str, metric: str) -> str:
    return f"{name}: %{{y:{'.1%' if metric == 'accuracy' else '.4f'}}}<extra>epoch %{{x}}</extra>"


def _finite(values: Sequence[float]) -> list[float | None]:
    return [float(value) if value is not None and math.isfinite(value) else None for value in values]


def _range(drawn: list[float], accuracy: bool) -> tuple[float, float, str]:
    """Return the lowest and highest value to show, and a note where something lies above."""
    if accuracy:
        low = min([0.45, *(value - 0.02 for value in drawn)])
        return max(-0.01, low), 1.01, ""
    if not drawn:
        return 0.0, 1.0, ""
    # A first epoch on raw pixels can have fifty times the loss of the rest, which would flatten them.
    middle, top = sorted(drawn)[len(drawn) // 2], max(drawn)
    if top > 6 * middle > 0:
        return 0.0, 3 * middle, f"<br>the highest loss, {top:.3g}, lies above the chart"
    return 0.0, max(top * 1.05, 0.01), ""


def _step(longest: int) -> int:
    for step in (1, 2, 5, 10, 20, 50, 100, 200):
        if longest / step <= 10:
            return step
    return math.ceil(longest / 10)
