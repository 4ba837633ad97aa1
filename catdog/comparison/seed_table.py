"""The table of scores with one row for the runs that differ in their seed only: means, and from where to where."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from catdog.comparison.seeds import group_by_seed, label_groups
from catdog.runs import Run

#: The columns of catdog.comparison.build_table that the seed decides, or the machine.
AVERAGED = (
    *("val_accuracy", "best_val_accuracy", "best_epoch", "last_val_accuracy", "test_accuracy", "test_loss"),
    *("epochs", "seconds", "seconds_an_epoch", "memory_bytes", "file_bytes"),
)
RANGES = "ranges"  # the column that holds {column: (lowest, highest)} of a row with means


def average_rows(
    runs: Sequence[Run], rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return one row for each group of runs that differ in their seed only.

    Args:
        runs: The runs.
        rows: Their rows, as build_table makes them, in the same order.
        names: {run id: what a row calls the run}.

    Returns:
        For a single run its row. For several a row with the mean of each column in `AVERAGED`, over the runs that have
        a value there, and `RANGES`; the interval of the test accuracy, which is of a single model, is None.
    """
    by_id = {run.id: row for run, row in zip(runs, rows, strict=True)}
    groups = group_by_seed(runs)
    titles = label_groups(groups, names)
    return [
        _average([by_id[run.id] for run in group], title) if len(group) > 1 else dict(by_id[group[0].id])
        for group, title in zip(groups, titles, strict=True)
    ]


def _average(rows: Sequence[Mapping[str, Any]], title: str) -> dict[str, Any]:
    means, ranges = {}, {}
    for column in AVERAGED:
        values = [row[column] for row in rows if row.get(column) is not None]
        means[column] = sum(values) / len(values) if values else None
        if len(values) > 1:
            ranges[column] = (min(values), max(values))
    states = Counter(row["state"] for row in rows)
    state = next(iter(states)) if len(states) == 1 else ", ".join(f"{count} {word}" for word, count in states.items())
    interval = dict.fromkeys(("val_low", "val_high", "test_low", "test_high"))
    return {**rows[0], "run": title, **means, **interval, "state": state, RANGES: ranges}
