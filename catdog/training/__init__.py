"""Training: one model on one dataset, into one run folder."""

from catdog.training.config import TrainConfig
from catdog.training.run_folder import ACTIVE, RESUMABLE, STATES, RunFolder, Status

__all__ = ["ACTIVE", "RESUMABLE", "STATES", "RunFolder", "Status", "TrainConfig"]
