"""What learning curves are drawn from: runs and goals."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from catdog.models.specs import MODELS

Columns = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Series:
    """One run to draw, or several averaged.

    Attributes:
        name: What the legend calls it.
        model: The name of its model or variant (see `TrainConfig.variant`), which gives the colour.
        history: Columns of equal length: epoch (from 1), seconds, accuracy, loss, val_accuracy, val_loss; may be empty.
        epochs: How many epochs the run will have; the epoch axis reaches at least so far.
        low: The same columns of the lowest of several runs, drawn as a band; {} for a single run.
        high: The same columns of the highest of several runs; {} for a single run.
        prepared: Seconds that passed before the first epoch began.
        turn: The epoch with the lowest validation loss before it rose for good; None where it did not.
        tuned_after: After how many epochs fine-tuning began; 0 where there was none.
    """

    name: str
    model: str
    history: Columns = field(default_factory=dict)
    epochs: int = 0
    low: Columns = field(default_factory=dict)
    high: Columns = field(default_factory=dict)
    prepared: float = 0.0
    turn: int | None = None
    tuned_after: int = 0

    def positions(self, axis: str) -> list[float]:
        """Return where each finished epoch stands on an axis.

        Args:
            axis: "epoch" for its number, or "seconds" for its end. Epochs whose seconds are missing or no numbers
                count as taking none.
        """
        if axis == "epoch":
            return [int(epoch) for epoch in self.history.get("epoch", ())]
        durations = [
            seconds if seconds is not None and math.isfinite(seconds) else 0.0
            for seconds in self.history.get("seconds", ())
        ]
        return list(accumulate(durations, initial=self.prepared))[1:]


@dataclass(frozen=True)
class Goal:
    """A horizontal line to reach.

    Attributes:
        value: An accuracy, 0..1.
        label: What is written on the line.
        model: Gives the colour; "" is grey.
    """

    value: float
    label: str
    model: str = ""


def list_goals(models: Sequence[str], baseline: float | None) -> list[Goal]:
    """Return the goals and aims of some models, lowest first.

    Args:
        models: Names of models.
        baseline: The data's own, counted baseline, 0..1, which is a goal too; a goal at the notebook's baseline is
            then left out. None if it is not known.
    """
    goals = [] if baseline is None else [Goal(baseline, f"baseline {baseline:.0%}")]
    for name in (name for name in MODELS if name in models):
        spec = MODELS[name]
        if spec.goal != 0.5 or baseline is None:
            goals.append(Goal(spec.goal, f"{spec.name} goal {spec.goal:.0%}", name))
        if spec.aim is not None:
            goals.append(Goal(spec.aim, f"{spec.name} aim {spec.aim:.0%}", name))
    return sorted(goals, key=lambda goal: goal.value)


def get_curve(history: Columns, metric: str, validation: bool) -> list[float | None]:
    """Return a curve's values, None for one that is missing or no number.

    Args:
        history: As of a Series.
        metric: "accuracy", "loss", or "gap": training accuracy minus validation accuracy.
        validation: Whether of the validation images; of the gap there is only one curve.
    """
    if metric == "gap":
        pairs = zip(get_curve(history, "accuracy", False), get_curve(history, "accuracy", True), strict=False)
        return [None if training is None or val is None else training - val for training, val in pairs]
    values = history.get(f"val_{metric}" if validation else metric, ())
    return [float(value) if value is not None and math.isfinite(value) else None for value in values]


def smooth(values: Sequence[float | None], weight: float) -> list[float | None]:
    """Compute the exponential moving average, corrected for its start as TensorBoard's slider does.

    Args:
        values: A curve; missing values stay missing and count for nothing.
        weight: 0..1; the nearer to 1, the more slowly the average follows. At 0, all values stay as they are, and so
            does the first value always.
    """
    average, total_weight, result = 0.0, 0.0, []
    for value in values:
        if value is None:
            result.append(None)
            continue
        average = average * weight + (1 - weight) * value
        total_weight = total_weight * weight + (1 - weight)
        result.append(average / total_weight)
    return result
