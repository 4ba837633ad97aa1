"""The process of a run on a Ray cluster, which has done the waiting.

Usage: python -m catdog.runs.ray_worker RUN_FOLDER
"""

import os
import sys

from filelock import FileLock, Timeout

from catdog.runs.executors.ray import JOB
from catdog.runs.queue import TAKEOVER
from catdog.settings import Settings
from catdog.training.arguments import read_run_folder
from catdog.utils.files import read_json


def main() -> int:
    """Train the run folder named on the command line, unless it was stopped meanwhile; return the exit status."""
    folder = read_run_folder("catdog.runs.ray_worker")
    lock = FileLock(folder.path / ".lock")
    try:
        lock.acquire(timeout=TAKEOVER)
    except Timeout:
        return 0
    job = (read_json(folder.job) or {}).get("id")
    if folder.read_status().state != "queued" or job != os.environ.get(JOB):
        return 0  # stopped while it waited, and perhaps handed to the cluster again since
    from catdog.training.force_stop import force
    from catdog.training.worker import work

    return work(folder, Settings.from_environment(), force)


if __name__ == "__main__":
    sys.exit(main())
