"""history.csv: one row for each finished epoch."""

import csv
import io
import math
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from catdog.training.config import MAX_EPOCHS
from catdog.training.records import describe_damage
from catdog.utils.files import read_regular, write_text

MAX_BYTES = 1_000_000  # of a file; 1,000 epochs take about 70 kB
MAX_SECONDS = 1e9  # of an epoch
SLACK = 1e-6  # over 1 that a rounded mean of accuracies may be


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
    return check_history(path)[0]


def check_history(path: Path) -> tuple[list[Epoch], str]:
    """Return the finished epochs as `read_history` does, and what is wrong with the file, "" for nothing."""
    epochs: list[Epoch] = []
    try:
        table = io.StringIO(read_regular(path, MAX_BYTES).decode())
        for row in csv.DictReader(table):
            epochs.append(_read_row(row, epochs[-1].epoch if epochs else 0))
    except FileNotFoundError:
        pass
    except OSError as error:
        return epochs, describe_damage(path, error.strerror or str(error))
    except (KeyError, TypeError, ValueError, csv.Error):
        return epochs, describe_damage(path, f"row {len(epochs) + 1} is none of an epoch, or the columns are others")
    return epochs, ""


def _read_row(row: dict[str, str], before: int) -> Epoch:
    rate = row.get("learning_rate", "")  # None for a row that was cut off, which float refuses
    values = [float(row[name]) for name in COLUMNS[1:-1]]
    epoch = Epoch(int(row["epoch"]), *values, None if rate == "" else float(rate))
    # a training that diverged gives what is no number
    shares = [share for share in (epoch.accuracy, epoch.val_accuracy) if math.isfinite(share)]
    if (
        not before < epoch.epoch <= MAX_EPOCHS
        or not 0 <= epoch.seconds <= MAX_SECONDS
        or not all(0 <= share <= 1 + SLACK for share in shares)
        or not 0 <= (epoch.learning_rate or 0.0) < math.inf
    ):
        raise ValueError(f"no epoch: {row}")
    return epoch


def write_history(path: Path, epochs: list[Epoch]) -> None:
    """Write all finished epochs to a file, which is replaced whole."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(
        [f"{value:.6g}" if isinstance(value, float) else value for value in astuple(epoch)] for epoch in epochs
    )
    write_text(path, table.getvalue(), make_folder=False)


def best_epoch(epochs: list[Epoch]) -> Epoch | None:
    """Return the first epoch with the highest validation accuracy, None for an empty history."""
    return max(epochs, key=lambda epoch: epoch.val_accuracy, default=None)


def summarize_epochs(epochs: list[Epoch]) -> dict[str, object]:
    """Return the fields of `Status` that follow from the finished epochs."""
    best = best_epoch(epochs)
    return {
        "seconds": sum(epoch.seconds for epoch in epochs),
        "best_val_accuracy": best.val_accuracy if best else None,
        "best_epoch": best.epoch if best else None,
    }
