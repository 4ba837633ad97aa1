"""The forced stop: cut a training that does not hear its wish to stop, and keep what it has reached.

Its process is replaced by this module's, python -m catdog.training.force_stop RUN_FOLDER, under the same process id.
That needs nothing from the code that is stuck, and the operating system takes back all memory at once.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from catdog.training.run_folder import RunFolder, Status

Force = Callable[[RunFolder, Status], None]


def force(folder: RunFolder, status: Status) -> None:
    """End the training of this process, whatever it is at; never returns.

    Where the best model has no scores yet, what takes this process's place makes them. Files are whole at any moment,
    so it does no harm to cut a write short. Locks on inheritable descriptors stay held.
    """
    if folder.model.exists() and not folder.scored:
        with suppress(OSError):
            folder.write_status(replace(status, state="stopping", message="leaving the step that does not end"))
        with suppress(OSError):
            os.execv(sys.executable, [sys.executable, "-m", "catdog.training.force_stop", str(folder.path)])
    folder.end(status, "stopped")
    os._exit(0)


def main() -> int:
    """Score what the run named on the command line has reached, and end it."""
    from catdog.settings import Settings
    from catdog.training.arguments import read_run_folder
    from catdog.training.worker import work

    return work(read_run_folder("catdog.training.force_stop"), Settings.from_environment(), train=False)


if __name__ == "__main__":
    sys.exit(main())
