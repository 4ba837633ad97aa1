"""The images with the highest loss, and those on which models disagree."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from catdog.evaluation.predictions import Predictions, common_predictions


@dataclass(frozen=True)
class HardExample:
    """An image with the predictions of several models.

    Attributes:
        path: The image, as in the catalog.
        label: Its label, 0 or 1.
        probabilities: {model: its probability of class 1, 0..1}.
        loss: The mean cross-entropy over the models, in nats.
    """

    path: str
    label: int
    probabilities: Mapping[str, float]
    loss: float


def find_hard_examples(models: Mapping[str, Predictions], limit: int) -> list[HardExample]:
    """Find the images with the highest mean loss, of those that all models predicted.

    Args:
        models: {model: its predictions}; the keys are those of HardExample.probabilities.
        limit: The highest number of images to return.

    Returns:
        The images, the highest loss first.

    Raises:
        UsageError: The models do not agree on an image's label.
    """
    paths, labels, probabilities, losses = _stack_common(models)
    order = np.argsort(-losses, kind="stable")[:limit]
    return [_make_example(paths[row], labels[row], models, probabilities[:, row], losses[row]) for row in order]


def find_disagreements(models: Mapping[str, Predictions], threshold: float = 0.5) -> list[HardExample]:
    """Find the images for which the models predict different classes.

    Args:
        models: {model: its predictions}; the keys are those of HardExample.probabilities.
        threshold: Class 1 is predicted above it.

    Returns:
        The images, the most evenly divided first, then by loss.

    Raises:
        UsageError: The models do not agree on an image's label.
    """
    paths, labels, probabilities, losses = _stack_common(models)
    ones = (probabilities > threshold).sum(axis=0)
    minority = np.minimum(ones, len(models) - ones)
    rows = np.flatnonzero(minority > 0)
    order = rows[np.lexsort((-losses[rows], -minority[rows]))]
    return [_make_example(paths[row], labels[row], models, probabilities[:, row], losses[row]) for row in order]


def _stack_common(models: Mapping[str, Predictions]) -> tuple[tuple[str, ...], np.ndarray, np.ndarray, np.ndarray]:
    """Return what all models predicted: paths, labels (N,), probabilities (models, N) and mean losses (N,)."""
    if not models:
        return (), np.empty(0, np.int64), np.empty((0, 0)), np.empty(0)
    common = common_predictions(list(models.values()))
    probabilities = np.array([predictions.probabilities for predictions in common])
    losses = np.mean([predictions.losses for predictions in common], axis=0)
    return common[0].paths, common[0].labels, probabilities, losses


def _make_example(
    path: str, label: np.int64, models: Mapping[str, Predictions], probabilities: np.ndarray, loss: np.float64
) -> HardExample:
    by_model = {name: float(probability) for name, probability in zip(models, probabilities, strict=True)}
    return HardExample(path, int(label), by_model, float(loss))
