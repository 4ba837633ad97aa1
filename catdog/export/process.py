"""Exporting, seen from outside: a process of its own makes the file, since that needs TensorFlow."""

import importlib.util
import json
import sys
from pathlib import Path
from subprocess import PIPE
from typing import TYPE_CHECKING

from catdog.errors import RunError
from catdog.export.formats import ExportFormat, get_format
from catdog.export.package import FOLDER, package_path
from catdog.settings import PROJECT, Settings
from catdog.utils.files import DISK_FULL
from catdog.utils.processes import start_process
from catdog.utils.progress import Progress, silent

if TYPE_CHECKING:
    from catdog.runs import Run

JOB = "catdog.export"


def export_run(run: "Run", name: str, settings: Settings, progress: Progress = silent) -> Path:
    """Return the zip with the run's model in a format; made once for each state of the run.

    It holds the model, model_card.md, classify.py and requirements.txt.

    Args:
        run: A finished run.
        name: The format's name, one of FORMATS.
        settings: Passed on to the process that makes the zip.
        progress: Told how far that process is.

    Raises:
        UsageError: There is no such format.
        RunError: The run is not finished, a file of it is damaged, a package is missing, the disk is full, or the
            exported model predicts something else than model.tflite; then no file is left.
    """
    file_format = get_format(name)
    if not run.finished:
        raise RunError(f"The run {run.name} is {run.state}: let it train to its end before you export its model.")
    run.require_classes()  # without which nobody could say what an answer means
    target = package_path(run, file_format, settings.cache)
    if target.is_file():
        return target
    missing = [package for package in file_format.packages if importlib.util.find_spec(package) is None]
    if missing:
        raise RunError(
            f"{file_format.title} needs packages that are not installed ({', '.join(missing)}): run {sys.executable} "
            f"-m pip install -r {PROJECT / 'requirements-onnx.txt'}"
        )
    _run_job(run, file_format, settings, progress)
    if not target.is_file():
        raise RunError(f"The run {run.name} has just been changed: export it again.")
    return target


def _run_job(run: "Run", file_format: ExportFormat, settings: Settings, progress: Progress) -> None:
    """Let a process make the zip, and pass its progress on.

    Raises:
        RunError: It could not be started, or failed; the message is its own sentence where it had one.
    """
    log = run.folder / FOLDER / f".{file_format.name}.log"
    # a graphics processor's memory may belong to a training, and it rounds in other ways
    variables = settings.environment() | {"CUDA_VISIBLE_DEVICES": "-1"}
    try:
        log.parent.mkdir(exist_ok=True)
        with log.open("wb") as errors:
            process = start_process(
                *(JOB, str(run.folder), file_format.name), project=PROJECT, variables=variables, log=errors, stdout=PIPE
            )
    except OSError as error:
        hint = "free some disk space" if error.errno in DISK_FULL else f"see whether {log.parent} can be written to"
        raise RunError(
            f"Exporting {run.name} could not be started ({error.strerror or error}): {hint}, then try again."
        ) from error
    sentence = ""
    try:
        with process.stdout as lines:
            for line in lines:
                report = _parse(line)
                sentence = report.get("error", sentence)
                if "done" in report:
                    progress(report["done"], report["total"], report["what"])
        status = process.wait()
    finally:
        if process.poll() is None:  # such as by Ctrl-C in the terminal
            process.kill()
            process.wait()
    if status:
        raise RunError(
            sentence
            or f"Exporting {run.name} as {file_format.title} was cut off (exit status {status}), mostly for want of "
            f"memory: close other programs and try again, or see the end of {log}."
        )
    log.unlink(missing_ok=True)


def _parse(line: bytes) -> dict:
    """Return what the process reports in a line, {} for a line that is something else."""
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
