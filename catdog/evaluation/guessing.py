"""A round of guessing: images that no model has learned from, and who is right about them."""

from collections.abc import Sequence

import numpy as np

from catdog.datasets.splits import TEST, TRAINING, VALIDATION
from catdog.errors import UsageError
from catdog.evaluation.predictions import Predictions

ROUND = 20  # images


def draw_round(splits: np.ndarray, seed: int, count: int = ROUND) -> np.ndarray:
    """Draw images to guess, from the test split only where it has enough, else from the validation split too.

    Args:
        splits: The split of each image, str (N,).
        seed: The same seed draws the same images.
        count: How many.

    Returns:
        Rows, int64 (count,), or fewer where there are not as many images.
    """
    rows = np.flatnonzero(splits == TEST)
    if len(rows) < count:
        rows = np.flatnonzero((splits == TEST) | (splits == VALIDATION))
    return np.random.default_rng(seed).choice(rows, min(count, len(rows)), replace=False)


def parse_guesses(text: str, count: int = ROUND) -> list[int]:
    """Return the classes, 0 or 1, that a text such as "0110" stands for.

    Raises:
        UsageError: It has another sign, or more than `count`.
    """
    if len(text) > count or not set(text) <= {"0", "1"}:
        raise UsageError(f"The guesses are {text[:40]!r}, but must be at most {count} times 0 or 1.")
    return [int(sign) for sign in text]


def check_round(predictions: Predictions, paths: Sequence[str], labels: np.ndarray) -> np.ndarray | None:
    """Return which images of a round a model predicted correctly.

    Args:
        predictions: The model's, with the classes in the order of `labels`.
        paths: The images of the round.
        labels: Theirs, int (N,), 0 or 1.

    Returns:
        bool (N,); None where the model has learned from one of the images, or has no prediction for it.
    """
    row_of = {path: row for row, path in enumerate(predictions.paths)}
    if not all(path in row_of for path in paths):
        return None
    chosen = predictions.select(np.array([row_of[path] for path in paths], np.int64))
    return None if (chosen.splits == TRAINING).any() else chosen.predicted_labels() == labels
