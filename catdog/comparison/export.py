"""Learning curves and scores as CSV, for a spreadsheet or a program."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from catdog.runs import Run
from catdog.training.history import COLUMNS

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the start of a formula


def curves_csv(runs: Sequence[Run], names: Mapping[str, str]) -> str:
    """Return one row for each finished epoch of each run: run, id, model, seed, then the columns of history.csv."""
    rows = []
    for run in runs:
        history = run.history()
        for values in zip(*(history[column] for column in COLUMNS), strict=True):
            rows.append([names[run.id], run.id, run.config.model, run.config.seed, *values])
    return csv_text(["run", "id", "model", "seed", *COLUMNS], rows)


def table_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the table of scores (see catdog.comparison.build_table) with its columns as they are, accuracies 0..1."""
    head = list(rows[0]) if rows else []
    return csv_text(head, ([row[column] for column in head] for row in rows))


def csv_text(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table as CSV; no text in it, in the head neither, can be taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_harmless(name) for name in head])
    writer.writerows([_harmless(value) for value in row] for row in rows)
    return text.getvalue()


def _harmless(value: Any) -> Any:
    """Return a text so that no spreadsheet runs it as a formula; numbers, and None as nothing, as they are."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
