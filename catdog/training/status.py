"""How far a run is, and whether the process that says so still runs."""

import socket
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

STATES = ("queued", "running", "stopping", "done", "stopped", "failed", "interrupted")
ACTIVE = frozenset({"queued", "running", "stopping"})
RESUMABLE = frozenset({"stopped", "failed", "interrupted"})
MAX_SKEW = 86_400.0  # seconds that the clock of another machine may be ahead


@dataclass(frozen=True)
class Status:
    """How far a run is: the content of status.json.

    Attributes:
        state: One of `STATES`.
        message: What it is doing right now, in words.
        epoch: The epoch under way, from 1; 0 before the first.
        epochs: How many epochs it trains at most.
        batch: How many batches of this epoch are done.
        batches: How many batches this epoch has.
        queued: When it was queued, in seconds since 1970, as the three that follow.
        started: When its process began.
        updated: When this status was written.
        finished: When its process ended.
        seconds: Training time so far, over all resumptions.
        prepared: Seconds spent on stored features before that.
        best_val_accuracy: The best epoch's validation accuracy so far, 0..1.
        best_epoch: That epoch, from 1.
        pid: The process, which with the three that follow is told apart from a later one of the same number.
        pid_started: When that process began, in seconds since 1970.
        host: The machine it runs on.
        boot: Which start of that machine, see `read_boot_id`.
        error: What went wrong, in one sentence.
        scoring: Whether the training is over and its scores are being made, which no wish to stop cuts short.
        training_started: When the process had prepared everything and its training began; None before, and for runs of
            earlier versions, as the one that follows.
        scoring_started: When its training was over and its scoring began.
    """

    state: str = "queued"
    message: str = ""
    epoch: int = 0
    epochs: int = 0
    batch: int = 0
    batches: int = 0
    queued: float = field(default_factory=time.time)
    started: float | None = None
    updated: float = field(default_factory=time.time)
    finished: float | None = None
    seconds: float = 0.0
    prepared: float = 0.0
    best_val_accuracy: float | None = None
    best_epoch: int | None = None
    pid: int | None = None
    pid_started: float | None = None
    host: str = ""
    boot: str = ""
    error: str = ""
    scoring: bool = False
    training_started: float | None = None
    scoring_started: float | None = None


def identify_process(pid: int | None = None) -> dict[str, object]:
    """Return the Status fields that name a process of this machine, this one unless another's id is given.

    Raises:
        psutil.NoSuchProcess: There is no such process.
    """
    process = psutil.Process(pid)
    started = process.create_time()
    return {"pid": process.pid, "pid_started": started, "host": socket.gethostname(), "boot": read_boot_id()}


def read_boot_id() -> str:
    """Return the id of this start of the machine, "" where the system has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def is_process_gone(status: Status, patience: float = 30.0) -> bool:
    """Tell whether the process that wrote an active status no longer runs.

    A process of the same number that started at another time is another process; a zombie has ended.

    Args:
        status: A status whose state is active.
        patience: After how many seconds without news a process counts as gone that is on another machine, or that has
            not taken the run up yet.
    """
    if status.pid is None or status.pid_started is None or status.host != socket.gethostname():
        # another machine's clock may be wrong, but a status from next year is no sign of life
        return not -MAX_SKEW < time.time() - status.updated <= patience
    # a machine without a battery for its clock may live through the same times again after each start
    if status.boot != read_boot_id() and status.boot:
        return True
    try:
        process = psutil.Process(status.pid)
        return process.status() == psutil.STATUS_ZOMBIE or abs(process.create_time() - status.pid_started) > 2
    except psutil.Error:
        return True
