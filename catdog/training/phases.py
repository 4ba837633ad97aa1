"""The phases of a run: every network is trained in one, and then, if the settings say so, model4's backbone in another.

All of it follows from the settings and the history alone, so a resumed run goes on as one that was never stopped.
"""

from dataclasses import dataclass

from catdog.models.fine_tuning import count_trained_weights
from catdog.training.config import TrainConfig
from catdog.training.history import Epoch
from catdog.training.schedule import ended_early, is_over, kept_epoch, learning_rate


@dataclass(frozen=True)
class Phase:
    """A part of a run in which one optimizer trains the same weights.

    Attributes:
        fine_tunes: Whether it is the fine-tuning.
        first: The number of its first epoch, from 1.
        epochs: How many epochs it trains at most.
        learning_rate: That of its first epoch.
        finished: Its finished epochs.
    """

    fine_tunes: bool
    first: int
    epochs: int
    learning_rate: float
    finished: list[Epoch]

    @property
    def last(self) -> int:
        """The number of its last epoch, if it does not end early."""
        return self.first + self.epochs - 1


def find_phase(config: TrainConfig, epochs: list[Epoch]) -> Phase:
    """Return the phase of the epoch that follows the finished ones; where none follows, the run's last.

    Args:
        config: The run's settings.
        epochs: The finished epochs, in order.
    """
    before = count_head_epochs(config, epochs)
    if before is None:
        return Phase(False, 1, config.epochs, config.learning_rate, epochs)
    return Phase(True, before + 1, config.fine_tune_epochs, config.fine_tune_rate, epochs[before:])


def count_head_epochs(config: TrainConfig, epochs: list[Epoch]) -> int | None:
    """Return after how many epochs fine-tuning begins; None for a run without, or before that is known.

    It begins after the planned epochs, or once patience has ended them.
    """
    if not config.fine_tune_layers:
        return None
    fewest = 1 if config.patience else config.epochs
    counts = range(fewest, min(len(epochs), config.epochs) + 1)
    return next((count for count in counts if is_over(config.epochs, config.patience, epochs[:count])), None)


def count_planned_epochs(config: TrainConfig, epochs: list[Epoch]) -> int:
    """Return how many epochs a run trains at most, as far as the finished ones tell."""
    return find_phase(config, epochs).last if count_head_epochs(config, epochs) else config.total_epochs


def is_run_over(config: TrainConfig, epochs: list[Epoch]) -> bool:
    """Tell whether no epoch follows the finished ones.

    Patience counts the epochs of each phase by themselves: the first step of fine-tuning may cost accuracy that the
    next ones more than win back.
    """
    phase = find_phase(config, epochs)
    return is_over(phase.epochs, config.patience, phase.finished)


def next_learning_rate(config: TrainConfig, epochs: list[Epoch]) -> float:
    """Return the learning rate of the epoch that follows the finished ones; each phase has a schedule of its own."""
    phase = find_phase(config, epochs)
    return learning_rate(config.schedule, phase.learning_rate, phase.epochs, phase.finished)


def keeps_fine_tuned(config: TrainConfig, epochs: list[Epoch]) -> bool:
    """Tell whether the epoch whose weights the run keeps is one of the fine-tuning."""
    before, kept = count_head_epochs(config, epochs), kept_epoch(config.restore_best, epochs)
    return before is not None and kept is not None and epochs.index(kept) >= before


def describe_fine_tuning(config: TrainConfig, epochs: list[Epoch]) -> str:
    """Return the fine-tuning of a run in words: its settings and what came of it; "" for a run without."""
    before = count_head_epochs(config, epochs)
    if before is None:
        return f"{config.fine_tuning}; not reached" if config.fine_tune_layers else ""
    words = f"{config.fine_tuning}, after epoch {before}"
    if not keeps_fine_tuned(config, epochs):
        return f"{words}; this model is of an epoch before it"
    weights = count_trained_weights(config.fine_tune_layers)
    return f"{words}; {weights:,} of its parameters were trained, its batch normalization was not"


def explain_early_end(config: TrainConfig, epochs: list[Epoch]) -> str:
    """Say which phases ended before their last epoch and why, "" if none did."""
    before = count_head_epochs(config, epochs)
    if before is None:
        return ended_early(config.epochs, config.patience, epochs)
    head = ended_early(config.epochs, config.patience, epochs[:before])
    parts = [f"the head's training {head}"] if head else []
    parts += [early] if (early := ended_early(config.fine_tune_epochs, config.patience, epochs[before:])) else []
    return "; ".join(parts)
