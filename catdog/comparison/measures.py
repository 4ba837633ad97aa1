"""What a learning curve amounts to under the conditions in which it came about."""

import math
from dataclasses import dataclass

from catdog.comparison.curve import Curve, Turn, accuracy_error, find_turn, is_falling, level, scatter
from catdog.training import TrainConfig

CERTAIN = 2.33  # standard errors over guessing, which chance exceeds once in a hundred times
LEARNED = 0.03  # over guessing (0..1), where the number of validation images is unknown
GOOD = 0.5  # of the way from guessing to every image right, below which a run underfits
FALL = 0.04  # of the loss of guessing, by which validation loss must fall for a run to be improving


@dataclass(frozen=True)
class Conditions:
    """Under which conditions a curve came about.

    Attributes:
        config: The run's settings.
        usual_rate: The learning rate that is usual for its model.
        training: How many images it learned from, None where unknown.
        validation: How many validation images it was measured on, None where unknown.
        guess: The accuracy of always guessing the most frequent class, 0..1.
        guess_loss: The cross-entropy of always giving the classes' shares as probabilities. A history has cross-entropy
            also where training makes a smoothed loss small.
        broke: Whether the training ended because its loss was no number any more.
    """

    config: TrainConfig
    usual_rate: float
    training: int | None = None
    validation: int | None = None
    guess: float = 0.5
    guess_loss: float = math.log(2)
    broke: bool = False

    @property
    def rate(self) -> float:
        """The run's first learning rate as a multiple of the usual one."""
        return self.config.learning_rate / self.usual_rate


@dataclass(frozen=True)
class Measures:
    """A curve of at least one epoch in a few numbers, those "at the end" being medians of the last five epochs.

    Attributes:
        conditions: How it came about.
        epochs: How many epochs it has.
        accuracy: Training accuracy at the end, 0..1.
        val_accuracy: Validation accuracy at the end, 0..1.
        loss: Training loss at the end.
        val_loss: Validation loss at the end.
        turn: Where the validation loss turned up, None where it did not.
        error: The standard error of the validation accuracy at the end; 0 where the images were not counted.
        jump: By how much validation accuracy jumps from epoch to epoch, 0..1.
        loss_jump: By how much validation loss does.
        improving: Whether the validation loss is still falling noticeably.
        falling: Whether the training loss is still falling, however little.
    """

    conditions: Conditions
    epochs: int
    accuracy: float
    val_accuracy: float
    loss: float
    val_loss: float
    turn: Turn | None
    error: float
    jump: float
    loss_jump: float
    improving: bool
    falling: bool

    @classmethod
    def take(cls, curve: Curve, conditions: Conditions) -> "Measures":
        """Measure a curve."""
        val_accuracy = level(curve.val_accuracy)
        return cls(
            conditions,
            len(curve),
            level(curve.accuracy),
            val_accuracy,
            level(curve.loss),
            level(curve.val_loss),
            find_turn(curve, conditions.guess_loss),
            accuracy_error(max(val_accuracy, conditions.guess), conditions.validation),
            scatter(curve.val_accuracy),
            scatter(curve.val_loss),
            is_falling(curve.val_loss, FALL * conditions.guess_loss),
            is_falling(curve.loss),
        )

    @property
    def gap(self) -> float:
        """How far training accuracy is ahead of validation accuracy, 0..1."""
        return self.accuracy - self.val_accuracy

    @property
    def learned(self) -> bool:
        """Whether validation accuracy is better than guessing by more than chance explains."""
        images, guess = self.conditions.validation, self.conditions.guess
        return self.val_accuracy > guess + (CERTAIN * accuracy_error(guess, images) if images else LEARNED)

    @property
    def good(self) -> bool:
        """Whether one of the accuracies is at least half way from guessing to every image right."""
        return max(self.accuracy, self.val_accuracy) >= self._half_way

    @property
    def behind(self) -> bool:
        """Whether training accuracy is less than half way from guessing to every image right."""
        return self.accuracy < self._half_way

    @property
    def _half_way(self) -> float:
        return self.conditions.guess + GOOD * (1 - self.conditions.guess)
