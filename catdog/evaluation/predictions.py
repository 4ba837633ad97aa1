"""A model's answers to pictures whose labels are known."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from catdog.datasets.exclusions import EXCLUDED
from catdog.datasets.splits import SPLITS
from catdog.errors import UsageError
from catdog.evaluation.scores import cross_entropy

COLUMNS = ("path", "label", "probability", "split")


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a model says of some pictures.

    paths: the pictures, as in a catalog; labels: int64 (N,), 0 or 1; probabilities: float64 (N,), 0..1, of class 1;
    splits: str (N,), which part of the data each picture belongs to.
    """

    paths: tuple[str, ...]
    labels: np.ndarray
    probabilities: np.ndarray
    splits: np.ndarray

    def __len__(self) -> int:
        return len(self.paths)

    def of(self, split: str) -> "Predictions":
        """Return the answers to the pictures of one split, none where there is no such split."""
        return self.rows(np.flatnonzero(self.splits == split))

    def rows(self, rows: np.ndarray) -> "Predictions":
        """Return these rows, int (M,), in this order."""
        paths = tuple(self.paths[row] for row in rows)
        return Predictions(paths, self.labels[rows], self.probabilities[rows], self.splits[rows])

    @property
    def losses(self) -> np.ndarray:
        """What each picture costs: its cross-entropy in nats, float64 (N,), clipped as `score` does it."""
        return cross_entropy(self.labels, self.probabilities)

    def answers(self, threshold: float = 0.5) -> np.ndarray:
        """Return the class that the model says, int64 (N,): class 1 where its probability is over the threshold."""
        return (self.probabilities > threshold).astype(np.int64)

    def right(self, threshold: float = 0.5) -> np.ndarray:
        """Return which answers are right, bool (N,)."""
        return self.answers(threshold) == self.labels


def common_predictions(answers: Sequence[Predictions]) -> list[Predictions]:
    """Return the answers to those pictures that all of them answer, in the order of the first.

    Raises UsageError where a picture has another label in one than in the first, as in data whose classes were swapped.
    """
    places = [{path: row for row, path in enumerate(one.paths)} for one in answers]
    paths = [path for path in (answers[0].paths if answers else ()) if all(path in place for place in places)]
    rows = (np.array([place[path] for path in paths], np.int64) for place in places)
    parts = [one.rows(chosen) for one, chosen in zip(answers, rows, strict=True)]
    for part in parts[1:]:
        if (part.labels != parts[0].labels).any():
            raise UsageError("These runs have different labels for the same pictures: choose runs of the same data.")
    return parts


def read_predictions(path: Path) -> Predictions:
    """Read predictions.csv, which holds a prediction for every image that a run's dataset has.

    Args:
        path: A CSV file with the columns path, label, probability and split. Its paths are those of the catalog, in
            which characters that are no valid text are written with backslashes.

    Returns:
        The predictions in the file's order.

    Raises:
        OSError: The file is missing or can't be read.
        ValueError: It is empty or damaged: no heading, a row that was cut off, a label that is not 0 or 1, a
            probability outside 0..1, a split that does not exist, an image that is there twice. A file that is partly
            right is not used, since scores of a part mislead.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            table = csv.reader(file, strict=True)
            if tuple(next(table, ())) != COLUMNS:
                raise ValueError(f"{path} has no heading")
            rows = [_checked(row) for row in table]
    except csv.Error as error:
        raise ValueError(f"{path} is no CSV file") from error
    paths, labels, probabilities, splits = zip(*rows, strict=True) if rows else ((),) * 4
    if not rows or len(set(paths)) < len(paths):
        raise ValueError(f"{path} is empty or has an image twice")
    return Predictions(paths, np.array(labels, np.int64), np.array(probabilities, np.float64), np.array(splits))


def _checked(row: list[str]) -> tuple[str, int, float, str]:
    path, label, probability, split = row
    value = float(probability)
    if not path or label not in ("0", "1") or not 0 <= value <= 1 or split not in (*SPLITS, EXCLUDED):
        raise ValueError(f"no answer: {row}")  # which a probability that is not a number is, too
    return path, int(label), value, split
