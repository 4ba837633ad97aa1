"""The curve of runs that train now: it grows within epochs, and its axes stay as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go

from catdog.charts.lines import hover_template
from catdog.charts.marks import mark_fine_tuning
from catdog.charts.series import Series, get_curve, smooth
from catdog.charts.style import NEUTRAL, model_colour, new_figure

HEIGHT = 340  # pixels
LOWEST = 0.4  # accuracy at the bottom, unless a value lies below
FAINT = 0.5  # opacity of the line within epochs
SMOOTHING = 0.6  # of that line: a few batches are too few images for a steady value
APART = 0.05  # of accuracy, so that two words at the right do not overlap


@dataclass(frozen=True)
class LiveSeries(Series):
    """A run that trains now.

    Attributes:
        batches: (epochs trained, training accuracy of the batches since the point before, 0..1), in order.
    """

    batches: Sequence[tuple[float, float]] = ()


def plot_live_curve(runs: Sequence[LiveSeries], baseline: float | None, reference: float | None = None) -> go.Figure:
    """Draw the accuracy of runs by epochs trained: within epochs thin, training dashed, validation solid.

    Args:
        runs: The runs.
        baseline: The accuracy of always guessing the larger class, 0..1; None where it is not known.
        reference: The best validation accuracy that the reference course reports, 0..1; None for none.
    """
    traces, notes = [], []
    for run in runs:
        drawn = _draw_run(run)
        traces += drawn
        notes += _label_ends(run, drawn, several=len(runs) > 1)
    values = [value for trace in traces for value in trace["y"] if value is not None]
    longest = max([1, *(run.epochs for run in runs), *(max(run.positions("epoch"), default=0) for run in runs)])
    goals = [(goal, name) for goal, name in ((baseline, "guessing"), (reference, "reference")) if goal is not None]
    shapes = [_draw_goal(goal) for goal, _ in goals]
    notes += [_note(goal, f"{name} {goal:.0%}") | {"font": {"size": 11}} for goal, name in goals]
    marks, beginnings = ([_move(mark) for mark in marks] for marks in mark_fine_tuning(runs))
    chart = new_figure(HEIGHT, "live")
    chart = go.Figure(data=traces, layout=chart.layout, _validate=False)
    chart.update_layout(
        margin={"l": 8, "r": 92, "t": 8, "b": 8},
        showlegend=False,
        hovermode="closest",
        xaxis={"title": {"text": "epochs trained"}, "range": [0, longest], "tickformat": "~g", "zeroline": False},
        yaxis={
            "range": [min([LOWEST, *(value - 0.02 for value in values)]), 1.01],
            "tickformat": ".0%",
            "automargin": True,
            "zeroline": False,
        },
        shapes=[*shapes, *({**mark, "yref": "paper", "y0": 0, "y1": 1} for mark in marks)],
        annotations=[
            *_spread(notes),
            *({**beginning, "yref": "paper", "y": 0} for beginning in beginnings),
        ],
    )
    return chart


def _move(mark: dict) -> dict:
    """Return a mark between two epochs where the one ends and the next begins."""
    return mark | {name: mark[name] - 0.5 for name in ("x", "x0", "x1") if name in mark}


def _draw_run(run: LiveSeries) -> list[dict]:
    colour, name = model_colour(run.model), escape(run.name)
    epochs = run.positions("epoch")
    within = {
        "x": [epoch for epoch, _ in run.batches],
        "y": smooth([accuracy for _, accuracy in run.batches], SMOOTHING),
        "line": {"color": colour, "width": 1.25},
        "opacity": FAINT,
        "mode": "lines",
        "hoverinfo": "skip",
    }
    drawn = [within]
    for validation in (False, True):
        drawn.append(
            {
                "x": epochs,
                "y": get_curve(run.history, "accuracy", validation)[: len(epochs)],
                "line": {
                    "color": colour,
                    "width": 3 if validation else 1.75,
                    "dash": "solid" if validation else "dash",
                },
                "mode": "lines+markers",
                "marker": {"size": 7 if validation else 5, "symbol": "circle" if validation else "circle-open"},
                "hovertemplate": "epoch %{x}: "
                + hover_template(f"{name}, {'validation' if validation else 'training'}", "accuracy"),
            }
        )
    return [{"type": "scatter", "name": name, "legendgroup": run.name, **trace} for trace in drawn]


def _label_ends(run: LiveSeries, drawn: Sequence[dict], several: bool) -> list[dict]:
    """Return a word with the last value beside the right edge for training and for validation."""
    within, training, validation = drawn
    notes = []
    for trace, word in ((training if training["y"] else within, "training"), (validation, "validation")):
        value = trace["y"][-1] if trace["y"] else None
        if value is not None:
            words = f"{escape(run.name)}<br>{word}" if several else word
            notes.append(_note(value, f"<b>{words} {value:.0%}</b>" if trace is validation else f"{words} {value:.0%}"))
    return notes


def _note(value: float, words: str) -> dict:
    return {
        "text": words,
        "x": 1,
        "xref": "paper",
        "xanchor": "left",
        "xshift": 4,
        "y": value,
        "yanchor": "middle",
        "showarrow": False,
        "align": "left",
        "font": {"size": 12},
    }


def _draw_goal(value: float) -> dict:
    line = {"color": NEUTRAL, "width": 1.25, "dash": "dot"}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": value, "y1": value, "line": line, "layer": "below"}


def _spread(notes: Sequence[dict]) -> list[dict]:
    """Return the words at the right edge, moved apart where they would overlap, the lowest first."""
    moved, below = [], -1.0
    for note in sorted(notes, key=lambda note: note["y"]):
        below = max(note["y"], below + APART)
        moved.append({**note, "y": below})
    return moved
