"""The supervisor of a run: it holds the run's locks, lets a child process train, and outlives it.

So a slot is free only when all has ended, however it ended, and the status always names a process that lives.
"""

import logging
import os
import signal
import time
from contextlib import suppress
from dataclasses import replace
from subprocess import PIPE

from catdog.settings import PROJECT, Settings
from catdog.training import ACTIVE, RunFolder, Status
from catdog.training.status import identify_process
from catdog.utils.processes import start_process

TRAINER = "catdog.training"
GRACE = 10.0  # seconds that a training has to hear a wish to stop by itself
INTERVAL = 0.1  # seconds between two looks at trainer and stop file

logger = logging.getLogger(__name__)


def supervise(folder: RunFolder, settings: Settings) -> int:
    """Let a child process train a run; where it does not hear a wish to stop, end it and score what it has reached.

    The caller holds the run's locks until this returns; nothing works on the run by then.

    Args:
        folder: The run's folder.
        settings: Passed on to the child process.

    Returns:
        The exit status for this process: 0 if the run is done or was stopped, else 1.
    """
    begun = replace(folder.read_status(), state="running", message="starting", started=time.time())
    unknown = dict.fromkeys(("finished", "training_started", "scoring_started"))
    _write(folder, replace(begun, error="", scoring=False, **unknown))
    try:
        exit_status = _run_trainer(folder, settings)
    except OSError as error:
        logger.exception("no process could be started")
        reason = f"The training could not be started ({error.strerror or error}): try again later."
        folder.end(folder.read_status(), "failed", reason)
        return 1
    if exit_status is None:
        exit_status = _score_reached(folder, settings)
    status = folder.read_status()
    if _is_ours(status):  # it was killed, or could not write its last word
        logger.error("the run is interrupted")
        folder.end(status, "interrupted")
    return int(exit_status != 0)


def _run_trainer(folder: RunFolder, settings: Settings, *options: str, forcible: bool = True) -> int | None:
    """Start a trainer and wait for its end.

    Args:
        folder: The run's folder.
        settings: Passed on.
        options: What else the trainer is called with.
        forcible: Whether it is killed where it does not hear a wish to stop within GRACE.

    Returns:
        Its exit status, that of subprocess.Popen; None if it was killed here.

    Raises:
        OSError: The system starts no process.
    """
    arguments = (str(folder.path), "--supervisor", str(os.getpid()), *options)
    # the pipe ends with this process, and the trainer with it; in the same session, both hear Ctrl-C in a terminal
    trainer = start_process(
        TRAINER, *arguments, project=PROJECT, variables=settings.environment(), stdin=PIPE, detached=False
    )
    logger.info("trainer started: process %d%s", trainer.pid, "".join(f" {option}" for option in options))
    requested = None  # when the wish to stop was first seen, by time.monotonic()
    try:
        while (exit_status := trainer.poll()) is None:
            time.sleep(INTERVAL)
            if not (forcible and _shall_stop(folder)):
                requested = None
            elif requested is None:
                requested = time.monotonic()
                logger.info("stop requested")
            elif time.monotonic() - requested > GRACE:
                logger.warning("the trainer has not heard it for %g s and is killed", GRACE)
                return None
        logger.info("trainer ended: %s", _describe_exit(exit_status))
        return exit_status
    finally:
        trainer.kill()
        trainer.wait()
        trainer.stdin.close()


def _shall_stop(folder: RunFolder) -> bool:
    """Tell whether somebody wants the training to stop; nobody can once its scores are being made."""
    with suppress(OSError):  # such as of a network's storage, for a moment
        return folder.stop.exists() and not folder.read_status().scoring
    return False


def _score_reached(folder: RunFolder, settings: Settings) -> int:
    """Score what a training has reached that was killed, in another process, and end the run; return as supervise."""
    status = folder.read_status()
    if not _is_ours(status):  # it ended by itself at that very moment
        return 0
    status = replace(status, state="stopping", scoring=True, message="leaving the step that does not end")
    _write(folder, status)
    if folder.model.exists() and not folder.scored:
        try:
            return _run_trainer(folder, settings, "--score", forcible=False)
        except OSError:
            logger.exception("no process could be started to score the model")
    folder.end(status, "stopped")
    logger.info("the run is stopped")
    return 0


def _write(folder: RunFolder, status: Status) -> None:
    # on a full disk the run goes on all the same, as a training does
    with suppress(OSError):
        folder.write_status(replace(status, **identify_process()))


def _is_ours(status: Status) -> bool:
    """Tell whether a status is that of a run at work in this process, rather than ended or taken up by another."""
    return status.state in ACTIVE and status.pid == os.getpid()


def _describe_exit(exit_status: int) -> str:
    if exit_status >= 0:
        return f"exit status {exit_status}"
    try:
        return signal.Signals(-exit_status).name
    except ValueError:
        return f"signal {-exit_status}"
