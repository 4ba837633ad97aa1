"""Temperature scaling: one number, fitted on validation images, that makes a model's confidence fit its accuracy."""

from dataclasses import dataclass

import numpy as np

from catdog.evaluation.metrics import SMALLEST, calibration_curve, roc_curve
from catdog.evaluation.predictions import Predictions

COLDEST, HOTTEST = 0.05, 20.0  # temperatures that are searched; the likelihood of a perfect model has no best one
_HALVINGS = 60
_SAMPLES = 200  # of labels that are drawn to see what chance does to the calibration error


@dataclass(frozen=True)
class CalibrationScore:
    """How good probabilities are, on images whose labels are known.

    Attributes:
        error: The expected calibration error, 0..1.
        loss: The mean cross-entropy in nats.
        accuracy: 0..1.
        roc_area: The area under the ROC curve, 0..1; None where all images are of one class.
    """

    error: float
    loss: float
    accuracy: float
    roc_area: float | None


@dataclass(frozen=True, eq=False)
class TemperatureScaling:
    """A fitted temperature, and what it does to other images.

    Attributes:
        temperature: T; over 1 it makes the model less confident, under 1 more.
        before: The scores of the probabilities as they are.
        after: Those of the scaled ones.
        scaled: The predictions for the other images, with scaled probabilities.
        chance_error: The calibration error that chance alone gives to probabilities like the scaled ones, see there.
    """

    temperature: float
    before: CalibrationScore
    after: CalibrationScore
    scaled: Predictions
    chance_error: float

    @property
    def at_limit(self) -> bool:
        """Whether no temperature between COLDEST and HOTTEST is the best, so that T is only where the search ends."""
        return self.temperature in (COLDEST, HOTTEST)


def scale_temperature(fitted_on: Predictions, applied_to: Predictions) -> TemperatureScaling:
    """Fit the temperature on some images and apply it to others (Guo, Pleiss, Sun and Weinberger, ICML 2017).

    Args:
        fitted_on: Predictions for the validation images, one at least.
        applied_to: The same model's predictions for the test images, one at least.
    """
    temperature = fit_temperature(fitted_on.labels, fitted_on.probabilities)
    probabilities = apply_temperature(applied_to.probabilities, temperature)
    scaled = Predictions(applied_to.paths, applied_to.labels, probabilities, applied_to.splits)
    return TemperatureScaling(
        temperature, _score(applied_to), _score(scaled), scaled, estimate_chance_error(probabilities)
    )


def fit_temperature(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the T that minimizes the mean negative log-likelihood of sigmoid(logit / T).

    The likelihood is convex in b = 1 / T: its slope, the mean of (sigmoid(b · logit) − label) · logit, only grows with
    b. So bisection of the slope finds the one minimum.

    Args:
        labels: int (N,), 0 or 1.
        probabilities: Of class 1, float (N,), 0..1.

    Returns:
        COLDEST..HOTTEST; 1 where every probability is one half, which no temperature changes.
    """
    logits = _compute_logits(probabilities)
    labels = np.asarray(labels, np.float64)
    if not logits.any():
        return 1.0

    def slope(inverse: float) -> float:
        return float(((_sigmoid(inverse * logits) - labels) * logits).mean())

    low, high = 1 / HOTTEST, 1 / COLDEST
    if slope(low) >= 0:
        return HOTTEST
    if slope(high) <= 0:
        return COLDEST
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if slope(middle) > 0 else (middle, high)
    return 2 / (low + high)


def apply_temperature(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Return sigmoid(logit / temperature), float64 (N,); each stays on its side of one half.

    Args:
        probabilities: Of class 1, float (N,), 0..1; no nearer to 0 and 1 than SMALLEST is told apart.
        temperature: Over 0.
    """
    scaled = _sigmoid(_compute_logits(probabilities) / temperature)
    # a probability next to one half must not be rounded to it: that would change the predicted class
    above = np.asarray(probabilities, np.float64) > 0.5
    return np.where(above, np.maximum(scaled, np.nextafter(0.5, 1)), np.minimum(scaled, 0.5))


def estimate_chance_error(probabilities: np.ndarray, seed: int = 0) -> float:
    """Return the calibration error that a perfectly calibrated model has on so few images, on average, 0..1.

    Even if each image is of class 1 exactly as often as its probability says, the shares in the bins stray by chance,
    and the error counts that. It is the mean over labels that are drawn by the probabilities.

    Args:
        probabilities: Of class 1, float (N,), 0..1.
        seed: Of the drawn labels.
    """
    rng = np.random.default_rng(seed)
    draws = rng.random((_SAMPLES, len(probabilities))) < probabilities
    return float(np.mean([calibration_curve(labels, probabilities).error for labels in draws]))


def _score(predictions: Predictions) -> CalibrationScore:
    labels, probabilities = predictions.labels, predictions.probabilities
    both_classes = labels.min() != labels.max()
    return CalibrationScore(
        error=calibration_curve(labels, probabilities).error,
        loss=float(predictions.losses.mean()),
        accuracy=float(predictions.correct().mean()),
        roc_area=roc_curve(labels, probabilities).area if both_classes else None,
    )


def _compute_logits(probabilities: np.ndarray) -> np.ndarray:
    clipped = np.clip(np.asarray(probabilities, np.float64), SMALLEST, 1 - np.float64(SMALLEST))
    return np.log(clipped) - np.log1p(-clipped)


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(logits / 2))
