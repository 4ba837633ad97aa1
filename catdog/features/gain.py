"""Did cleaning help? A head is fitted again and again to the data as they were and as they are, and both are scored."""

import math
from dataclasses import dataclass

import numpy as np

from catdog.errors import DataError
from catdog.features.head import fit_head
from catdog.utils.progress import Progress, silent
from catdog.utils.text import format_percent

SPLITS = 20
HELD_OUT = 0.2  # of the images of each class
T = 2.093024  # standard errors on either side that hold 95% of Student's t with SPLITS - 1 degrees of freedom
DIMENSIONS = 256  # the features' largest components, in which a fit takes a fifth of the time and scores the same
PENALTY = 2.0  # inverse strength of the L2 penalty times the number of images: 0.001 for 2,000
TASK = "fitting the model before and after"


@dataclass(frozen=True)
class Gain:
    """How much better a head is that was fitted after the changes, on images that nobody changed.

    Attributes:
        differences: Of each split, the Brier score before minus that after: above 0 is better.
        error: The mean Brier score before and after, 0..1: the mean squared distance of the probability from the
            label, 0 for a perfect model and 0.25 for one that always says 50%.
        accuracy: The mean accuracy before and after, 0..1.
        changed: How many images were relabelled or excluded.
        interval: The 95% interval of the mean difference.
    """

    differences: tuple[float, ...]
    error: tuple[float, float]
    accuracy: tuple[float, float]
    changed: int
    interval: tuple[float, float]

    @property
    def mean(self) -> float:
        """The mean difference."""
        return float(np.mean(self.differences))

    @property
    def verdict(self) -> int:
        """1 for a measurable gain, -1 for a measurable loss, 0 where the interval includes zero."""
        low, high = self.interval
        return int(low > 0) - int(high < 0)


def measure_gain(
    values: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
    used: np.ndarray | None = None,
    progress: Progress = silent,
) -> Gain:
    """Measure what relabelling and excluding images has brought.

    Twenty times a fifth of the images is held out at random. One head is fitted to the others with the labels and
    images before, one with those after. Both are scored on the same held-out images: those that were neither
    relabelled nor excluded, so that no decision can flatter itself by the label it is scored with.

    They are scored by the Brier score. It is proper, sees more than accuracy, which few images move, and less of the
    very sure answers than the cross-entropy, which would reward it if hard images were merely put away.

    The twenty training sets overlap, so their differences are not independent. The interval is the corrected
    resampled t interval of Nadeau and Bengio, Inference for the generalization error, Machine Learning 52 (2003) 239:
    the variance is multiplied by 1/20 + (held out / trained on) instead of 1/20.

    Args:
        values: Features of all images, float32 (N, D).
        before: Labels before, 0 or 1, integers (N,).
        after: Labels after.
        used: Which images are not excluded after, bool (N,); all of them without.
        progress: Told how many splits are done; what it raises ends the work.

    Raises:
        DataError: Nothing was changed, or too few images are left.
    """
    used = np.ones(len(before), bool) if used is None else used
    same = used & (before == after)
    changed = int(len(same) - same.sum())
    if not changed:
        raise DataError("Nothing has been relabelled or excluded yet: clean some labels first.")
    reduced, random = reduce_features(values), np.random.default_rng(0)
    errors, correct = np.empty((SPLITS, 2)), np.empty((SPLITS, 2))
    for split in range(SPLITS):
        progress(split, SPLITS, TASK)
        held_out = np.zeros(len(before), bool)
        for label in (0, 1):
            rows = np.flatnonzero(before == label)
            held_out[random.choice(rows, round(HELD_OUT * len(rows)), replace=False)] = True
        scored = held_out & same
        if not scored.any():
            raise DataError("Too few images are left unchanged to tell whether it helped.")
        for time, (labels, kept) in enumerate(((before, ~held_out), (after, ~held_out & used))):
            head = fit_head(reduced[kept], labels[kept], PENALTY / int(kept.sum()))
            probabilities = head.predict(reduced[scored])
            errors[split, time] = np.mean((probabilities - after[scored]) ** 2)
            correct[split, time] = np.mean((probabilities > 0.5) == after[scored])
    progress(SPLITS, SPLITS, TASK)
    differences = errors[:, 0] - errors[:, 1]
    return Gain(
        tuple(differences.tolist()),
        tuple(errors.mean(axis=0).tolist()),
        tuple(correct.mean(axis=0).tolist()),
        changed,
        resampled_interval(differences, HELD_OUT / (1 - HELD_OUT)),
    )


def resampled_interval(differences: np.ndarray, ratio: float) -> tuple[float, float]:
    """Return the corrected resampled t interval of the mean of SPLITS differences, see `measure_gain`.

    Args:
        differences: float (SPLITS,).
        ratio: Held-out images for each one that is trained on.
    """
    half = T * math.sqrt((1 / SPLITS + ratio) * float(np.var(differences, ddof=1)))
    mean = float(np.mean(differences))
    return mean - half, mean + half


def describe_gain(gain: Gain) -> str:
    """Return in one sentence whether it helped, with the interval."""
    before, after = gain.error
    low, high = gain.interval
    interval = f"95% interval {_signed(low)} to {_signed(high)}"
    if gain.verdict > 0:
        return f"A measurable gain: the error falls from {before:.4f} to {after:.4f}, by {gain.mean:.4f} ({interval})."
    if gain.verdict < 0:
        return f"It got worse: the error rises from {before:.4f} to {after:.4f}, by {-gain.mean:.4f} ({interval})."
    return (
        f"No measurable gain: the error goes from {before:.4f} to {after:.4f}, and the interval of the difference "
        f"includes zero ({interval})."
    )


def describe_accuracy(gain: Gain) -> str:
    """Return in one sentence what happened to the accuracy, which few images move."""
    before, after = map(format_percent, gain.accuracy)
    return f"Accuracy on the same photos: {before} before, {after} after."


def reduce_features(values: np.ndarray) -> np.ndarray:
    """Return features in the directions in which they vary most, float32 (N, at most DIMENSIONS)."""
    centred = values - values.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)  # in the order of rising variance
    return np.ascontiguousarray(centred @ directions[:, ::-1][:, :DIMENSIONS])


def _signed(value: float) -> str:
    return f"{value:.5f}".replace("-", "−")
