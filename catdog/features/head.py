"""model4's head fitted at once: a logistic regression on stored features, in place of many epochs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from catdog.errors import DataError

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

#: Inverse strengths of the L2 penalty, as scikit-learn's C; the smallest suits a few thousand images.
STRENGTHS = (0.001, 0.01, 0.1)
FOLDS = 5
ITERATIONS = 1000  # of L-BFGS at most; about 30 suffice


@dataclass(frozen=True, eq=False)
class Head:
    """A fitted last layer: probability = sigmoid(features · weights + bias).

    Attributes:
        weights: float32 (D,), one for each feature.
        bias: What is added.
        strength: The inverse strength of the L2 penalty it was fitted with.
    """

    weights: np.ndarray
    bias: float
    strength: float

    def predict(self, values: np.ndarray) -> np.ndarray:
        """Return the probability of class 1 for features (N, D), float32 (N,), 0..1."""
        logits = values @ self.weights + np.float32(self.bias)
        # of the absolute value, so that nothing overflows
        small = np.exp(-np.abs(logits))
        return np.where(logits >= 0, 1 / (1 + small), small / (1 + small)).astype(np.float32)


def fit_head(values: np.ndarray, labels: np.ndarray, strength: float = STRENGTHS[0]) -> Head:
    """Fit a head by penalized maximum likelihood, which has one solution, so there is no seed; one core does the work.

    Args:
        values: Features of the training images, float32 (N, D).
        labels: 0 or 1, integers (N,).
        strength: Inverse strength of the L2 penalty, over 0.

    Raises:
        DataError: There are no images of one of the classes.
    """
    from sklearn.linear_model import LogisticRegression

    if len(np.unique(labels)) < 2:
        raise DataError("There are images of one class only: add some of the other one.")
    # the products are small: a second thread waits most of the time, and for that takes ten times the processor's
    with _find_thread_pools().limit(limits=1, user_api="blas"):
        fitted = LogisticRegression(C=strength, max_iter=ITERATIONS).fit(values, labels)
    return Head(fitted.coef_[0].astype(np.float32), float(fitted.intercept_[0]), strength)


@cache
def _find_thread_pools() -> "ThreadpoolController":
    """Return what limits the threads of the linear algebra that scikit-learn has loaded."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def choose_head(
    training: tuple[np.ndarray, np.ndarray],
    validation: tuple[np.ndarray, np.ndarray],
    strengths: Sequence[float] = STRENGTHS,
) -> Head:
    """Fit a head with each strength of the penalty and return the one with the lowest loss on validation.

    Args:
        training: Features, float32 (N, D), and labels, integers (N,).
        validation: The same of the validation images.
        strengths: The inverse strengths to choose from.

    Raises:
        DataError: There are no training images of one of the classes.
    """
    values, labels = validation
    heads = [fit_head(*training, strength) for strength in strengths]
    return min(heads, key=lambda head: _cross_entropy(head.predict(values), labels))


def predict_out_of_fold(values: np.ndarray, labels: np.ndarray, strength: float = STRENGTHS[0]) -> np.ndarray:
    """Return for each image the probability of class 1 by a head that was fitted without it.

    The images are dealt into five parts, each with its share of both classes; each part is predicted by a head fitted
    on the other four. The parts are the same at every call.

    Args:
        values: Features, float32 (N, D).
        labels: 0 or 1, integers (N,).
        strength: Inverse strength of the L2 penalty, over 0.

    Returns:
        float32 (N,), 0..1.

    Raises:
        DataError: A class has fewer than two images.
    """
    from sklearn.model_selection import StratifiedKFold

    fewest = int(np.bincount(labels, minlength=2).min())
    if fewest < 2:
        raise DataError("This needs two images or more of each class: add some.")
    probabilities = np.empty(len(labels), np.float32)
    parts = StratifiedKFold(min(FOLDS, fewest), shuffle=True, random_state=0)
    for others, part in parts.split(values, labels):
        probabilities[part] = fit_head(values[others], labels[others], strength).predict(values[part])
    return probabilities


def _cross_entropy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    of_label = np.where(labels == 1, probabilities, 1 - probabilities).astype(np.float64)
    return float(-np.log(np.maximum(of_label, np.finfo(np.float32).tiny)).mean())
