"""Metrics of one model's predictions, with NumPy only. Curves and calibration are about class 1."""

from dataclasses import dataclass

import numpy as np

SMALLEST = np.float32(1e-7)  # Keras's epsilon, and its precision: keeps the logarithm of a probability of 0 finite


@dataclass(frozen=True)
class ClassScore:
    """How well one class is recognized.

    Attributes:
        precision: The share of this class among the images that are predicted to be of it, 0..1; None if there are
            none.
        recall: The share of this class's images that are predicted to be of it, 0..1; None if there are none.
        f1: The harmonic mean of both, 0..1; None if the class is neither there nor predicted.
        support: The number of images of this class.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    support: int


@dataclass(frozen=True, eq=False)
class Curve:
    """A curve over all thresholds.

    Attributes:
        x: float64 (K,), 0..1.
        y: float64 (K,), 0..1.
        thresholds: Of each point, float64 (K,), from the highest down.
        area: The area below the curve, 0..1; None if it is not defined, since all images are of one class.
    """

    x: np.ndarray
    y: np.ndarray
    thresholds: np.ndarray
    area: float | None


@dataclass(frozen=True, eq=False)
class Calibration:
    """Whether a predicted probability is how often the prediction comes true, in B bins of probabilities.

    Attributes:
        edges: Of the bins, float64 (B + 1,).
        predicted: The mean probability in each bin, float64 (B,); NaN in an empty one.
        actual: The share of class 1 in each bin, float64 (B,); NaN in an empty one.
        counts: The number of images in each bin, int64 (B,).
        error: The expected calibration error, 0..1; None without images.
    """

    edges: np.ndarray
    predicted: np.ndarray
    actual: np.ndarray
    counts: np.ndarray
    error: float | None


def cross_entropy(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Compute the binary cross-entropy of each prediction in nats.

    Probabilities count as float32, as models give them, and no nearer to 0 or 1 than SMALLEST.

    Args:
        labels: int (N,), 0 or 1.
        probabilities: Of class 1, float (N,), 0..1.

    Returns:
        float64 (N,).
    """
    clipped = np.clip(np.asarray(probabilities, np.float32), SMALLEST, 1 - SMALLEST).astype(np.float64)
    return -np.where(np.asarray(labels) == 1, np.log(clipped), np.log(1 - clipped))


def score(labels: np.ndarray, probabilities: np.ndarray) -> dict:
    """Compute what evaluation.json stores of a split.

    The loss equals that of Keras's BinaryCrossentropy for these probabilities, and for two classes that of its
    SparseCategoricalCrossentropy. (In training, Keras computes its own figures before the sigmoid, so that a confident
    wrong prediction can cost more there.)

    Args:
        labels: int (N,), 0 or 1.
        probabilities: Of class 1, float (N,), 0..1; class 1 is predicted above 0.5, as Keras decides.

    Returns:
        "accuracy" (0..1) and "loss" (mean cross-entropy in nats), both None without images; "photos", the number of
        images; "confusion", how many there are by [label][prediction].
    """
    labels = np.asarray(labels, dtype=np.int64)
    probabilities = np.asarray(probabilities, dtype=np.float32)
    counts = confusion_matrix(labels, probabilities)
    return {
        "accuracy": float(np.trace(counts) / len(labels)) if len(labels) else None,
        "loss": float(cross_entropy(labels, probabilities).mean()) if len(labels) else None,
        "photos": len(labels),
        "confusion": counts.tolist(),
    }


def confusion_matrix(labels: np.ndarray, probabilities: np.ndarray, threshold: float = 0.5) -> np.ndarray:
    """Count the images by label and prediction.

    Args:
        labels: int (N,), 0 or 1.
        probabilities: Of class 1, float (N,), 0..1.
        threshold: Class 1 is predicted above it.

    Returns:
        int64 (2, 2): [label][prediction].
    """
    predicted = (np.asarray(probabilities) > threshold).astype(np.int64)
    return np.bincount(2 * np.asarray(labels, np.int64) + predicted, minlength=4).reshape(2, 2)


def class_scores(
    labels: np.ndarray, probabilities: np.ndarray, threshold: float = 0.5
) -> tuple[ClassScore, ClassScore]:
    """Compute precision, recall and F1 of class 0 and class 1; arguments as for `confusion_matrix`."""
    counts = confusion_matrix(labels, probabilities, threshold)
    return _class_score(counts, 0), _class_score(counts, 1)


def _class_score(counts: np.ndarray, label: int) -> ClassScore:
    hits, predicted, support = int(counts[label, label]), int(counts[:, label].sum()), int(counts[label].sum())
    # 2·precision·recall / (precision + recall), written so that it has a value wherever one of the two has
    f1 = 2 * hits / (predicted + support) if predicted + support else None
    return ClassScore(hits / predicted if predicted else None, hits / support if support else None, f1, support)


def roc_curve(labels: np.ndarray, probabilities: np.ndarray) -> Curve:
    """Compute the ROC curve (receiver operating characteristic), from (0, 0) to (1, 1).

    Args:
        labels: int (N,), 0 or 1.
        probabilities: Of class 1, float (N,), 0..1.

    Returns:
        x: the false positive rate; y: the true positive rate; a point for each different probability, taken as a
        threshold that itself counts as class 1. The area, by the trapezoid rule, is the chance that an image of class
        1 gets a higher probability than one of class 0 (ties count half).
    """
    true_positives, false_positives, thresholds = _count_positives(labels, probabilities)
    ones, zeros = true_positives[-1], false_positives[-1]
    x, y = false_positives / max(1, zeros), true_positives / max(1, ones)
    area = float(np.trapezoid(y, x)) if ones and zeros else None
    return Curve(x, y, thresholds, area)


def precision_recall_curve(labels: np.ndarray, probabilities: np.ndarray) -> Curve:
    """Compute the precision-recall curve of class 1, from recall 0 with precision 1 upwards.

    Args:
        labels: int (N,), 0 or 1.
        probabilities: Of class 1, float (N,), 0..1.

    Returns:
        x: recall; y: precision; points as of `roc_curve`. The area is the average precision: the sum of the
        precisions, each weighted by how much recall grew (no straight lines between points, which would flatter).
    """
    true_positives, false_positives, thresholds = _count_positives(labels, probabilities)
    ones = true_positives[-1]
    positives = true_positives + false_positives
    y = np.where(positives > 0, true_positives / np.maximum(1, positives), 1.0)
    x = true_positives / max(1, ones)
    area = float(np.sum(np.diff(x) * y[1:])) if ones else None
    return Curve(x, y, thresholds, area)


def _count_positives(labels: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return how many of class 1 and of class 0 are at or over each different probability, from the highest down.

    The first point stands over all of them: nothing is predicted to be class 1 there, and its threshold is infinite.
    """
    labels, probabilities = np.asarray(labels, np.int64), np.asarray(probabilities, np.float64)
    order = np.argsort(-probabilities, kind="stable")
    sorted_labels, sorted_probabilities = labels[order], probabilities[order]
    last = np.flatnonzero(np.diff(sorted_probabilities, append=-np.inf))  # of each stretch of equal probabilities
    true_positives = np.cumsum(sorted_labels)[last] if len(last) else np.empty(0, np.int64)
    true_positives = np.concatenate([[0], true_positives]).astype(np.float64)
    false_positives = np.concatenate([[0], last + 1]) - true_positives
    return true_positives, false_positives, np.concatenate([[np.inf], sorted_probabilities[last]])


def calibration_curve(labels: np.ndarray, probabilities: np.ndarray, bins: int = 10) -> Calibration:
    """Compute the reliability diagram of class 1 and the expected calibration error.

    The error is Σ counts / N · |actual − predicted| (Naeini, Cooper and Hauskrecht 2015), here of the probability of
    class 1.

    Args:
        labels: int (N,), 0 or 1.
        probabilities: Of class 1, float (N,), 0..1.
        bins: How many, of equal width. A bin holds its lower edge, the last one its upper edge too.
    """
    labels, probabilities = np.asarray(labels, np.float64), np.asarray(probabilities, np.float64)
    edges = np.linspace(0, 1, bins + 1)
    bin_of = np.clip(np.searchsorted(edges, probabilities, side="right") - 1, 0, bins - 1)
    counts = np.bincount(bin_of, minlength=bins)
    with np.errstate(invalid="ignore"):
        predicted = np.bincount(bin_of, probabilities, bins) / counts
        actual = np.bincount(bin_of, labels, bins) / counts
    error = float(np.nansum(counts * np.abs(actual - predicted)) / len(labels)) if len(labels) else None
    return Calibration(edges, predicted, actual, counts, error)
