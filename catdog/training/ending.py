"""The end of a training: whether its finished epochs are all, and which of them is kept."""

from typing import TYPE_CHECKING

from catdog.training.history import Epoch, best_of

if TYPE_CHECKING:
    from catdog.training.config import TrainConfig


def is_over(config: "TrainConfig", epochs: list[Epoch]) -> bool:
    """Tell whether no epoch follows these finished ones, since they are all or since the training ended early."""
    return len(epochs) >= config.epochs or bool(ended_early(config, epochs))


def ended_early(config: "TrainConfig", epochs: list[Epoch]) -> str:
    """Say why the training ends before its last epoch, "" if it does not; the epochs alone decide.

    It does once `patience` epochs have followed the best one.
    """
    best = best_of(epochs)
    if not config.patience or best is None or len(epochs) >= config.epochs:
        return ""
    waited = len(epochs) - epochs.index(best) - 1
    if waited < config.patience:
        return ""
    number = f"{config.patience:,} epochs" if config.patience > 1 else "one epoch"
    return f"ended early after epoch {epochs[-1].epoch}: no better validation accuracy for {number}"


def kept_of(config: "TrainConfig", epochs: list[Epoch]) -> Epoch | None:
    """Return the epoch whose weights the run keeps: the best one, or the last one; None before the first."""
    if config.restore_best or not epochs:
        return best_of(epochs)
    return epochs[-1]
