"""A model's answers to pictures whose labels are known."""

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from catdog.errors import RunError
from catdog.evaluation.scores import SMALLEST

if TYPE_CHECKING:
    from catdog.runs import Run


@dataclass(frozen=True, eq=False)
class Answers:
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

    def of(self, split: str) -> "Answers":
        """Return the answers to the pictures of one split, none where there is no such split."""
        return self.rows(np.flatnonzero(self.splits == split))

    def rows(self, rows: np.ndarray) -> "Answers":
        """Return these rows, int (M,), in this order."""
        paths = tuple(self.paths[row] for row in rows)
        return Answers(paths, self.labels[rows], self.probabilities[rows], self.splits[rows])

    @property
    def losses(self) -> np.ndarray:
        """What each picture costs: its cross-entropy in nats, float64 (N,), clipped as `score` does it."""
        right = np.where(self.labels == 1, self.probabilities, 1 - self.probabilities)
        return -np.log(np.clip(right, float(SMALLEST), 1 - float(SMALLEST)))

    def answers(self, threshold: float = 0.5) -> np.ndarray:
        """Return the class that the model says, int64 (N,): class 1 where its probability is over the threshold."""
        return (self.probabilities > threshold).astype(np.int64)

    def right(self, threshold: float = 0.5) -> np.ndarray:
        """Return which answers are right, bool (N,)."""
        return self.answers(threshold) == self.labels


def read_answers(run: "Run") -> Answers:
    """Return the answers that the run's training stored, to every picture of its data.

    Raises RunError where the file is missing, empty or damaged: a row that was cut off, a label that is not 0 or 1, a
    probability that is no number of 0..1. A file that is partly right is not used, since scores of a part mislead.
    """
    try:
        with run.files.predictions.open(newline="", encoding="utf-8") as file:
            rows = [_checked(row) for row in csv.DictReader(file)]
    except FileNotFoundError as error:
        raise RunError(
            f"The run {run.name} has no answers to its pictures (yet): let it train to its end first."
        ) from error
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise _damaged(run) from error
    if not rows:
        raise _damaged(run)
    paths, labels, probabilities, splits = zip(*rows, strict=True)
    return Answers(tuple(paths), np.array(labels, np.int64), np.array(probabilities, np.float64), np.array(splits))


def _checked(row: dict[str, str]) -> tuple[str, int, float, str]:
    path, label, probability, split = row["path"], int(row["label"]), float(row["probability"]), row["split"]
    if not path or not split or label not in (0, 1) or not 0 <= probability <= 1:  # which NaN is not, either
        raise ValueError(f"no answer: {row}")
    return path, label, probability, split


def _damaged(run: "Run") -> RunError:
    return RunError(f"The answers that the run {run.name} stored are damaged: train it again with the same settings.")
