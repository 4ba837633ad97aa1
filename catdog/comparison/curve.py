"""What a run's learning curves say, in numbers: levels, trends, scatter and where the validation loss turned.

"At the end" means the median of the last five epochs, so that one lucky epoch decides nothing.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LAST = 5  # epochs at the end whose median counts
WINDOW = 8  # epochs at the end over which a trend is measured, at most
RISE = 0.15  # of the loss of guessing, by which validation loss must rise over its lowest value to have turned
FALL = 0.04  # of the loss of guessing, by which training loss must have fallen since
CERTAIN = 2.0  # standard errors that a slope must be away from 0


@dataclass(frozen=True)
class Curve:
    """The columns of a history that can be judged, all of one length, up to the first value that is no number.

    Attributes:
        epochs: Their numbers.
        accuracy: Training accuracy, 0..1.
        loss: Training loss.
        val_accuracy: Validation accuracy, 0..1.
        val_loss: Validation loss.
        broke: The epoch in which a value was no number (NaN or infinite); None if all are numbers.
    """

    epochs: tuple[int, ...]
    accuracy: tuple[float, ...]
    loss: tuple[float, ...]
    val_accuracy: tuple[float, ...]
    val_loss: tuple[float, ...]
    broke: int | None = None

    @classmethod
    def read(cls, history: Mapping[str, Sequence[float | None]]) -> "Curve":
        """Take the columns of `Run.history`; a column that is missing makes an empty curve."""
        names = ("accuracy", "loss", "val_accuracy", "val_loss")
        columns = [history.get(name, ()) for name in names]
        numbers = history.get("epoch") or range(1, 1 + min(map(len, columns)))
        rows, broke = [], None
        for row in zip(numbers, *columns, strict=False):
            if any(value is None or not math.isfinite(value) for value in row):
                broke = int(row[0])
                break
            rows.append(row)
        epochs, *values = zip(*rows, strict=True) if rows else [()] * 5
        return cls(tuple(map(int, epochs)), *values, broke=broke)

    def __len__(self) -> int:
        """Return how many epochs can be judged."""
        return len(self.epochs)


@dataclass(frozen=True)
class Turn:
    """Where the validation loss was lowest before it rose for good.

    Attributes:
        epoch: The number of that epoch.
        lowest: The validation loss there.
        peak_epoch: The number of the epoch after it with the highest validation loss.
        peak: The validation loss there.
        accuracy: Validation accuracy there, 0..1.
        last_accuracy: Validation accuracy at the end, 0..1.
    """

    epoch: int
    lowest: float
    peak_epoch: int
    peak: float
    accuracy: float
    last_accuracy: float


def level(values: Sequence[float]) -> float:
    """Return the level at the end: the median of the last values."""
    return statistics.median(values[-LAST:])


def find_turn(curve: Curve, guess_loss: float) -> Turn | None:
    """Return where the validation loss turned up for good while the training loss went on falling; None if nowhere.

    A single low epoch is no turn: the epoch with the lowest median of itself and its neighbours decides where the
    valley is, and the lowest epoch in it is named.

    Args:
        curve: The run's curve.
        guess_loss: The loss of guessing, by which a rise is measured.
    """
    count = len(curve)
    if count < 4:
        return None
    starts = [min(max(0, index - 1), count - 3) for index in range(count)]
    smooth = [statistics.median(curve.val_loss[start : start + 3]) for start in starts]
    valley = min(range(count), key=smooth.__getitem__)
    near = range(max(0, valley - 1), min(count, valley + 3))
    lowest = min(near, key=curve.val_loss.__getitem__)
    after = curve.val_loss[lowest + 1 :]
    if len(after) < 2:
        return None
    risen = level(after) - smooth[valley] > RISE * guess_loss
    keeps_up = statistics.median(after[-3:]) - smooth[valley] > RISE * guess_loss
    learning = level(curve.loss[lowest + 1 :]) < curve.loss[lowest] - FALL * guess_loss
    if not (risen and keeps_up and learning):
        return None
    peak = max(range(lowest + 1, count), key=curve.val_loss.__getitem__)
    return Turn(
        curve.epochs[lowest],
        curve.val_loss[lowest],
        curve.epochs[peak],
        curve.val_loss[peak],
        curve.val_accuracy[lowest],
        level(curve.val_accuracy[lowest + 1 :]),
    )


def is_falling(losses: Sequence[float], least: float = 0.0) -> bool:
    """Tell whether a loss is still falling at the end: by more than its scatter explains.

    Args:
        losses: One value an epoch.
        least: By how much it must fall over the epochs that are looked at, so that a trifle does not count.
    """
    recent = losses[-max(3, min(WINDOW, (len(losses) + 1) // 2)) :]
    if len(recent) < 2:
        return False
    slope, error = _fit_line(recent)
    return slope * (len(recent) - 1) < -least and slope < -CERTAIN * error


def scatter(values: Sequence[float]) -> float:
    """Return the standard deviation of a curve from epoch to epoch, around its course; 0 for fewer than 4 values.

    It is taken from how far each value lies from the mean of its two neighbours, over the later half of the epochs,
    by the median, which a single outlier hardly moves. Of independent values that distance has 1.5 times the variance
    of the values themselves.
    """
    recent = values[len(values) // 2 - 1 :] if len(values) >= 6 else values
    distances = [
        abs(value - (before + after) / 2) for before, value, after in zip(recent, recent[1:], recent[2:], strict=False)
    ]
    if len(distances) < 2:
        return 0.0
    return statistics.median(distances) / (statistics.NormalDist().inv_cdf(0.75) * math.sqrt(1.5))


def accuracy_error(accuracy: float, images: int | None) -> float:
    """Return the standard error of an accuracy that was measured on so many images; 0 where their number is unknown."""
    return math.sqrt(accuracy * (1 - accuracy) / images) if images else 0.0


def _fit_line(values: Sequence[float]) -> tuple[float, float]:
    """Return the least-squares slope of values at 0, 1, 2 …, and its standard error (0 for two values)."""
    count = len(values)
    middle, mean = (count - 1) / 2, statistics.fmean(values)
    spread = sum((index - middle) ** 2 for index in range(count))
    slope = sum((index - middle) * (value - mean) for index, value in enumerate(values)) / spread
    if count < 3:
        return slope, 0.0
    rest = sum((value - mean - slope * (index - middle)) ** 2 for index, value in enumerate(values))
    return slope, math.sqrt(rest / (count - 2) / spread)
