"""The process of a run on this machine: python -m catdog.runs RUN_FOLDER waits for its turn, then trains."""

import sys
from pathlib import Path

from catdog.runs.local import wait_for_slot
from catdog.settings import Settings
from catdog.training import RunFolder


def main() -> int:
    """Wait for a slot, then train the run folder named on the command line."""
    settings, folder = Settings.from_environment(), RunFolder(Path(sys.argv[1]))
    lock = wait_for_slot(settings, folder)  # held until this process ends
    if lock is None:
        return 0
    # only now, since a waiting run should cost little memory
    from catdog.training.worker import work

    return work(folder, settings)


if __name__ == "__main__":
    sys.exit(main())
