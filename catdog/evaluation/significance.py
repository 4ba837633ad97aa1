"""How far chance reaches: the interval of an accuracy, and whether one model is better than another."""

import math
from dataclasses import dataclass

from catdog.errors import UsageError
from catdog.evaluation.predictions import Predictions, common_predictions

Z = 1.959963984540054  # standard errors on either side that hold 95 % of a normal distribution
RARE, RARER = 0.05, 0.01  # what happens by chance less often is hardly put down to chance, or not at all


@dataclass(frozen=True)
class McNemar:
    """How two models compare on the same images.

    Attributes:
        both: How many images both classify correctly.
        only_first: How many only the first does.
        only_second: How many only the second does.
        neither: How many neither does.
        p: How often chance alone would divide the images on which they differ at least as unevenly (two-sided), 0..1.
    """

    both: int
    only_first: int
    only_second: int
    neither: int
    p: float


def accuracy_interval(correct: int, count: int) -> tuple[float, float]:
    """Compute the 95 % confidence interval of an accuracy: Wilson's score interval (1927).

    Unlike the usual plus-or-minus it stays between 0 and 1 and holds for few images and scores near 100 %.

    Args:
        correct: How many images are classified correctly.
        count: Of how many.

    Returns:
        The lower and the upper end, 0..1.

    Raises:
        ValueError: There are no images, or not as many as are correct.
    """
    if not 0 <= correct <= count or count < 1:
        raise ValueError(f"{correct} of {count} photos can't be right")
    share = correct / count
    scale = 1 + Z**2 / count
    middle = (share + Z**2 / (2 * count)) / scale
    half = Z / scale * math.sqrt(share * (1 - share) / count + Z**2 / (4 * count**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def mcnemar(first: Predictions, second: Predictions, threshold: float = 0.5) -> McNemar:
    """Compute McNemar's exact test of two models, on the images that both predicted.

    Under chance, each image that exactly one of them gets right is a toss-up, so their division is binomial (n, 1/2).

    Args:
        first: A model's predictions.
        second: Another model's predictions.
        threshold: Class 1 is predicted above it.

    Raises:
        UsageError: The models share no image, or do not agree on an image's label.
    """
    first_correct, second_correct = (
        predictions.correct(threshold) for predictions in common_predictions([first, second])
    )
    if not len(first_correct):
        raise UsageError("These two runs answered no picture in common: choose runs that learned from the same data.")
    only_first, only_second = int((first_correct & ~second_correct).sum()), int((~first_correct & second_correct).sum())
    return McNemar(
        both=int((first_correct & second_correct).sum()),
        only_first=only_first,
        only_second=only_second,
        neither=int((~first_correct & ~second_correct).sum()),
        p=_two_sided(min(only_first, only_second), only_first + only_second),
    )


def _two_sided(few: int, tosses: int) -> float:
    """Return how often that many fair tosses fall to one side at most `few` times, either side."""
    if 2 * few >= tosses:
        return 1.0
    half = tosses * math.log(2)
    total = math.lgamma(tosses + 1)
    logs = (total - math.lgamma(k + 1) - math.lgamma(tosses - k + 1) - half for k in range(few + 1))
    return min(1.0, 2 * math.fsum(math.exp(log) for log in logs))


def describe_mcnemar(first: str, second: str, test: McNemar) -> str:
    """Say in plain sentences which of two models is better, or that these images do not show it.

    Args:
        first: What the first model is called.
        second: What the second model is called.
        test: Of the two, in this order.
    """
    if not test.only_first + test.only_second:
        return f"{first} and {second} were right and wrong on the same pictures: nothing tells them apart."
    difference = (
        f"{first} was right on {_count_pictures(test.only_first)} that {second} got wrong, and {second} on "
        f"{_count_pictures(test.only_second)} that {first} got wrong. If both were equally good, chance would divide "
        "them at least as unevenly"
    )
    if test.p >= RARE:
        return f"{difference} {_describe_chance(test.p)}: these pictures do not show which of the two is better."
    best = first if test.only_first > test.only_second else second
    verdict = "better" if test.p < RARER else "probably better"
    return f"{difference} only {_describe_chance(test.p)}: {best} is {verdict}."


def _count_pictures(count: int) -> str:
    return {0: "no picture", 1: "1 picture"}.get(count, f"{count:,} pictures")


def _describe_chance(p: float) -> str:
    """Say how often something of this probability happens."""
    if p >= 0.995:
        return "practically every time"
    if p >= 0.0995:
        return f"in {100 * p:.0f} of 100 cases"
    if p >= 0.001:
        return f"in {1000 * p:.0f} of 1,000 cases"
    return "in less than 1 of 1,000 cases" if p >= 0.0001 else "in less than 1 of 10,000 cases"
