"""Exporting, seen from outside: a process of its own makes the file, since that needs TensorFlow."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from catdog.errors import RunError
from catdog.export.formats import Format, format_called
from catdog.export.package import FOLDER, place
from catdog.settings import PROJECT, Settings
from catdog.utils.progress import Progress, silent

if TYPE_CHECKING:
    from catdog.runs import Run


def export(run: "Run", name: str, settings: Settings, progress: Progress = silent) -> Path:
    """Return the zip with the run's model in the format called `name`; made once for each state of the run.

    It holds the model, model_card.md, classify.py and requirements.txt. Raises UsageError for an unknown format, and
    RunError where the run is not finished, a file is damaged, a package is missing, the disk is full, or the file that
    came out answers differently from model.tflite; then no file is left.
    """
    form = format_called(name)
    if not run.finished:
        raise RunError(f"The run {run.name} is {run.state}: let it train to its end before you export its model.")
    target = place(run, form)
    if target.is_file():
        os.utime(target)  # for `exported`: what is newer than it, such as a note, does not matter
        return target
    missing = [package for package in form.packages if importlib.util.find_spec(package) is None]
    if missing:
        raise RunError(
            f"{form.title} needs packages that are not installed ({', '.join(missing)}): run {sys.executable} -m pip "
            f"install -r {PROJECT / 'requirements-onnx.txt'}"
        )
    _make(run, form, settings, progress)
    if not target.is_file():
        raise RunError(f"The run {run.name} has just been changed: export it again.")
    return target


def _make(run: "Run", form: Format, settings: Settings, progress: Progress) -> None:
    """Let a process make the zip, and pass its progress on; RunError with its sentence where it fails."""
    log = run.folder / FOLDER / f".{form.name}.log"
    sentence = ""
    try:
        log.parent.mkdir(exist_ok=True)
        with log.open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "catdog.export", str(run.folder), form.name],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=_environment(settings),
                cwd=PROJECT,
                start_new_session=True,  # a server that is stopped by Ctrl-C need not cut it off
            )
    except OSError as error:
        raise RunError(
            f"Exporting {run.name} could not be started ({error.strerror or error}): free some disk space or try later."
        ) from error
    try:
        with process.stdout as lines:
            for line in lines:
                said = _said(line)
                sentence = said.get("error", sentence)
                if "done" in said:
                    progress(said["done"], said["total"], said["what"])
        status = process.wait()
    finally:
        if process.poll() is None:  # such as by Ctrl-C in the terminal
            process.kill()
            process.wait()
    if status:
        raise RunError(
            sentence
            or f"Exporting {run.name} as {form.title} was cut off (exit status {status}), mostly for want of memory: "
            f"close other programs and try again, or see the end of {log}."
        )
    log.unlink(missing_ok=True)


def _environment(settings: Settings) -> dict[str, str]:
    environment = os.environ | settings.environment() | {"KERAS_BACKEND": "tensorflow"}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH"))))
    environment.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # a graphics processor's memory may belong to a training, and it rounds in other ways
    return environment | {"CUDA_VISIBLE_DEVICES": "-1"}


def _said(line: bytes) -> dict:
    """Return what the process reports in a line, {} for a line that is something else."""
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
