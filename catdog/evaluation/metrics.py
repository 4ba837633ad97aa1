"""Metrics of one model's answers, with NumPy only. Class 1 is what curves and calibration are about."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ClassScore:
    """How well one class is recognised, 0..1 each; None where there is nothing to divide by.

    precision: of the pictures that were taken for this class, the share that are of it. recall: of the pictures of this
    class, the share that were found. f1: their harmonic mean. support: how many pictures are of this class.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    support: int


@dataclass(frozen=True, eq=False)
class Curve:
    """A curve over all thresholds: x, y and threshold of each point, float64 (K,), and the area below it.

    area: None where it is not defined, since all pictures are of one class.
    """

    x: np.ndarray
    y: np.ndarray
    thresholds: np.ndarray
    area: float | None


@dataclass(frozen=True, eq=False)
class Calibration:
    """Whether a probability means what it says.

    Of each bin of predicted probabilities, float64 (B,): predicted, their mean; actual, the share of class 1; both NaN
    where the bin is empty; counts: int64 (B,). edges: float64 (B + 1,). error: the expected calibration error, 0..1,
    the mean distance between the two, weighted by how many pictures are in a bin; None without pictures.
    """

    edges: np.ndarray
    predicted: np.ndarray
    actual: np.ndarray
    counts: np.ndarray
    error: float | None


def confusion_matrix(labels: np.ndarray, probabilities: np.ndarray, threshold: float = 0.5) -> np.ndarray:
    """Return how many pictures of each class were taken for which, int64 (2, 2): [true label][answer].

    labels: int (N,), 0 or 1; probabilities: float (N,), of class 1, which is the answer over the threshold.
    """
    answers = (np.asarray(probabilities) > threshold).astype(np.int64)
    return np.bincount(2 * np.asarray(labels, np.int64) + answers, minlength=4).reshape(2, 2)


def class_scores(
    labels: np.ndarray, probabilities: np.ndarray, threshold: float = 0.5
) -> tuple[ClassScore, ClassScore]:
    """Return precision, recall and F1 of class 0 and class 1; arguments as for `confusion`."""
    counts = confusion_matrix(labels, probabilities, threshold)
    first, second = (_class_score(counts, label) for label in (0, 1))
    return first, second


def _class_score(counts: np.ndarray, label: int) -> ClassScore:
    found, said, there = int(counts[label, label]), int(counts[:, label].sum()), int(counts[label].sum())
    # 2·precision·recall / (precision + recall), written so that it has a value wherever one of the two has
    f1 = 2 * found / (said + there) if said + there else None
    return ClassScore(found / said if said else None, found / there if there else None, f1, there)


def roc_curve(labels: np.ndarray, probabilities: np.ndarray) -> Curve:
    """Return the ROC curve (receiver operating characteristic), from (0, 0) to (1, 1).

    x: the share of class 0 that is taken for class 1; y: the share of class 1 that is found; one point for each
    different probability, taken as a threshold that itself counts as class 1. The area, by the trapezoid rule, is the
    chance that a picture of class 1 gets a higher probability than one of class 0 (ties count half).
    """
    found, mistaken, thresholds = _cumulated(labels, probabilities)
    ones, zeros = found[-1], mistaken[-1]
    x, y = mistaken / max(1, zeros), found / max(1, ones)
    area = float(np.trapezoid(y, x)) if ones and zeros else None
    return Curve(x, y, thresholds, area)


def precision_recall_curve(labels: np.ndarray, probabilities: np.ndarray) -> Curve:
    """Return the precision-recall curve of class 1, from recall 0 with precision 1 upwards.

    x: recall; y: precision; thresholds as for `roc`. The area is the average precision: the sum of the precisions, each
    weighted by how much recall grew (no straight lines between points, which would flatter).
    """
    found, mistaken, thresholds = _cumulated(labels, probabilities)
    ones = found[-1]
    said = found + mistaken
    y = np.where(said > 0, found / np.maximum(1, said), 1.0)
    x = found / max(1, ones)
    area = float(np.sum(np.diff(x) * y[1:])) if ones else None
    return Curve(x, y, thresholds, area)


def _cumulated(labels: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return how many of class 1 and of class 0 are at or over each different probability, from the highest down.

    The first point stands over all of them: nothing is taken for class 1 there, and its threshold is infinite.
    """
    labels, probabilities = np.asarray(labels, np.int64), np.asarray(probabilities, np.float64)
    order = np.argsort(-probabilities, kind="stable")
    sorted_labels, sorted_probabilities = labels[order], probabilities[order]
    last = np.flatnonzero(np.diff(sorted_probabilities, append=-np.inf))  # of each run of equal probabilities
    found = np.cumsum(sorted_labels)[last] if len(last) else np.empty(0, np.int64)
    found = np.concatenate([[0], found]).astype(np.float64)
    mistaken = np.concatenate([[0], last + 1]) - found
    return found, mistaken, np.concatenate([[np.inf], sorted_probabilities[last]])


def calibration_curve(labels: np.ndarray, probabilities: np.ndarray, bins: int = 10) -> Calibration:
    """Return the reliability diagram of class 1 in bins of equal width, and the expected calibration error.

    A bin holds its lower edge, the last one its upper edge too. The error is Σ counts / N · |actual − predicted|
    (Naeini, Cooper and Hauskrecht 2015), here of the probability of class 1.
    """
    labels, probabilities = np.asarray(labels, np.float64), np.asarray(probabilities, np.float64)
    edges = np.linspace(0, 1, bins + 1)
    place = np.clip(np.searchsorted(edges, probabilities, side="right") - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        predicted = np.bincount(place, probabilities, bins) / counts
        actual = np.bincount(place, labels, bins) / counts
    error = float(np.nansum(counts * np.abs(actual - predicted)) / len(labels)) if len(labels) else None
    return Calibration(edges, predicted, actual, counts, error)
