"""The learning-rate schedule: how large the steps are in each epoch, told by the finished ones alone."""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catdog.training.config import TrainConfig
    from catdog.training.history import Epoch

SCHEDULES = ("constant", "cosine", "plateau")
FACTOR = 0.1  # this and MIN_DELTA are the standard values of Keras's ReduceLROnPlateau
MIN_DELTA = 1e-4  # a validation loss that is lower by less than this is no better one
PLATEAU = 3  # epochs; Keras waits for 10, which is half of a usual training here


def learning_rate(config: "TrainConfig", epochs: "list[Epoch]") -> float:
    """Return the learning rate of the epoch that follows these finished ones, so the same before and after a resume.

    "constant": that of `config`, always. "cosine": from that of `config` along half a cosine, which would be 0 after
    the last epoch. "plateau": a tenth of what it was, each time the validation loss has not got better for PLATEAU
    epochs.
    """
    if config.schedule == "cosine":
        return config.learning_rate * (1 + math.cos(math.pi * min(1.0, len(epochs) / config.epochs))) / 2
    if config.schedule == "plateau":
        return config.learning_rate * FACTOR ** _plateaus(epochs)
    return config.learning_rate


def _plateaus(epochs: "list[Epoch]") -> int:
    """Count how often the validation loss has not got better for PLATEAU epochs, as ReduceLROnPlateau does."""
    best, waited, found = math.inf, 0, 0
    for epoch in epochs:
        if epoch.val_loss < best - MIN_DELTA:
            best, waited = epoch.val_loss, 0
        else:
            waited += 1
        if waited == PLATEAU:
            waited, found = 0, found + 1
    return found
