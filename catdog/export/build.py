"""Making the zip: convert, check by predicting pictures, describe, pack. Needs TensorFlow."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np

from catdog.errors import RunError
from catdog.export.convert import answers, convert, keras_answers, load_model
from catdog.export.formats import FORMATS, ExportFormat
from catdog.export.model_card import render_model_card
from catdog.export.package import CARD, FOLDER, ExportCheck, delete_outdated, package_path, write_package
from catdog.export.sample import Sample, load_sample
from catdog.export.script import REQUIREMENTS, SCRIPT, render_requirements, render_script
from catdog.inference.predictor import Predictor
from catdog.models.specs import get_spec
from catdog.settings import Settings
from catdog.utils.files import write_text
from catdog.utils.locks import hold_lock
from catdog.utils.progress import Progress, silent

if TYPE_CHECKING:
    from catdog.runs import Run

STEPS = ("loading the model", "writing the file", "checking its answers", "packing")


def build_package(run: "Run", form: ExportFormat, settings: Settings, progress: Progress = silent) -> Path:
    """Make the zip, in one process at a time, unless it is there already, and return it.

    Raises RunError where a file of the run is damaged or what came out answers differently; then no file is left.
    """
    folder = run.folder / FOLDER
    folder.mkdir(exist_ok=True)
    with hold_lock(folder / f".{form.name}.lock", progress, "waiting for another process that makes this file"):
        for left in folder.glob(f".{form.name}-*"):  # by a process that was killed
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        target = package_path(run, form)
        if not target.is_file():
            work = folder / f".{form.name}-{uuid4().hex[:8]}"
            work.mkdir()
            try:
                _make(run, form, settings, work, target, progress)
            finally:
                shutil.rmtree(work, ignore_errors=True)
            delete_outdated(run, form, target)
    return target


def _make(run: "Run", form: ExportFormat, settings: Settings, work: Path, target: Path, progress: Progress) -> None:
    def step(number: int) -> None:
        progress(number, len(STEPS), STEPS[number])

    step(0)
    pictures = load_sample(run, settings, form.pictures)
    expected = Predictor(run.files.tflite).predict(pictures.pixels)
    model = load_model(run)
    exact = FORMATS["tflite"].tolerance
    trained = keras_answers(model, pictures.pixels)
    if not compare_probabilities(trained, expected, pictures, exact).largest <= exact:
        raise RunError(
            f"The files model.keras and model.tflite of the run {run.name} do not answer alike, so it is not clear "
            "which is its model: train it again."
        )
    step(1)
    _write(run, model, form, work)
    step(2)
    other = trained if form.name == "tflite" else expected  # not with itself
    found = compare_probabilities(answers(form, work, pictures.pixels), other, pictures, form.tolerance)
    if not found.largest <= form.tolerance:  # also where it is not a number
        raise RunError(
            f"As {form.title} the model answers differently (by {found.largest:.3g} in probability, over the "
            f"{form.tolerance:g} allowed), so the file was not kept: take another format."
        )
    step(3)
    write_text(work / CARD, render_model_card(run, form, found))
    write_text(work / SCRIPT, render_script(form, tuple(run.details["data"]["classes"]), get_spec(run.config.model).logits))
    write_text(work / REQUIREMENTS, render_requirements(form, run.details.get("versions") or {}))
    write_package(work, target, found)


def compare_probabilities(given: np.ndarray, expected: np.ndarray, pictures: Sample, tolerance: float) -> ExportCheck:
    """Return how the probabilities `given` differ from those `expected`, both float (N,)."""
    difference = np.abs(given.astype(np.float64) - expected)
    changed = int(((given > 0.5) != (expected > 0.5)).sum())
    return ExportCheck(pictures.words, len(expected), float(difference.max()), float(difference.mean()), changed, tolerance)


def _write(run: "Run", model: object, form: ExportFormat, work: Path) -> None:
    from tensorflow import errors

    try:
        convert(run, model, form, work)
    except errors.OpError as error:  # TensorFlow's own, which also tells of a full disk
        raise RunError(
            f"TensorFlow could not write the model as {form.title}, as happens where the disk is full: free some disk "
            "space, then try again."
        ) from error
