"""The table of three scores, whose accuracies have a bar from the lower to the upper end of their interval."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import streamlit as st

from catdog.charts import model_colour
from catdog.utils.text import format_percent

LOOK = """<style>
.score-bars { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
.score-bars th, .score-bars td { padding: 0.35rem 0.75rem 0.35rem 0; text-align: left; border: 0;
  border-bottom: 1px solid rgba(128, 128, 128, 0.3); vertical-align: middle; }
.score-bars thead th, .score-bars tbody th { font-weight: 600; }
.score-bars tbody th { min-width: 4.2rem; overflow-wrap: break-word; }
.score-bars .bar { position: relative; height: 0.6rem; margin-top: 0.2rem; max-width: 22rem; border-radius: 0.3rem;
  background: rgba(128, 128, 128, 0.18); }
.score-bars .interval, .score-bars .value { position: absolute; top: 0; bottom: 0; border-radius: 0.3rem; }
.score-bars .value { width: 3px; margin-left: -1.5px; background: currentColor; top: -2px; bottom: -2px; }
.score-bars small { white-space: nowrap; }
</style>"""
HEADS = ("Run", "Validation accuracy", "Test accuracy", "Test loss")
INTERVALS = {"val_accuracy": ("val_low", "val_high"), "test_accuracy": ("test_low", "test_high")}


def show_score_bars(rows: Sequence[Mapping[str, Any]]) -> None:
    """Draw the table.

    Args:
        rows: As catdog.comparison.build_table or average_rows makes them.
    """
    left = _find_left_end(rows)
    st.html(LOOK + make_score_table(rows, left))
    means = any("ranges" in row for row in rows)
    seeds = " Of several seeds it goes from the lowest to the highest, and the number is their mean." if means else ""
    st.caption(
        f"Each bar is a 95% confidence interval, on a scale from {format_percent(left, 0)} to 100%.{seeds} "
        ":material/star: marks the best validation accuracy: choose a run by that, never by its test score."
    )


def make_score_table(rows: Sequence[Mapping[str, Any]], left: float) -> str:
    """Return the table as HTML, in which the names of runs, which users choose, are text and nothing else.

    Args:
        rows: As in `show_score_bars`.
        left: The accuracy at the left end of the bars, 0 up to 1.
    """
    best = max((row["val_accuracy"] for row in rows if row["val_accuracy"] is not None), default=None)
    lines = []
    for row in rows:
        star = "★ " if len(rows) > 1 and best is not None and row["val_accuracy"] == best else ""
        loss = "–" if row["test_loss"] is None else f"{row['test_loss']:.3f}"
        lines.append(
            f'<tr><th scope="row">{escape(row["run"])}</th><td>{star}{_draw(row, "val_accuracy", left)}</td>'
            f"<td>{_draw(row, 'test_accuracy', left)}</td><td>{loss}</td></tr>"
        )
    heads = "".join(f'<th scope="col">{head}</th>' for head in HEADS)
    return f'<table class="score-bars"><thead><tr>{heads}</tr></thead><tbody>{"".join(lines)}</tbody></table>'


def _find_left_end(rows: Sequence[Mapping[str, Any]]) -> float:
    """Return the tenth below all accuracies and intervals, at most 0.5."""
    bounds = [value for row in rows for column in INTERVALS for value in _find_interval(row, column) or ()]
    values = [row[column] for row in rows for column in INTERVALS if row[column] is not None]
    return min(0.9, math.floor(10 * min([*bounds, *values, 0.5])) / 10)


def _find_interval(row: Mapping[str, Any], column: str) -> tuple[float, float] | None:
    """Return from where to where an accuracy's bar reaches; None where that is unknown."""
    if column in row.get("ranges", {}):
        return row["ranges"][column]
    low, high = (row[name] for name in INTERVALS[column])
    return None if low is None else (low, high)


def _draw(row: Mapping[str, Any], column: str, left: float) -> str:
    """Return an accuracy and its bar as HTML."""
    if row[column] is None:
        return "–"
    text, interval = format_percent(row[column]), _find_interval(row, column)
    place = (row[column] - left) / (1 - left)
    bar = f'<div class="value" style="left: {place:.1%}"></div>'
    if interval:
        low, high = interval
        text += f" <small>({100 * low:.1f}–{100 * high:.1f})</small>"
        start, width = (low - left) / (1 - left), (high - low) / (1 - left)
        colour = model_colour(row["variant"])
        bar = f'<div class="interval" style="left: {start:.1%}; width: {width:.1%}; background: {colour}"></div>{bar}'
    return f'{text}<div class="bar" aria-hidden="true">{bar}</div>'
