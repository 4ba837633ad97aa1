"""Learning curves and scores as CSV, for a spreadsheet or a program."""

from collections.abc import Mapping, Sequence
from typing import Any

from catdog.runs import Run
from catdog.training.history import COLUMNS
from catdog.utils.spreadsheet import csv_text


def curves_csv(runs: Sequence[Run], names: Mapping[str, str]) -> str:
    """Write one row for each finished epoch of each run: run, id, model, seed, then the columns of history.csv.

    Args:
        runs: The runs.
        names: {run id: what the column "run" calls it}.
    """
    rows = []
    for run in runs:
        history = run.history()
        for values in zip(*(history[column] for column in COLUMNS), strict=True):
            rows.append([names[run.id], run.id, run.config.model, run.config.seed, *values])
    return csv_text(["run", "id", "model", "seed", *COLUMNS], rows)


def table_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write the table of scores (see catdog.comparison.build_table) with its columns as they are, accuracies 0..1."""
    head = list(rows[0]) if rows else []
    return csv_text(head, ([row[column] for column in head] for row in rows))
