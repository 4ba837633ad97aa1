"""The queue: where a run's process waits until it is the first and a slot is free.

A slot is a lock file: the operating system drops it with the process that held it, however that ended.
"""

import os
import time
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from catdog.settings import Settings
from catdog.training import RunFolder, Status
from catdog.training.run_folder import identify_process, process_gone

INTERVAL = 0.3  # seconds between two looks at the queue
SIGN_OF_LIFE = 10.0  # seconds between two writes of a waiting run's status
TAKEOVER = 30.0  # seconds granted to an earlier process of the same run that is just ending


class Queue:
    """The runs that wait for their turn, first come, first served unless moved, as their folders show.

    It remembers the status files it has read, so that a look costs little however many runs there are.
    """

    def __init__(self, runs: Path) -> None:
        self._runs = runs
        self._known: dict[str, tuple[tuple[int, int], Status]] = {}

    def waiting(self) -> list[str]:
        """Return the ids of the queued runs in their order; one whose process is gone is no longer among them."""
        known = {}
        for folder in self._runs.iterdir():
            files, run_id = RunFolder(folder), folder.name
            try:
                seen = files.status.stat()
            except OSError:
                continue  # no run, or deleted at this moment
            stamp = (seen.st_ino, seen.st_mtime_ns)
            if run_id in self._known and self._known[run_id][0] == stamp:
                known[run_id] = self._known[run_id]
            elif not run_id.startswith("."):
                known[run_id] = (stamp, files.read_status())
        self._known = known
        queued = (
            (RunFolder(self._runs / run_id).read_place(status), run_id)
            for run_id, (_, status) in known.items()
            if self._waits(run_id, status)
        )
        return [run_id for _, run_id in sorted(queued)]

    def _waits(self, run_id: str, status: Status) -> bool:
        asked_to_stop = RunFolder(self._runs / run_id).stop
        return status.state == "queued" and not asked_to_stop.exists() and not process_gone(status)


def wait_for_slot(settings: Settings, folder: RunFolder) -> list[FileLock] | None:
    """Wait until this run is the first in the queue and a slot is free, and return the locks that say so.

    They are to be kept until the training ends; what takes this process's place by exec holds them, too. Returns None
    where there is nothing to train: the run was asked to stop, was deleted, or another process has taken it up.
    """
    own = FileLock(folder.path / ".lock")
    try:
        own.acquire(timeout=TAKEOVER)
    except Timeout:
        return None
    status = folder.read_status()
    if status.state != "queued":
        return None
    queue, told = Queue(settings.runs), 0.0
    while folder.config.exists():
        if folder.stop.exists():
            folder.stop.unlink(missing_ok=True)
            folder.write_status(replace(status, state="stopped", finished=time.time(), pid=None))
            return None
        if time.monotonic() - told > SIGN_OF_LIFE:
            folder.write_status(replace(status, **identify_process()))
            told = time.monotonic()
        # the first alone may take a slot, however many there are, or a later run could be the quicker one
        if queue.waiting()[:1] == [folder.path.name] and (slot := _free_slot(settings)):
            return [_lasting(own), _lasting(slot)]
        time.sleep(INTERVAL)
    return None


def _free_slot(settings: Settings) -> FileLock | None:
    for number in range(settings.slots):
        lock = FileLock(settings.runs / f".slot-{number}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        return lock
    return None


def _lasting(lock: FileLock) -> FileLock:
    """Let the lock outlive an exec of this process, for which its descriptor must be inheritable."""
    wanted = os.stat(lock.lock_file)  # noqa: PTH116  (beside os.fstat)
    for name in os.listdir("/dev/fd") if os.name == "posix" else ():  # noqa: PTH208  (numbers, not files)
        try:
            if os.path.samestat(os.fstat(int(name)), wanted):
                os.set_inheritable(int(name), True)
        except OSError:  # the descriptor of this very list
            continue
    return lock
