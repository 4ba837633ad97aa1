"""The pictures that models find find_hard_examples, and those on which they disagree."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from catdog.evaluation.predictions import Predictions, common_predictions


@dataclass(frozen=True)
class HardExample:
    """One picture with the answers of several models.

    path, label: which picture, and its label 0 or 1; probabilities: {model: its probability of class 1}; loss: the mean
    of what the picture costs the models, cross-entropy in nats.
    """

    path: str
    label: int
    probabilities: Mapping[str, float]
    loss: float


def find_hard_examples(answers: Mapping[str, Predictions], many: int) -> list[HardExample]:
    """Return up to `many` of the pictures that all models answered, those with the highest mean loss first.

    answers: {model: its answers}; the keys are those of HardPhoto.probabilities. Raises UsageError where the models do
    not agree on a picture's label.
    """
    paths, labels, probabilities, losses = _shared(answers)
    order = np.argsort(-losses, kind="stable")[:many]
    return [_photo(paths[row], labels[row], answers, probabilities[:, row], losses[row]) for row in order]


def find_disagreements(answers: Mapping[str, Predictions], threshold: float = 0.5) -> list[HardExample]:
    """Return the pictures on which the models' answers differ: the most evenly divided first, then by loss.

    answers and errors as for `hardest`.
    """
    paths, labels, probabilities, losses = _shared(answers)
    ones = (probabilities > threshold).sum(axis=0)
    minority = np.minimum(ones, len(answers) - ones)
    rows = np.flatnonzero(minority > 0)
    order = rows[np.lexsort((-losses[rows], -minority[rows]))]
    return [_photo(paths[row], labels[row], answers, probabilities[:, row], losses[row]) for row in order]


def _shared(answers: Mapping[str, Predictions]) -> tuple[tuple[str, ...], np.ndarray, np.ndarray, np.ndarray]:
    """Return what all models answered: paths, labels (N,), probabilities (models, N) and mean losses (N,)."""
    if not answers:
        return (), np.empty(0, np.int64), np.empty((0, 0)), np.empty(0)
    parts = common_predictions(list(answers.values()))
    probabilities = np.array([part.probabilities for part in parts])
    return parts[0].paths, parts[0].labels, probabilities, np.mean([part.losses for part in parts], axis=0)


def _photo(
    path: str, label: np.int64, answers: Mapping[str, Predictions], probabilities: np.ndarray, loss: np.float64
) -> HardExample:
    values = {name: float(value) for name, value in zip(answers, probabilities, strict=True)}
    return HardExample(path, int(label), values, float(loss))
