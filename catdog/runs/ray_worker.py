"""The process of a run on a Ray cluster, which has done the waiting.

Usage: python -m catdog.runs.ray_worker RUN_FOLDER
"""

import logging
import os
import sys

from catdog.runs.executors.ray import JOB
from catdog.runs.queue import lock_run
from catdog.runs.supervisor import supervise
from catdog.settings import Settings
from catdog.training.process import make_parser, stop_on_signals
from catdog.utils.files import read_json
from catdog.utils.processes import log_to_stderr

logger = logging.getLogger("catdog.runs.ray_worker")


def main() -> int:
    """Have the run folder named on the command line trained, unless it was stopped; return the exit status."""
    folder = make_parser("catdog.runs.ray_worker").parse_args().folder
    log_to_stderr()
    settings = Settings.from_environment()
    job = os.environ.get(JOB)
    logger.info("started: %s as job %s", folder.path.name, job)
    lock = lock_run(folder)  # held until this process ends
    if lock is None:
        return 0
    if folder.read_status().state != "queued" or job != (read_json(folder.job) or {}).get("id"):
        logger.info("the run no longer waits for this job")
        return 0  # stopped while it waited, and perhaps handed to the cluster again since
    with stop_on_signals(folder):
        return supervise(folder, settings)


if __name__ == "__main__":
    sys.exit(main())
