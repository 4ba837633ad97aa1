"""What a number of images can show: the smallest difference between two models that McNemar's test finds."""

import math
from statistics import NormalDist

import numpy as np

from catdog.evaluation.significance import ALPHA
from catdog.utils.text import format_percent, join_names

POWER = 0.8  # the usual one: a difference is "found" if four of five samples of images would show it
WIDTH = 6  # standard deviations of the number of disagreements that are summed over; the rest is less than 1e-8
_PRECISION = 1e-5  # of a difference that is searched for
_MANY = 500  # expected disagreements from which the normal approximation is within 0.03 points of the exact power
_SHARES = (0.1, 0.2, 0.3)  # of the images on which two models may disagree, for a table that knows no pair yet


def smallest_lead(disagreements: int) -> int | None:
    """Return by how many images one model must be ahead for McNemar's exact test to tell two apart at the 5% level.

    Args:
        disagreements: On how many images exactly one of them is right.

    Returns:
        The smallest difference of the two counts whose two-sided p is below 0.05; None where even the most uneven
        split, all on one side, is not rare enough: below 6 disagreements.
    """
    few = _largest_minority(disagreements, _log_factorials(disagreements))
    return None if few < 0 else disagreements - 2 * few


def smallest_difference(count: int, disagreements: int) -> float | None:
    """Return the smallest difference of two accuracies on the same images that McNemar's test tells from chance.

    Two accuracies on the same images differ by the lead over the number of images, since images on which both are
    right or both are wrong cancel.

    Args:
        count: Number of images.
        disagreements: On how many of them exactly one of the models is right, 0..count.

    Returns:
        A share of the images, 0..1, or None as of `smallest_lead`.
    """
    lead = smallest_lead(disagreements)
    return None if lead is None else lead / count


def detectable_difference(count: int, disagreement: float, power: float = POWER) -> float | None:
    """Return the smallest true difference of two accuracies that McNemar's test finds in most samples of images.

    Up to 500 expected disagreements the power is exact: given a true difference δ, each image is one on which exactly
    one model is right with probability ψ, and it is the better one with probability (1 + δ/ψ) / 2. So the number of
    disagreements d is binomial (count, ψ), the better model's part of them binomial (d, (1 + δ/ψ) / 2), and the power
    is the sum over d of P(d) · P(the better model's lead is at least `smallest_lead(d)` | d). See Duffy, Biometrics
    40 (1984) 1005, and Connor, Biometrics 43 (1987) 207. δ is found by bisection. Beyond, where the sum would take
    seconds, Connor's normal approximation is used.

    Args:
        count: Number of images.
        disagreement: ψ, the share of images on which exactly one model is right, 0..1.
        power: The share of samples that are to show the difference, 0..1.

    Returns:
        δ, 0..disagreement; None where even δ = ψ, the largest that ψ allows, is found less often.
    """
    middle, spread = count * disagreement, WIDTH * math.sqrt(count * disagreement * (1 - disagreement))
    first, last = max(1, math.floor(middle - spread)), min(count, math.ceil(middle + spread))
    if not 0 < disagreement <= 1 or last < first:
        return None
    if middle > _MANY:
        return _approximate_difference(count, disagreement, power)
    logs = _log_factorials(count)
    d = np.arange(first, last + 1)
    few = np.array([_largest_minority(number, logs) for number in d])
    weights = _binomial(count, d, disagreement, logs)
    k = np.arange(max(0, few.max()) + 1)
    # log of how many ways there are for the worse model to be right on k of d disagreements, (len(d), len(k))
    ways = logs[d][:, None] - logs[k] - logs[np.maximum(d[:, None] - k, 0)]
    ways = np.where(k <= few[:, None], ways, -np.inf)

    def find_power(difference: float) -> float:
        better = (1 + difference / disagreement) / 2
        tails = np.exp(ways + k * math.log(1 - better) + (d[:, None] - k) * math.log(better)).sum(axis=1)
        return float(weights @ tails)

    low, high = 0.0, disagreement * (1 - 1e-9)
    if find_power(high) < power:
        return None
    while high - low > _PRECISION:
        between = (low + high) / 2
        low, high = (low, between) if find_power(between) >= power else (between, high)
    return high


def _approximate_difference(count: int, disagreement: float, power: float) -> float:
    """Return what `detectable_difference` does, by the normal approximation; arguments as there.

    The better model's lead has the mean count · δ and the variance count · (ψ − δ²). It must exceed the lead that the
    test asks for; the exact test asks for one image more than its approximation, since leads go in steps of two.
    """
    critical = NormalDist().inv_cdf(1 - ALPHA / 2) * math.sqrt(count * disagreement) + 1
    beyond = NormalDist().inv_cdf(power)
    low, high = 0.0, disagreement
    while high - low > _PRECISION:
        between = (low + high) / 2
        shown = count * between >= critical + beyond * math.sqrt(count * (disagreement - between**2))
        low, high = (low, between) if shown else (between, high)
    return high


def describe_resolution(count: int, disagreements: int) -> str:
    """Say which difference so many images can show of two models that disagree on some of them.

    Args:
        count: Number of images.
        disagreements: On how many of them exactly one of the models is right.
    """
    lead = smallest_lead(disagreements)
    if lead is None:
        return (
            f"The two disagree on {disagreements:,} of {count:,} images. That is too few for this test to show a "
            "difference, however they are split."
        )
    text = (
        f"The two disagree on {disagreements:,} of {count:,} images. The test shows a difference once one leads by "
        f"{lead:,} of them, which is {100 * lead / count:.1f} points of accuracy."
    )
    detectable = detectable_difference(count, disagreements / count)
    if detectable is None:
        return text
    return (
        f"{text} Two models that disagree so often must truly differ by {100 * detectable:.1f} points for "
        f"{format_percent(POWER, 0)} of such samples to show it."
    )


def describe_smallest_differences(count: int) -> str:
    """Say which differences so many images can show, for models that disagree on few or many of them."""
    differences = {share: smallest_difference(count, round(share * count)) for share in _SHARES}
    parts = [
        f"{100 * difference:.1f} points where they disagree on {format_percent(share, 0)}"
        for share, difference in differences.items()
        if difference is not None
    ]
    if not parts:
        return f"{count:,} test images are too few to tell two models apart."
    return (
        f"With {count:,} test images, one image is {100 / count:.1f} points. How far apart two models must be for "
        "McNemar's test to see more than chance depends on how often they disagree: "
        f"{join_names(parts)} of the images."
    )


def _largest_minority(disagreements: int, logs: np.ndarray) -> int:
    """Return on how many disagreements the worse model may be right for p to stay below ALPHA; -1 if on none."""
    k = np.arange((disagreements + 1) // 2)  # beyond, p is 1
    tails = 2 * np.cumsum(_binomial(disagreements, k, 0.5, logs))
    return int(np.searchsorted(tails, ALPHA)) - 1


def _binomial(count: int, k: np.ndarray, share: float, logs: np.ndarray) -> np.ndarray:
    """Return the probabilities of k successes in `count` tries, float64, of the shape of k."""
    with np.errstate(divide="ignore", invalid="ignore"):
        chances = np.where(k > 0, k * np.log(share), 0) + np.where(k < count, (count - k) * np.log1p(-share), 0)
    return np.exp(logs[count] - logs[k] - logs[count - k] + chances)


def _log_factorials(count: int) -> np.ndarray:
    """Return the logarithms of 0!, 1!, ... count!, float64 (count + 1,)."""
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, count + 1)))])
