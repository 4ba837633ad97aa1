"""Start this project's modules as processes: what they are told, where their output goes, and that no zombie stays."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

#: What TensorFlow and Keras import, if it is there, only to take its objects as inputs or to draw, for which nobody
#: here uses them.
NOT_FOR_TENSORFLOW = ("matplotlib", "pandas", "scipy", "sklearn")


def child_variables(project: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that a process of this project needs, wherever it runs.

    Args:
        project: The folder that holds the package catdog.
        variables: The settings' variables, and whatever else the process is told.
    """
    folders = (str(project), *os.environ.get("PYTHONPATH", "").split(os.pathsep))
    path = os.pathsep.join(dict.fromkeys(filter(None, folders)))
    quiet = os.environ.get("TF_CPP_MIN_LOG_LEVEL", "2")
    return {"PYTHONPATH": path, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": quiet, **variables}


def start_process(
    module: str,
    *arguments: str,
    project: Path,
    variables: Mapping[str, str],
    log: IO[bytes] | int | None = None,
    stdin: int = subprocess.DEVNULL,
    stdout: int | None = None,
    detached: bool = True,
) -> subprocess.Popen:
    """Start `python -m module` with this Python, and with this process's variables and those of child_variables.

    Args:
        module: The module's name.
        arguments: What it is called with.
        project: The folder that holds the package catdog; the process starts in it.
        variables: The settings' variables, and whatever else the process is told.
        log: Takes its output and its errors, or subprocess.DEVNULL; None: they go where those of this process go.
        stdin: subprocess.PIPE for a pipe whose other end only this process holds, see `end_with_parent`.
        stdout: subprocess.PIPE for a pipe in place of the log.
        detached: Whether it gets a session of its own, so that Ctrl-C in this process's terminal does not reach it.

    Returns:
        The process. It outlives this one; wait for it or not.

    Raises:
        OSError: The system starts no process.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=stdin,
        stdout=log if stdout is None else stdout,
        stderr=log,
        env=os.environ | child_variables(project, variables),
        cwd=project,
        start_new_session=detached,
    )
    # an ended process stays in the system's table, as a zombie, until its parent has waited for it
    threading.Thread(target=process.wait, daemon=True, name=f"reaper of {module} {process.pid}").start()
    return process


def log_to_stderr() -> None:
    """Let this process write what it logs to its errors, which are its log file: called by its entry point alone."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("catdog").setLevel(logging.INFO)


def end_with_parent() -> None:
    """End this process at once when the one that started it ends, however that comes about.

    The parent holds the other end of the pipe that is this process's stdin, and writes nothing. Files are whole at any
    moment, so it does no harm to cut a write short.
    """

    def listen() -> None:
        with suppress(OSError):
            while os.read(0, 64):
                pass
        os._exit(1)  # nothing else: what is at work may hold any lock

    threading.Thread(target=listen, daemon=True, name="parent").start()


def hasten_tensorflow() -> None:
    """Let TensorFlow's import in this process go without packages that only inputs and drawings need.

    That saves 1.4 s of 4.3 s of a processor and 140 MB at every start of a training or an export. Called by the entry
    point of a process that uses none of them itself; later imports of them fail there.
    """
    for package in NOT_FOR_TENSORFLOW:
        sys.modules.setdefault(package, None)
