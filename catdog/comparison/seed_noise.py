"""Whether groups of runs differ by more than their seeds make them differ."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from catdog.comparison.verdicts import Verdict
from catdog.utils.text import format_percent

#: The 97.5% quantile of Student's t distribution for 1, 2, 3 … degrees of freedom; the normal one follows.
T_QUANTILES = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
NORMAL = 1.960


@dataclass(frozen=True)
class GroupDifference:
    """How two groups of runs differ, each of one recipe with several seeds.

    Attributes:
        verdict: Within or beyond seed noise.
        difference: Mean of the first minus mean of the second, as a share of 0..1.
        margin: Half the width of the 95% confidence interval of the difference (Welch), in the same unit.
    """

    verdict: Verdict
    difference: float
    margin: float


def compare_groups(first: Sequence[float], second: Sequence[float]) -> GroupDifference | None:
    """Compare two groups of runs by one number of each run, by Welch's t interval for the difference of means.

    Args:
        first: Accuracies, 0..1, one a seed.
        second: The same of the other group.

    Returns:
        The difference; None where a group has fewer than two seeds, so that nobody can tell how far seeds lie apart.
    """
    if min(len(first), len(second)) < 2:
        return None
    parts = [statistics.variance(values) / len(values) for values in (first, second)]
    difference = statistics.fmean(first) - statistics.fmean(second)
    total = sum(parts)
    if not total:
        verdict = Verdict.BEYOND_NOISE if difference else Verdict.SEED_NOISE
        return GroupDifference(verdict, difference, 0.0)
    # Welch–Satterthwaite, rounded down, which makes the interval wider
    freedom = total**2 / sum(part**2 / (len(values) - 1) for part, values in zip(parts, (first, second), strict=True))
    margin = _t_quantile(math.floor(freedom + 1e-9)) * math.sqrt(total)
    return GroupDifference(
        Verdict.SEED_NOISE if abs(difference) <= margin else Verdict.BEYOND_NOISE, difference, margin
    )


def describe_spread(name: str, accuracies: Sequence[float]) -> str:
    """Say how far runs lie apart that differ in their seed only, and what that means for a single run.

    Args:
        name: What the group is called.
        accuracies: Best validation accuracies, 0..1, two or more.
    """
    low, high = min(accuracies), max(accuracies)
    spread = statistics.stdev(accuracies)
    # of two single runs of the same recipe the difference has √2 times the standard deviation of one
    shown = _t_quantile(len(accuracies) - 1) * math.sqrt(2) * spread
    return (
        f"{name}: these runs differ only in the seed and reach {format_percent(low)} to {format_percent(high)} "
        f"validation accuracy. Judging by them, two single runs must differ by about {100 * shown:.1f} points "
        "before more than the seed is needed to explain it."
    )


def describe_groups(first: str, second: str, difference: GroupDifference) -> str:
    """Say whether two groups differ by more than their seeds make them differ.

    Args:
        first: What the first group is called.
        second: What the second group is called.
        difference: How they differ.
    """
    points, margin = 100 * difference.difference, 100 * difference.margin
    interval = f"95% confidence interval {points - margin:+.1f} to {points + margin:+.1f}"
    ahead = f"{first} is {abs(points):.1f} points {'above' if points >= 0 else 'below'} {second}"
    if difference.verdict == Verdict.SEED_NOISE:
        return f"{ahead} ({interval}): the seeds alone can explain that."
    return f"{ahead} ({interval}): more than the seeds explain."


def _t_quantile(freedom: int) -> float:
    return T_QUANTILES[max(freedom, 1) - 1] if freedom <= len(T_QUANTILES) else NORMAL
