"""The process of a run on this machine: python -m catdog.runs RUN_FOLDER waits for its turn, then trains."""

import sys

from catdog.runs.queue import wait_for_slot
from catdog.settings import Settings
from catdog.training.arguments import read_run_folder
from catdog.training.signals import stop_on_signals


def main() -> int:
    """Wait for a slot, then train the run folder named on the command line; return the exit status."""
    folder, settings = read_run_folder("catdog.runs"), Settings.from_environment()
    with stop_on_signals(folder):
        problem = locks = None
        try:
            locks = wait_for_slot(settings, folder)  # held until this process ends
        except OSError as error:
            problem = error
        if locks is None and problem is None:
            return 0
        # only now, since a waiting run should cost little memory
        from catdog.training.force_stop import force
        from catdog.training.worker import fail, work

        return fail(folder, problem) if problem else work(folder, settings, force)


if __name__ == "__main__":
    sys.exit(main())
