"""The local executor: every run is a process of its own on this machine."""

import os
import subprocess
import sys
import threading

from catdog.settings import PROJECT, Settings
from catdog.training import RunFolder


def start(settings: Settings, folder: RunFolder) -> None:
    """Start a detached process that waits for a slot and then trains `folder`; its output goes to the run's log.

    Raises OSError where the system starts no process or the log can't be written.
    """
    environment = os.environ | worker_variables(settings)
    environment.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with folder.log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "catdog.runs", str(folder.path)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            cwd=PROJECT,
            start_new_session=True,  # Ctrl-C at the page server must not reach the training
        )
    # an ended process stays in the system's table, as a zombie, until its parent has asked how it ended
    threading.Thread(target=process.wait, daemon=True, name=f"reaper of {folder.path.name}").start()


def worker_variables(settings: Settings) -> dict[str, str]:
    """Return the variables that any process which trains needs, wherever it runs."""
    path = os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH"))))
    return settings.environment() | {"KERAS_BACKEND": "tensorflow", "PYTHONPATH": path}
