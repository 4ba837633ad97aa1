"""Training: one model on one dataset, into one run folder."""

from catdog.training.config import TrainConfig
from catdog.training.run_folder import RunFolder
from catdog.training.status import ACTIVE, RESUMABLE, STATES, Status

__all__ = ["ACTIVE", "RESUMABLE", "STATES", "RunFolder", "Status", "TrainConfig"]
