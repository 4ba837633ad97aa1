"""The process of a run on this machine: python -m catdog.runs RUN_FOLDER waits for its turn, then has it trained."""

import logging
import sys

from catdog.runs.queue import wait_for_slot
from catdog.runs.supervisor import supervise
from catdog.settings import Settings
from catdog.training.process import make_parser, stop_on_signals
from catdog.utils.processes import log_to_stderr

logger = logging.getLogger("catdog.runs")


def main() -> int:
    """Wait for a slot, then have the run folder named on the command line trained; return the exit status."""
    folder = make_parser("catdog.runs").parse_args().folder
    log_to_stderr()
    settings = Settings.from_environment()
    logger.info("started: %s", folder.path.name)
    with stop_on_signals(folder):
        try:
            locks = wait_for_slot(settings, folder)  # held until this process ends
        except OSError as error:
            # only now, since a waiting run should cost little memory
            from catdog.training.worker import fail

            return fail(folder, error)
        return supervise(folder, settings) if locks else 0


if __name__ == "__main__":
    sys.exit(main())
