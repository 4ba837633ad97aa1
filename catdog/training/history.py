"""history.csv: one row for each finished epoch."""

import csv
import io
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from catdog.utils.files import write_text


@dataclass(frozen=True)
class Epoch:
    """One finished epoch.

    Attributes:
        epoch: Its number, from 1.
        seconds: Counted from the end of the epoch before, so they include the time it took to save that one.
        accuracy: Training accuracy, 0..1.
        loss: Training loss.
        val_accuracy: Validation accuracy, 0..1.
        val_loss: Validation loss.
        learning_rate: Adam's step size in it; None where an earlier version did not note it.
    """

    epoch: int
    seconds: float
    accuracy: float
    loss: float
    val_accuracy: float
    val_loss: float
    learning_rate: float | None = None


COLUMNS = tuple(column.name for column in fields(Epoch))


def read_history(path: Path) -> list[Epoch]:
    """Return the finished epochs in order; a missing file is an empty history, a damaged row ends it."""
    epochs: list[Epoch] = []
    try:
        for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))):
            rate = row.get("learning_rate", "")  # None for a row that was cut off, which float refuses
            values = [float(row[name]) for name in COLUMNS[1:-1]]
            epochs.append(Epoch(int(row["epoch"]), *values, None if rate == "" else float(rate)))
    except (OSError, KeyError, TypeError, ValueError, csv.Error):
        pass
    return epochs


def write_history(path: Path, epochs: list[Epoch]) -> None:
    """Write all finished epochs to a file, which is replaced whole."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(
        [f"{value:.6g}" if isinstance(value, float) else value for value in astuple(epoch)] for epoch in epochs
    )
    write_text(path, table.getvalue())


def best_epoch(epochs: list[Epoch]) -> Epoch | None:
    """Return the first epoch with the highest validation accuracy, None for an empty history."""
    return max(epochs, key=lambda epoch: epoch.val_accuracy, default=None)
