"""The worker process: python -m catdog.training RUN_FOLDER."""

import sys

from catdog.settings import Settings
from catdog.training.arguments import read_run_folder
from catdog.training.force_stop import force
from catdog.training.worker import work


def main() -> int:
    """Train the run folder named on the command line."""
    return work(read_run_folder("catdog.training"), Settings.from_environment(), force)


if __name__ == "__main__":
    sys.exit(main())
