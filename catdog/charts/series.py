"""What learning curves are drawn from: runs and goals."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from catdog.models.specs import MODELS

Columns = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Series:
    """One run to draw, or several laid together.

    history: columns of equal length: epoch (from 1), seconds, accuracy, loss, val_accuracy, val_loss; may be empty.
    epochs: how many epochs the run will have; the epoch axis reaches at least so far.
    low, high: the same columns of the lowest and highest of several runs, drawn as a band; {} for a single run.
    prepared: seconds that passed before the first epoch began.
    """

    name: str
    model: str
    history: Columns = field(default_factory=dict)
    epochs: int = 0
    low: Columns = field(default_factory=dict)
    high: Columns = field(default_factory=dict)
    prepared: float = 0.0

    def along(self, axis: str) -> list[float]:
        """Return where each finished epoch stands on the axis: its number ("epoch"), or its end ("seconds").

        Epochs whose seconds are not known (or are no numbers) count as taking none.
        """
        if axis == "epoch":
            return [int(epoch) for epoch in self.history.get("epoch", ())]
        seconds = [one if one is not None and math.isfinite(one) else 0.0 for one in self.history.get("seconds", ())]
        return list(accumulate(seconds, initial=self.prepared))[1:]


@dataclass(frozen=True)
class Goal:
    """A horizontal line at an accuracy in 0..1; `model` gives its colour, "" is grey."""

    value: float
    label: str
    model: str = ""


def list_goals(models: Sequence[str], baseline: float | None) -> list[Goal]:
    """Return the baseline (where it is known) and the goals and aims of these models, lowest first.

    A goal at the notebook's baseline is left out where the data's own, counted baseline is drawn.
    """
    goals = [] if baseline is None else [Goal(baseline, f"baseline {baseline:.0%}")]
    for name in (name for name in MODELS if name in models):
        recipe = MODELS[name]
        if recipe.goal != 0.5 or baseline is None:
            goals.append(Goal(recipe.goal, f"{recipe.name} goal {recipe.goal:.0%}", name))
        if recipe.aim is not None:
            goals.append(Goal(recipe.aim, f"{recipe.name} aim {recipe.aim:.0%}", name))
    return sorted(goals, key=lambda goal: goal.value)


def get_curve(history: Columns, metric: str, validation: bool) -> list[float | None]:
    """Return a curve's values, None where one is missing or no number.

    metric: "accuracy", "loss", or "gap", which is training accuracy minus validation accuracy (no other gap exists, so
    `validation` makes no difference there).
    """
    if metric == "gap":
        pairs = zip(get_curve(history, "accuracy", False), get_curve(history, "accuracy", True), strict=False)
        return [None if one is None or other is None else one - other for one, other in pairs]
    values = history.get(f"val_{metric}" if validation else metric, ())
    return [float(value) if value is not None and math.isfinite(value) else None for value in values]


def smooth(values: Sequence[float | None], weight: float) -> list[float | None]:
    """Return the exponential moving average, which follows the values the more slowly the nearer `weight` is to 1.

    It is corrected for its start, as TensorBoard's slider is: the first value stands as it is, and so does everything
    with a weight of 0. Missing values stay missing and count for nothing.
    """
    average, known, result = 0.0, 0.0, []
    for value in values:
        if value is None:
            result.append(None)
            continue
        average = average * weight + (1 - weight) * value
        known = known * weight + (1 - weight)
        result.append(average / known)
    return result
