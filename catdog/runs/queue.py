"""The queue: where a run's process waits until it is the first and a slot is free.

A slot is a lock file: the operating system drops it with the process that held it, however that ended.
"""

import logging
import time
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from catdog.runs.damaged import is_ghost, remove_entry
from catdog.settings import Settings
from catdog.training import RunFolder, Status
from catdog.training.status import identify_process, is_process_gone

INTERVAL = 0.3  # seconds between two looks at the queue
SIGN_OF_LIFE = 10.0  # seconds between two writes of a waiting run's status
TAKEOVER = 30.0  # seconds granted to an earlier process of the same run that is just ending

logger = logging.getLogger(__name__)


class Queue:
    """The runs that wait for their turn, first come, first served unless moved, as their folders show.

    It remembers the status files it has read, so that a look costs little however many runs there are.
    """

    def __init__(self, runs: Path) -> None:
        """Look at the folder that holds the runs' folders, at each call of `waiting`."""
        self._runs = runs
        self._statuses: dict[str, tuple[tuple[int, int], Status]] = {}  # with inode and time of the file, by run

    def waiting(self) -> list[str]:
        """Return the ids of the queued runs in their order; one whose process is gone is no longer among them."""
        statuses = {}
        for folder in self._runs.iterdir():
            files, run_id = RunFolder(folder), folder.name
            try:
                file = files.status.lstat()
            except OSError:
                continue  # no run, or deleted at this moment
            if folder.is_symlink():
                continue
            stamp = (file.st_ino, file.st_mtime_ns)
            if run_id in self._statuses and self._statuses[run_id][0] == stamp:
                statuses[run_id] = self._statuses[run_id]
            elif not run_id.startswith("."):
                statuses[run_id] = (stamp, files.read_status())
        self._statuses = statuses
        queued = (
            (RunFolder(self._runs / run_id).read_place(status), run_id)
            for run_id, (_, status) in statuses.items()
            if self._waits(run_id, status)
        )
        return [run_id for _, run_id in sorted(queued)]

    def _waits(self, run_id: str, status: Status) -> bool:
        stop = RunFolder(self._runs / run_id).stop
        return status.state == "queued" and not stop.exists() and not is_process_gone(status)


def lock_run(folder: RunFolder) -> FileLock | None:
    """Take the lock of a run that at most one process may work on; it is held until released or the process ends.

    Returns:
        The lock; None where another process keeps it, even for the time that one needs which is just ending, or where
        the run was deleted.
    """
    lock = FileLock(folder.path / ".lock")
    try:
        lock.acquire(timeout=TAKEOVER)
    except Timeout:
        logger.warning("another process works on this run")
        return None
    if not folder.config.exists():
        logger.info("the run was deleted")
        lock.release()
        if is_ghost(folder.path):  # where it was gone already, the lock file has made its folder again
            remove_entry(folder.path)
        return None
    return lock


def wait_for_slot(settings: Settings, folder: RunFolder) -> list[FileLock] | None:
    """Wait until this run is the first in the queue and a slot is free, and return the locks that say so.

    Args:
        settings: Say where the runs are, and how many slots there are.
        folder: The run's folder.

    Returns:
        The run's own lock and the slot's, to be held as long as anything works on the run; None where there is nothing
        to train: the run was stopped or deleted, or another process has taken it up.
    """
    own = lock_run(folder)
    if own is None:
        return None
    status = folder.read_status()
    if status.state != "queued":
        logger.info("the run is %s, not queued", status.state)
        return None
    queue, written, ahead = Queue(settings.runs), 0.0, None
    while folder.config.exists():
        if folder.stop.exists():
            logger.info("stopped while it waited")
            folder.end(status, "stopped")
            return None
        if time.monotonic() - written > SIGN_OF_LIFE:
            folder.write_status(replace(status, **identify_process()))
            written = time.monotonic()
        waiting = queue.waiting()
        before, ahead = ahead, waiting.index(folder.path.name) if folder.path.name in waiting else None
        # the first alone may take a slot, however many there are, or a later run could be the quicker one
        if ahead == 0 and (slot := _free_slot(settings)):
            return [own, slot]
        if ahead != before and ahead is not None:
            logger.info("waits behind %d waiting runs for one of %d slots", ahead, settings.slots)
        time.sleep(INTERVAL)
    logger.info("the run was deleted")
    return None


def _free_slot(settings: Settings) -> FileLock | None:
    for index in range(settings.slots):
        lock = FileLock(settings.runs / f".slot-{index}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        logger.info("slot %d taken", index + 1)
        return lock
    return None
