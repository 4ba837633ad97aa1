"""How far chance reaches: the interval of an accuracy, and whether one trained model is more accurate than another."""

import math
from dataclasses import dataclass

from catdog.errors import UsageError
from catdog.evaluation.predictions import Predictions, common_predictions
from catdog.utils.text import format_percent

Z = 1.959963984540054  # standard errors on either side that hold 95% of a normal distribution
ALPHA, STRICTER = 0.05, 0.01  # below these a p is evidence of a difference, and strong evidence
#: what an interval is, explained wherever a table has one
INTERVAL = (
    "The true accuracy of this trained model, on images like these, is not known: these images are a sample. Wilson's "
    "method makes an interval of each sample, and about 95% of such intervals contain the true accuracy."
)
#: what the p of McNemar's test is, said wherever it is shown
MEANING_OF_P = (
    "If the two were equally accurate, each image on which only one is right would be a toss-up. p is how often such "
    "tosses split at least this unevenly."
)
#: what McNemar's test is about, said wherever it is shown
SCOPE = (
    "This compares these two trained models, not their recipes or architectures: the same recipe with another seed "
    "gives another model. To compare recipes, train several seeds of each."
)


@dataclass(frozen=True)
class McNemar:
    """How two trained models compare on the same images.

    Attributes:
        both: How many images both classify correctly.
        only_first: How many only the first does.
        only_second: How many only the second does.
        neither: How many neither does.
        p: The two-sided exact p-value, 0..1: if the two were equally accurate, the probability of a split at least as
            uneven as this one, given on how many images exactly one of them is right.
    """

    both: int
    only_first: int
    only_second: int
    neither: int
    p: float

    @property
    def disagreements(self) -> int:
        """On how many images exactly one of the two is right."""
        return self.only_first + self.only_second

    @property
    def count(self) -> int:
        """The number of images."""
        return self.both + self.neither + self.disagreements


def accuracy_interval(correct: int, count: int) -> tuple[float, float]:
    """Compute the 95% confidence interval of a trained model's true accuracy: Wilson's score interval (1927).

    The true accuracy is that on all images of the kind, of which these are taken to be a random sample; see INTERVAL.
    The interval says nothing of what another training with the same settings would give. Unlike the usual
    plus-or-minus it stays between 0 and 1 and holds for few images and scores near 100%.

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
    """Compute McNemar's exact test (1947) of two trained models, on the images that both predicted.

    The images are the same, so the accuracies are paired, and images on which both are right or both are wrong say
    nothing of a difference. If the two are equally accurate, each image that exactly one of them gets right is as
    likely to be the first's as the second's, so the split of these n images is binomial (n, 1/2).

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
        raise UsageError("These two runs predicted no image in common: choose runs that learned from the same data.")
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
    """Say in short sentences what the test says of two trained models; MEANING_OF_P and SCOPE say the rest.

    Args:
        first: What the first model is called.
        second: What the second model is called.
        test: Of the two, in this order.
    """
    if not test.disagreements:
        return f"{first} and {second} are right and wrong on the same images, so these do not tell them apart."
    split = (
        f"{first} alone is right on {_count_images(test.only_first)}, {second} alone on "
        f"{_count_images(test.only_second)} ({_format_p(test.p)})."
    )
    if test.p >= ALPHA:
        return f"{split} These images do not show which of the two is more accurate."
    better = first if test.only_first > test.only_second else second
    evidence = "strong evidence" if test.p < STRICTER else "evidence"
    return f"{split} That is {evidence} that {better} is the more accurate of these two trained models."


def warn_about_many(comparisons: int) -> str:
    """Say what it means to make several tests; "" for a single one."""
    if comparisons < 2:
        return ""
    return (
        f"These are {comparisons} tests. Even among equally accurate models, up to {format_percent(ALPHA, 0)} of such "
        f"tests give p below {ALPHA:g}, so the more tests, the likelier one does by chance."
    )


def _count_images(count: int) -> str:
    return {0: "none", 1: "1 image"}.get(count, f"{count:,} images")


def _format_p(p: float) -> str:
    if p < 0.0001:
        return "p < 0.0001"
    return f"p = {p:.2f}" if p >= 0.0995 else f"p = {p:.4f}"
