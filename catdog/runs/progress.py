"""How far an active run is as a whole: one share of 1 over its three stages, which never stands still."""

import time
from dataclasses import dataclass

from catdog.runs.estimate import Stages
from catdog.training import Status

STAGES = ("prepare", "train", "score")
DEFAULT = Stages(15.0, 70.0, 15.0)  # as good as any where no earlier run tells
STEADY = 0.8  # share of a stage that is shown as its time passes; the rest comes ever more slowly
VALIDATES = 0.1  # share of an epoch in which it is validated and saved, once its batches are done


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes:
        stage: One of STAGES.
        share: Of the whole run, 0..1.
        ends: Where preparation and training end, as shares of the whole run.
        seconds_left: Until its end; None where nothing tells.
    """

    stage: str
    share: float
    ends: tuple[float, float]
    seconds_left: float | None


def measure_progress(
    status: Status, stages: Stages | None, training_left: float | None = None, now: float | None = None
) -> Progress:
    """Return how far a run is.

    Args:
        status: Its status, of state running or stopping.
        stages: What it is expected to take, going by earlier runs; None where none tells.
        training_left: Seconds until its last epoch ends by its own pace, where it has one.
        now: Seconds since 1970; None for the present.
    """
    now = time.time() if now is None else now
    expected = stages or DEFAULT
    ends = (expected.prepare / expected.total, (expected.prepare + expected.train) / expected.total)
    stage = find_stage(status)
    if stage == "train":
        inner = _share_of_epochs(status)
        left = expected.train * (1 - inner) if stages else None
        left = training_left if training_left is not None else left
        rest = expected.score if stages else 0.0
    else:
        began = status.started if stage == "prepare" else status.scoring_started
        elapsed = max(0.0, now - began) if began else 0.0
        seconds = expected.prepare if stage == "prepare" else expected.score
        inner = _share_of_time(elapsed, seconds)
        left = max(0.0, seconds - elapsed) if stages else None
        rest = expected.train + expected.score if stage == "prepare" else 0.0
    first, last = dict(zip(STAGES, ((0.0, ends[0]), ends, (ends[1], 1.0)), strict=True))[stage]
    return Progress(stage, first + inner * (last - first), ends, None if left is None else left + rest)


def find_stage(status: Status) -> str:
    """Return which of STAGES a run is in."""
    if status.scoring:
        return "score"
    return "train" if status.training_started else "prepare"


def _share_of_epochs(status: Status) -> float:
    if not status.epochs:
        return 0.0
    batches = status.batch / status.batches if status.batches else 0.0
    done = max(0, status.epoch - 1) + min(1.0, batches) * (1 - VALIDATES) * (status.epoch > 0)
    return min(1.0, done / status.epochs)


def _share_of_time(elapsed: float, expected: float) -> float:
    """Return how much of a stage has passed, 0..1, growing for ever and reaching 1 never."""
    passed = elapsed / expected if expected > 0 else 1.0
    if passed <= STEADY:
        return passed
    return 1 - (1 - STEADY) / (1 + (passed - STEADY) / (1 - STEADY))  # of the same slope there
