"""The local executor: every run is a process of its own on this machine."""

from catdog.settings import PROJECT, Settings
from catdog.training import RunFolder
from catdog.utils.processes import start_process

SUPERVISOR = "catdog.runs"


def start(settings: Settings, folder: RunFolder) -> None:
    """Start a detached process that waits for a slot and then lets `folder` be trained; it writes to the run's log.

    Raises:
        OSError: The system starts no process, or the log can't be written.
    """
    with folder.log.open("ab") as log:
        start_process(SUPERVISOR, str(folder.path), project=PROJECT, variables=settings.environment(), log=log)
