"""The local executor: every run is a process of its own on this machine, and waits for one of the slots.

A slot is a lock file: the operating system drops it with the process that held it, however that ended.
"""

import os
import subprocess
import sys
import time
from dataclasses import replace

from filelock import FileLock, Timeout

from catdog.runs.registry import list_runs
from catdog.settings import PROJECT, Settings
from catdog.training import RunFolder
from catdog.training.folder import this_process

INTERVAL = 0.3  # seconds between two looks at the queue


def start(settings: Settings, folder: RunFolder) -> None:
    """Start a detached process that waits for a slot and then trains `folder`; its output goes to the run's log."""
    environment = os.environ | settings.environment()
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH"))))
    environment.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with folder.log.open("ab") as log:
        subprocess.Popen(
            [sys.executable, "-m", "catdog.runs", str(folder.path)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            cwd=PROJECT,
            start_new_session=True,  # Ctrl-C at the page server must not reach the training
        )


def wait_for_slot(settings: Settings, folder: RunFolder) -> FileLock | None:
    """Wait until this run is among the first in the queue and a slot is free; None if it was asked to stop."""
    status = folder.write_status(replace(folder.read_status(), **this_process()))
    while True:
        if folder.stop.exists():
            folder.stop.unlink(missing_ok=True)
            folder.write_status(replace(status, state="stopped", finished=time.time(), pid=None))
            return None
        waiting = [run for run in list_runs(settings) if run.state == "queued"]
        waiting.sort(key=lambda run: (run.status.queued, run.id))
        if folder.path.name in [run.id for run in waiting[: settings.slots]]:
            for number in range(settings.slots):
                lock = FileLock(settings.runs / f".slot-{number}.lock")
                try:
                    lock.acquire(timeout=0)
                    return lock
                except Timeout:
                    continue
        time.sleep(INTERVAL)
