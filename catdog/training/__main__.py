"""The worker process: python -m catdog.training RUN_FOLDER."""

import sys
from pathlib import Path

from catdog.settings import Settings
from catdog.training.folder import RunFolder
from catdog.training.forced import force
from catdog.training.worker import work


def main() -> int:
    """Train the run folder named on the command line."""
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "config.json").is_file():
        print("usage: python -m catdog.training RUN_FOLDER (a folder with a config.json)", file=sys.stderr)
        return 2
    return work(RunFolder(Path(sys.argv[1])), Settings.from_environment(), force)


if __name__ == "__main__":
    sys.exit(main())
