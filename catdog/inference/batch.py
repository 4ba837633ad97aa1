"""What trained models said of many pictures: in words, by doubt, against labels, as a table to take away."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catdog.utils.spreadsheet import csv_text

LOW, HIGH = 0.35, 0.65  # between these probabilities an answer counts as "not sure", until somebody moves them
UNSURE = "not sure"


@dataclass(frozen=True)
class Thresholds:
    """Where a model's probability of class 1 makes it say class 0 (below `low`), class 1 (above `high`) or neither."""

    low: float = LOW
    high: float = HIGH


@dataclass(frozen=True)
class Prediction:
    """One run's answer to a picture: its classes, its probability of the second, 0..1, and the seconds it took."""

    classes: tuple[str, str]
    probability: float
    seconds: float = 0.0

    def verdict(self, thresholds: Thresholds) -> str:
        """Return the class that the answer comes to, or UNSURE."""
        if thresholds.low <= self.probability <= thresholds.high:
            return UNSURE
        return self.classes[int(self.probability > thresholds.high)]

    @property
    def leaning(self) -> str:
        """The likelier class."""
        return self.classes[int(self.probability > 0.5)]

    def share(self, name: str) -> float:
        """Return the probability of the class of this name, 0..1."""
        return self.probability if name == self.classes[1] else 1 - self.probability

    @property
    def sureness(self) -> float:
        """The probability of the likelier class, 0.5..1."""
        return max(self.probability, 1 - self.probability)


@dataclass(frozen=True)
class ImagePredictions:
    """A picture and what every run said of it, in the order of the runs; truth: its label, None where unknown."""

    name: str
    truth: str | None
    said: tuple[Prediction, ...]

    @property
    def doubt(self) -> float:
        """How near the average of the answers is to "can't tell": 0 where all are certain of the same, 1 at 50 %.

        Runs that learned the same two classes are averaged; of several such pairs the most doubtful counts.
        """
        pairs: dict[tuple[str, str], list[float]] = {}
        for one in self.said:
            pairs.setdefault(one.classes, []).append(one.probability)
        return max((1 - abs(2 * float(np.mean(found)) - 1) for found in pairs.values()), default=0.0)

    def disputed(self, thresholds: Thresholds) -> bool:
        """Tell whether two runs that know the same classes say different ones; "not sure" contradicts nobody."""
        sayings = {(one.classes, one.verdict(thresholds)) for one in self.said}
        sayings = {(classes, verdict) for classes, verdict in sayings if verdict != UNSURE}
        return len(sayings) > len({classes for classes, _ in sayings})

    def mistaken(self, thresholds: Thresholds) -> bool:
        """Tell whether a run says the class that the label denies."""
        for one in self.said:
            label = match_label(self.truth, one.classes)
            if label is not None and one.verdict(thresholds) not in (UNSURE, one.classes[label]):
                return True
        return False


@dataclass(frozen=True, eq=False)
class ConfusionCounts:
    """How one run did on the pictures with labels.

    counts: int (2, 3), [label][said class 0, said class 1, not sure]; correct: how many it leans to the right side of,
    at one half, whether sure or not, as on the Evaluate page.
    """

    classes: tuple[str, str]
    counts: np.ndarray
    correct: int

    @property
    def total(self) -> int:
        """The number of pictures with a label."""
        return int(self.counts.sum())

    @property
    def accuracy(self) -> float | None:
        """The share of correct answers at one half, 0..1; None without pictures."""
        return self.correct / self.total if self.total else None

    @property
    def sure(self) -> int:
        """How many answers are not "not sure"."""
        return int(self.counts[:, :2].sum())

    @property
    def accuracy_when_sure(self) -> float | None:
        """The share of correct ones among the sure answers, 0..1; None where there are none."""
        return int(self.counts[0, 0] + self.counts[1, 1]) / self.sure if self.sure else None


def match_label(truth: str | None, classes: tuple[str, str]) -> int | None:
    """Return which class a label means, 0 or 1, or None: "Cat", "cat" and "cats" are the same."""
    names = [_same(name) for name in classes]
    return names.index(_same(truth)) if truth is not None and _same(truth) in names else None


def _same(name: str) -> str:
    return name.strip().casefold().removesuffix("s")


def sort_by_uncertainty(rows: Sequence[ImagePredictions]) -> list[int]:
    """Return the numbers of the rows, the most doubtful first; equal ones stay in order."""
    return sorted(range(len(rows)), key=lambda number: -rows[number].doubt)


def count_confusion(rows: Sequence[ImagePredictions], run: int, thresholds: Thresholds) -> ConfusionCounts | None:
    """Return how the run at this place of every row did; None where no picture has a label that it knows."""
    counts, correct, classes = np.zeros((2, 3), np.int64), 0, ("", "")
    for row in rows:
        said = row.said[run]
        label = match_label(row.truth, said.classes)
        if label is None:
            continue
        classes, verdict = said.classes, said.verdict(thresholds)
        counts[label, 2 if verdict == UNSURE else said.classes.index(verdict)] += 1
        correct += said.leaning == said.classes[label]
    return ConfusionCounts(classes, counts, correct) if counts.sum() else None


def predictions_csv(rows: Sequence[ImagePredictions], names: Sequence[str], thresholds: Thresholds) -> str:
    """Return the rows as CSV, the most doubtful first. names: what the runs are called, in the rows' order.

    For each run: its probability of its second class, what that comes to between the thresholds, its milliseconds.
    """
    head = ["picture", "label", "doubt"]
    for name, said in zip(names, rows[0].said if rows else (), strict=False):
        head += [f"{name}: probability of {said.classes[1]}", f"{name}: answer", f"{name}: milliseconds"]
    table = []
    for number in sort_by_uncertainty(rows):
        row = rows[number]
        cells = [row.name, row.truth or "", round(row.doubt, 4)]
        for said in row.said:
            cells += [round(said.probability, 6), said.verdict(thresholds), round(said.seconds * 1000, 2)]
        table.append(cells)
    return csv_text(head, table)
