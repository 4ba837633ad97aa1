"""What the finished epochs decide: the next learning rate, whether training is over, and which epoch is kept.

All of it follows from the history alone, so a resumed run goes on as one that was never stopped.
"""

import math

from catdog.training.history import Epoch, best_epoch

FACTOR = 0.1  # this and MIN_DELTA are the standard values of Keras's ReduceLROnPlateau
MIN_DELTA = 1e-4  # a validation loss that is lower by less than this is no better one
PLATEAU = 3  # epochs; Keras waits for 10, which is half of a usual training here


def learning_rate(schedule: str, initial: float, max_epochs: int, epochs: list[Epoch]) -> float:
    """Return the learning rate of the epoch that follows the finished ones.

    Args:
        schedule: "constant" keeps the initial rate. "cosine" goes from it along half a cosine, which would reach 0
            after the last epoch. "plateau" takes a tenth each time the validation loss has not improved for PLATEAU
            epochs.
        initial: The learning rate of the first epoch.
        max_epochs: How many epochs the run trains.
        epochs: The finished epochs, in order.
    """
    if schedule == "cosine":
        return initial * (1 + math.cos(math.pi * min(1.0, len(epochs) / max_epochs))) / 2
    if schedule == "plateau":
        return initial * FACTOR ** _plateaus(epochs)
    return initial


def is_over(max_epochs: int, patience: int, epochs: list[Epoch]) -> bool:
    """Tell whether no epoch follows the finished ones, since they are all or since training ended early.

    Args:
        max_epochs: How many epochs the run trains.
        patience: See `ended_early`.
        epochs: The finished epochs, in order.
    """
    return len(epochs) >= max_epochs or bool(ended_early(max_epochs, patience, epochs))


def ended_early(max_epochs: int, patience: int, epochs: list[Epoch]) -> str:
    """Say why training ends before its last epoch, "" if it does not.

    Args:
        max_epochs: How many epochs the run trains.
        patience: After how many epochs without a better validation accuracy it ends, 0 for never.
        epochs: The finished epochs, in order.
    """
    best = best_epoch(epochs)
    if not patience or best is None or len(epochs) >= max_epochs:
        return ""
    if len(epochs) - epochs.index(best) - 1 < patience:
        return ""
    waited = f"{patience:,} epochs" if patience > 1 else "one epoch"
    return f"ended early after epoch {epochs[-1].epoch}: no better validation accuracy for {waited}"


def kept_epoch(restore_best: bool, epochs: list[Epoch]) -> Epoch | None:
    """Return the epoch whose weights the run keeps, None before the first.

    Args:
        restore_best: Whether that is the best epoch, else the last one.
        epochs: The finished epochs, in order.
    """
    if restore_best or not epochs:
        return best_epoch(epochs)
    return epochs[-1]


def _plateaus(epochs: list[Epoch]) -> int:
    """Count how often the validation loss has not improved for PLATEAU epochs, as ReduceLROnPlateau does."""
    best, waited, plateaus = math.inf, 0, 0
    for epoch in epochs:
        if epoch.val_loss < best - MIN_DELTA:
            best, waited = epoch.val_loss, 0
        else:
            waited += 1
        if waited == PLATEAU:
            waited, plateaus = 0, plateaus + 1
    return plateaus
