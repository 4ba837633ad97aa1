"""How sure a score is: the interval of an accuracy, and whether one model is better than another."""

import math
from dataclasses import dataclass

from catdog.errors import UsageError
from catdog.evaluation.predictions import Predictions, common_predictions

Z = 1.959963984540054  # standard errors on either side that hold 95 % of a normal distribution
RARE, RARER = 0.05, 0.01  # what happens by chance less often is hardly put down to chance, or not at all


@dataclass(frozen=True)
class McNemar:
    """How two models compare on the same pictures.

    both, only_one, only_other, neither: how many pictures each got right; p: how often chance alone would divide the
    pictures on which they differ at least as unevenly (two-sided), 0..1.
    """

    both: int
    only_one: int
    only_other: int
    neither: int
    p: float


def accuracy_interval(right: int, photos: int) -> tuple[float, float]:
    """Return the 95 % interval of an accuracy, lower and upper end, 0..1: Wilson's score interval (1927).

    Unlike the usual plus-or-minus it stays between 0 and 1 and holds for few pictures and scores near 100 %. Raises
    ValueError without photos.
    """
    if not 0 <= right <= photos or photos < 1:
        raise ValueError(f"{right} of {photos} photos can't be right")
    share = right / photos
    scale = 1 + Z**2 / photos
    middle = (share + Z**2 / (2 * photos)) / scale
    half = Z / scale * math.sqrt(share * (1 - share) / photos + Z**2 / (4 * photos**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def mcnemar(one: Predictions, other: Predictions, threshold: float = 0.5) -> McNemar:
    """Return McNemar's exact test of two models, on the pictures that both answered.

    Under chance, each picture that exactly one of them got right is a toss-up, so their division is binomial (n, 1/2).
    Raises UsageError where the models share no picture, or do not agree on a picture's label.
    """
    first, second = (part.right(threshold) for part in common_predictions([one, other]))
    if not len(first):
        raise UsageError("These two runs answered no picture in common: choose runs that learned from the same data.")
    only_one, only_other = int((first & ~second).sum()), int((~first & second).sum())
    p = _two_sided(min(only_one, only_other), only_one + only_other)
    return McNemar(int((first & second).sum()), only_one, only_other, int((~first & ~second).sum()), p)


def _two_sided(few: int, tosses: int) -> float:
    """Return how often that many fair tosses fall to one side at most `few` times, either side."""
    if 2 * few >= tosses:
        return 1.0
    half = tosses * math.log(2)
    total = math.lgamma(tosses + 1)
    logs = (total - math.lgamma(k + 1) - math.lgamma(tosses - k + 1) - half for k in range(few + 1))
    return min(1.0, 2 * math.fsum(math.exp(one) for one in logs))


def describe_mcnemar(name_one: str, name_other: str, found: McNemar) -> str:
    """Return in plain sentences which of two models is better, or that these pictures do not show it."""
    differ = found.only_one + found.only_other
    if not differ:
        return f"{name_one} and {name_other} were right and wrong on the same pictures: nothing tells them apart."
    said = (
        f"{name_one} was right on {_pictures(found.only_one)} that {name_other} got wrong, and {name_other} on "
        f"{_pictures(found.only_other)} that {name_one} got wrong. If both were equally good, chance would divide them "
        "at least as unevenly"
    )
    if found.p >= RARE:
        return f"{said} {_chance(found.p)}: these pictures do not show which of the two is better."
    best = name_one if found.only_one > found.only_other else name_other
    return f"{said} only {_chance(found.p)}: {best} is {'better' if found.p < RARER else 'probably better'}."


def _pictures(number: int) -> str:
    return {0: "no picture", 1: "1 picture"}.get(number, f"{number:,} pictures")


def _chance(p: float) -> str:
    """Say how often something of this probability happens."""
    if p >= 0.995:
        return "practically every time"
    if p >= 0.0995:
        return f"in {100 * p:.0f} of 100 cases"
    if p >= 0.001:
        return f"in {1000 * p:.0f} of 1,000 cases"
    return "in less than 1 of 1,000 cases" if p >= 0.0001 else "in less than 1 of 10,000 cases"
