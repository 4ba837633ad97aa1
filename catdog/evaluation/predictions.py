"""A model's predictions for images whose labels are known."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from catdog.datasets.exclusions import EXCLUDED
from catdog.datasets.splits import SPLITS
from catdog.errors import UsageError
from catdog.evaluation.metrics import cross_entropy
from catdog.utils.class_names import is_swapped
from catdog.utils.files import read_regular

COLUMNS = ("path", "label", "probability", "split")
MAX_BYTES = 300_000_000  # of a file; a million images take about 60 MB


@dataclass(frozen=True, eq=False)
class Predictions:
    """A model's predictions for N images.

    Attributes:
        paths: The images, as in a catalog.
        labels: int64 (N,), 0 or 1.
        probabilities: Of class 1, float64 (N,), 0..1.
        splits: The part of the dataset that each image belongs to, str (N,).
    """

    paths: tuple[str, ...]
    labels: np.ndarray
    probabilities: np.ndarray
    splits: np.ndarray

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.paths)

    def of_split(self, split: str) -> "Predictions":
        """Return the predictions for the images of one split, none if there is no such split."""
        return self.select(np.flatnonzero(self.splits == split))

    def select(self, rows: np.ndarray) -> "Predictions":
        """Return these rows, int (M,), in this order."""
        paths = tuple(self.paths[row] for row in rows)
        return Predictions(paths, self.labels[rows], self.probabilities[rows], self.splits[rows])

    def in_order(self, names: Sequence[str] | None, classes: Sequence[str] | None) -> "Predictions":
        """Return the same predictions with classes in another order.

        Args:
            names: The names of class 0 and class 1, None if they are not known.
            classes: The same two, as `catdog.utils.class_names` tells, in the order that is wanted. For other ones, or
                none, the order stays.
        """
        if not (names and classes and is_swapped(names, classes)):
            return self
        return Predictions(self.paths, 1 - self.labels, 1 - self.probabilities, self.splits)

    @property
    def losses(self) -> np.ndarray:
        """The cross-entropy of each image in nats, float64 (N,), clipped as `score` does it."""
        return cross_entropy(self.labels, self.probabilities)

    def predicted_labels(self, threshold: float = 0.5) -> np.ndarray:
        """Return the predicted classes, int64 (N,): class 1 if its probability is above the threshold."""
        return (self.probabilities > threshold).astype(np.int64)

    def correct(self, threshold: float = 0.5) -> np.ndarray:
        """Return which predictions are correct, bool (N,)."""
        return self.predicted_labels(threshold) == self.labels


def common_predictions(models: Sequence[Predictions]) -> list[Predictions]:
    """Return every model's predictions for the images that all of them have, in the order of the first model.

    Images whose label was corrected between two trainings are left out: each model was scored with another label.

    Raises:
        UsageError: A model has another label for most images than the first, as in data whose classes were swapped.
    """
    rows_by_path = [{path: row for row, path in enumerate(predictions.paths)} for predictions in models]
    paths = [path for path in (models[0].paths if models else ()) if all(path in rows for rows in rows_by_path)]
    common = [
        predictions.select(np.array([rows[path] for path in paths], np.int64))
        for predictions, rows in zip(models, rows_by_path, strict=True)
    ]
    differs = np.zeros(len(paths), bool)
    for predictions in common[1:]:
        differs |= predictions.labels != common[0].labels
    if differs.any() and 2 * differs.sum() >= len(paths):
        raise UsageError("These runs have different labels for the same images: choose runs of the same data.")
    return [predictions.select(np.flatnonzero(~differs)) for predictions in common] if differs.any() else common


def read_predictions(path: Path) -> Predictions:
    """Read predictions.csv, which holds a prediction for every image that a run's dataset has.

    Args:
        path: A CSV file with the columns path, label, probability and split. Its paths are those of the catalog, in
            which characters that are no valid text are written with backslashes.

    Returns:
        The predictions in the file's order.

    Raises:
        OSError: The file is missing or can't be read.
        ValueError: It is empty or damaged: no heading, a row that was cut off, a path that leads out of the dataset, a
            label that is not 0 or 1, a probability outside 0..1, a split that does not exist, an image that is there
            twice. A file that is partly right is not used, since scores of a part mislead.
    """
    try:
        table = csv.reader(io.StringIO(read_regular(path, MAX_BYTES).decode(), newline=""), strict=True)
        if tuple(next(table, ())) != COLUMNS:
            raise ValueError(f"{path} has no heading")
        rows = [_parse_row(row) for row in table]
    except csv.Error as error:
        raise ValueError(f"{path} is no CSV file") from error
    paths, labels, probabilities, splits = zip(*rows, strict=True) if rows else ((),) * 4
    if not rows or len(set(paths)) < len(paths):
        raise ValueError(f"{path} is empty or has an image twice")
    return Predictions(paths, np.array(labels, np.int64), np.array(probabilities, np.float64), np.array(splits))


def _parse_row(row: list[str]) -> tuple[str, int, float, str]:
    path, label, text, split = row
    probability = float(text)
    usable = path and not path.startswith("/") and ".." not in path.split("/")
    # a probability that is not a number compares as false, so it is refused too
    if not usable or label not in ("0", "1") or not 0 <= probability <= 1 or split not in (*SPLITS, EXCLUDED):
        raise ValueError(f"no prediction: {row}")
    return path, int(label), probability, split
