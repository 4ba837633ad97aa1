"""Doubtful labels: images whose label contradicts what the others of the dataset teach."""

from dataclasses import dataclass

import numpy as np

from catdog.evaluation.label_errors import LabelError
from catdog.features.head import predict_out_of_fold
from catdog.features.neighbours import find_neighbours

NEIGHBOURS = 3  # images of the other class that are shown as the reason


@dataclass(frozen=True)
class Doubt:
    """A label in doubt, and why.

    Attributes:
        row: The image's row in the catalog.
        error: Its path, its label, and how sure a head that never saw it is of the other class.
        reasons: Paths of the images most alike that are labelled as the other class.
    """

    row: int
    error: LabelError
    reasons: tuple[str, ...]


def find_doubts(values: np.ndarray, labels: np.ndarray, paths: tuple[str, ...], count: int) -> list[Doubt]:
    """Find the labels that a model trained on the other images contradicts, the most confident contradiction first.

    This is the self-confidence ranking of confident learning (Northcutt, Jiang and Chuang, Confident learning:
    estimating uncertainty in dataset labels, 2021): the lower the out-of-fold probability of an image's own label, the
    likelier the label is wrong. Hard images are among them, too: whether a label is wrong, only a person can tell.

    Args:
        values: Features of all images, float32 (N, D).
        labels: Their labels, 0 or 1, integers (N,).
        paths: Their paths.
        count: How many to return, at most.

    Raises:
        DataError: A class has fewer than two images.
    """
    rows, confidences = rank_doubts(values, labels, count)
    return [
        Doubt(
            int(row),
            LabelError(paths[row], int(labels[row]), float(confidence)),
            tuple(paths[place] for place in find_reasons(values, labels, int(row))),
        )
        for row, confidence in zip(rows, confidences, strict=True)
    ]


def measure_doubts(values: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return how sure a head that never saw an image is of the other class, float32 (N,), 0..1.

    Arguments and errors are those of `find_doubts`.
    """
    probabilities = predict_out_of_fold(values, labels)
    return np.where(labels == 1, 1 - probabilities, probabilities)


def rank_doubts(values: np.ndarray, labels: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of the labels in doubt, int64 (K,), and how sure a head is of the other class, float32 (K,).

    Arguments, order and errors are those of `find_doubts`.
    """
    of_other = measure_doubts(values, labels)
    rows = np.argsort(-of_other, kind="stable")[:count]
    rows = rows[of_other[rows] > 0.5]
    return rows, of_other[rows]


def find_reasons(values: np.ndarray, labels: np.ndarray, row: int, count: int = NEIGHBOURS) -> np.ndarray:
    """Return the rows of the images most alike to one that are labelled as the other class, int64 (K,)."""
    others = np.flatnonzero(labels != labels[row])
    nearest, _ = find_neighbours(values[row], values[others], count)
    return others[nearest]
