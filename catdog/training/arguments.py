"""What a process of a run is called with: python -m MODULE RUN_FOLDER."""

import sys
from pathlib import Path

from catdog.training.run_folder import RunFolder


def read_run_folder(module: str) -> RunFolder:
    """Return the run folder named on the command line; where none is, say how `module` is called and SystemExit(2)."""
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "config.json").is_file():
        print(f"usage: python -m {module} RUN_FOLDER (a folder with a config.json)", file=sys.stderr)
        raise SystemExit(2)
    return RunFolder(Path(sys.argv[1]))
