"""Overfitting: how much better a run is on the images that it learned from than on new ones."""

import math
from collections.abc import Mapping, Sequence

from catdog.utils.text import format_percent

#: How far training may be ahead of validation (0..1) before a run begins to overfit, and before it does.
BEGINS, OVERFITS = 0.05, 0.15
#: How far above the baseline (0..1) a run must be on new images before it counts as having learned something.
LEARNED = 0.03


def describe_overfitting(history: Mapping[str, Sequence[float]], baseline: float | None = None) -> str:
    """Say in one plain sentence whether a run overfits.

    Args:
        history: Columns with "accuracy" and "val_accuracy", 0..1, one value an epoch; the last epoch counts.
        baseline: The accuracy that guessing reaches, if it is known.

    Returns:
        The sentence; "" before the first epoch.
    """
    training = [*history.get("accuracy", ())][-1:]
    validation = [*history.get("val_accuracy", ())][-1:]
    if not training or not validation or not math.isfinite(training[0] + validation[0]):
        return ""
    gap = training[0] - validation[0]
    facts = (
        f"right on {format_percent(training[0])} of its training pictures and on {format_percent(validation[0])} of "
        "new ones"
    )
    rounded = f"{100 * abs(gap):.0f}"
    points = f"{rounded} point{'' if rounded == '1' else 's'} apart"
    if gap >= OVERFITS:
        verdict = f"{points}: it overfits, which means that it knows many of its training pictures by heart."
    elif gap >= BEGINS:
        verdict = f"{points}: it begins to overfit, and more epochs would widen the gap."
    elif baseline is not None and validation[0] < baseline + LEARNED:
        verdict = (
            f"which is hardly better than guessing ({format_percent(baseline)}): it has not learned enough to overfit."
        )
    elif gap > -BEGINS:
        verdict = f"{points}: no overfitting, since what it learned holds for new pictures too."
    else:
        verdict = f"{points}: no overfitting, and dropout and augmentation make the training pictures the harder ones."
    return f"{facts}, {verdict}"
