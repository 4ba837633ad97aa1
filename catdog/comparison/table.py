"""The table of scores: a row for each run, beside what the notebook published for its model."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from catdog.comparison.labels import describe_data, get_baseline
from catdog.evaluation import accuracy_interval
from catdog.models.specs import MODELS
from catdog.runs import Run
from catdog.runs.estimate import count_trained

#: The columns of which the best value is marked, and what is best there. Test scores are not among them: a run chosen
#: for its test score would have been fitted to the test images too.
BEST = {
    "val_accuracy": max,
    "file_bytes": min,
    "seconds": min,
    "seconds_an_epoch": min,
    "memory_bytes": min,
}


def build_table(runs: Sequence[Run], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return one row for each run: its results, and what the notebook published for its model.

    Args:
        runs: The runs.
        names: {run id: what the row calls the run}.

    Returns:
        Accuracies and their interval are shares of 0..1; what is not known (yet), or no number, is None.
        "val_accuracy" and "test_accuracy" are the kept model's, scored once; "best_val_accuracy" and
        "last_val_accuracy" are epochs' and were measured while training. "val_low" and "val_high",
        "test_low" and "test_high" are the 95% confidence intervals of the first two, "file_bytes" is the size of
        model.keras, "seconds_an_epoch" the mean over the finished epochs, "memory_bytes" the most that the training's
        process took.
    """
    return [_row(run, names[run.id]) for run in runs]


def find_best_cells(rows: Sequence[Mapping[str, Any]]) -> set[tuple[int, str]]:
    """Return the cells (index of the row, column) that hold the best value of their column.

    Equals are all marked. A column has no best cell if fewer than two rows have a value in it, or all have the same.
    """
    cells = set()
    for column, best in BEST.items():
        values = {index: row[column] for index, row in enumerate(rows) if row.get(column) is not None}
        if len(set(values.values())) > 1:
            top = best(values.values())
            cells |= {(index, column) for index, value in values.items() if value == top}
    return cells


def _row(run: Run, name: str) -> dict[str, Any]:
    spec = MODELS[run.config.model]
    history = run.history()
    accuracy = run.test_accuracy
    test = (run.evaluation or {}).get("test", {}) if accuracy is not None else {}
    validation = (run.evaluation or {}).get("validation", {}) if run.val_accuracy is not None else {}
    low, high = _interval(accuracy, test.get("photos"))
    val_low, val_high = _interval(run.val_accuracy, validation.get("photos"))
    # a quick training has no epochs, and nobody has published one
    quick = run.config.quick
    epochs, published = (0, {}) if quick else (len(history["epoch"]), asdict(spec.published))
    return {
        "run": name,
        "model": run.config.model,
        "variant": run.config.variant,
        "data": describe_data(run),
        "val_accuracy": run.val_accuracy,
        "val_low": val_low,
        "val_high": val_high,
        "best_val_accuracy": None if quick else run.best_val_accuracy,
        "best_epoch": None if quick else run.best_epoch,
        "last_val_accuracy": history["val_accuracy"][-1] if epochs else None,
        "test_accuracy": accuracy,
        "test_low": low,
        "test_high": high,
        "test_photos": test.get("photos"),
        "test_loss": test.get("loss"),
        "published_val_accuracy": published.get("best_val_accuracy"),
        "published_test_accuracy": published.get("test_accuracy"),
        "published_test_loss": published.get("test_loss"),
        "baseline": get_baseline(run),
        "parameters": spec.parameters,
        "trainable_parameters": count_trained(run.config),
        "file_bytes": _file_bytes(run),
        "epochs": epochs,
        "seconds": run.seconds,
        "seconds_an_epoch": run.status.seconds / epochs if epochs and run.status.seconds else None,
        "memory_bytes": run.details.get("memory"),
        "state": run.state,
    }


def _interval(accuracy: float | None, count: Any) -> tuple[float, float] | tuple[None, None]:
    """Return the 95% confidence interval of an accuracy; (None, None) where it or the number of images is unknown."""
    if accuracy is None or not isinstance(count, int) or count < 1:
        return None, None
    return accuracy_interval(round(accuracy * count), count)


def _file_bytes(run: Run) -> int | None:
    try:
        return run.files.model.stat().st_size
    except OSError:
        return None
