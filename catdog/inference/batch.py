"""Predictions of several models for many images: sorted by uncertainty, compared with labels, as CSV."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catdog.inference.prediction import UNSURE, Prediction, Thresholds
from catdog.utils.class_names import find_class, is_swapped, map_classes
from catdog.utils.spreadsheet import csv_text


@dataclass(frozen=True)
class ImagePredictions:
    """An image and what every run predicts for it.

    Attributes:
        name: The image's name or path.
        label: Its label as a user or a dataset wrote it; None if it has none.
        predictions: One for each run, in the order of the runs; as `align_predictions` returns them, so that the same
            two classes always have the same names in the same order.
    """

    name: str
    label: str | None
    predictions: tuple[Prediction, ...]

    @property
    def uncertainty(self) -> float:
        """How near the mean probability is to one half: 0 if all runs are certain of the same class, 1 at one half.

        The mean is taken over runs with the same two classes; of several such groups, the most uncertain one counts.
        """
        by_classes: dict[tuple[str, str], list[float]] = {}
        for prediction in self.predictions:
            by_classes.setdefault(prediction.classes, []).append(prediction.probability)
        return max((1 - abs(2 * float(np.mean(values)) - 1) for values in by_classes.values()), default=0.0)

    def mistaken(self, thresholds: Thresholds) -> bool:
        """Tell whether a run is sure of the class that the label contradicts."""
        for prediction in self.predictions:
            true_class = find_class(self.label, prediction.classes)
            if true_class is None:
                continue
            if prediction.label_at(thresholds) not in (UNSURE, prediction.classes[true_class]):
                return True
        return False


@dataclass(frozen=True, eq=False)
class ConfusionCounts:
    """How one run's predictions agree with the labels.

    Attributes:
        classes: The names of class 0 and class 1.
        counts: int (2, 3): [label][predicted class 0, predicted class 1, not sure].
        correct: How many images are classified correctly at one half, sure or not, as on the Evaluate page.
    """

    classes: tuple[str, str]
    counts: np.ndarray
    correct: int

    @property
    def total(self) -> int:
        """The number of images with a label."""
        return int(self.counts.sum())

    @property
    def accuracy(self) -> float | None:
        """The share of correct predictions at one half, 0..1; None without images."""
        return self.correct / self.total if self.total else None

    @property
    def sure(self) -> int:
        """The number of predictions that are not "not sure"."""
        return int(self.counts[:, :2].sum())

    @property
    def accuracy_when_sure(self) -> float | None:
        """The share of correct ones among the sure predictions, 0..1; None if there are none."""
        return int(self.counts[0, 0] + self.counts[1, 1]) / self.sure if self.sure else None


def align_predictions(predictions: Sequence[Prediction]) -> tuple[Prediction, ...]:
    """Return predictions in which the same two classes have the same names in the same order.

    Names and order are those of the first prediction that tells these classes apart.
    """
    aligned: list[Prediction] = []
    for prediction in predictions:
        frame = next((other.classes for other in aligned if map_classes(prediction.classes, other.classes)), None)
        if frame is None or frame == prediction.classes:
            aligned.append(prediction)
        else:
            swapped = is_swapped(prediction.classes, frame)
            probability = 1 - prediction.probability if swapped else prediction.probability
            aligned.append(Prediction(frame, probability, prediction.seconds))
    return tuple(aligned)


def sort_by_uncertainty(rows: Sequence[ImagePredictions]) -> list[int]:
    """Return the indices of the images, the most uncertain first; equal ones stay in order."""
    return sorted(range(len(rows)), key=lambda index: -rows[index].uncertainty)


def count_confusion(rows: Sequence[ImagePredictions], run: int, thresholds: Thresholds) -> ConfusionCounts | None:
    """Compare one run's predictions with the labels.

    Args:
        rows: The images, with the predictions of every run.
        run: The index of the run in each row's predictions.
        thresholds: Between which a prediction counts as not sure.

    Returns:
        The counts, or None if no image has a label that is one of the run's classes.
    """
    counts, correct, classes = np.zeros((2, 3), np.int64), 0, ("", "")
    for row in rows:
        prediction = row.predictions[run]
        true_class = find_class(row.label, prediction.classes)
        if true_class is None:
            continue
        classes, label = prediction.classes, prediction.label_at(thresholds)
        counts[true_class, 2 if label == UNSURE else classes.index(label)] += 1
        correct += prediction.label == classes[true_class]
    return ConfusionCounts(classes, counts, correct) if counts.sum() else None


def predictions_csv(rows: Sequence[ImagePredictions], names: Sequence[str], thresholds: Thresholds) -> str:
    """Write predictions as CSV, the most uncertain image first.

    Args:
        rows: The images.
        names: What the runs are called, in the order of each row's predictions.
        thresholds: Between which a prediction counts as not sure.

    Returns:
        A row for each image, with three columns for each run: the probability of its class 1, the predicted class or
        "not sure", and the milliseconds it took.
    """
    head = ["image", "label", "uncertainty"]
    for name, prediction in zip(names, rows[0].predictions if rows else (), strict=False):
        head += [f"{name}: probability of {prediction.classes[1]}", f"{name}: answer", f"{name}: milliseconds"]
    table = []
    for index in sort_by_uncertainty(rows):
        row = rows[index]
        cells = [row.name, row.label or "", round(row.uncertainty, 4)]
        for prediction in row.predictions:
            cells += [
                round(prediction.probability, 6),
                prediction.label_at(thresholds),
                round(prediction.seconds * 1000, 2),
            ]
        table.append(cells)
    return csv_text(head, table)
