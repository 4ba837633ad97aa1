"""Make the zip: convert the model, check its predictions, describe it, pack. Needs TensorFlow."""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np

from catdog.errors import RunError
from catdog.export.classify import EXTRACTOR, NOVELTY
from catdog.export.convert import convert, load_model, predict_exported, predict_keras
from catdog.export.formats import FORMATS, ExportFormat
from catdog.export.model_card import render_model_card
from catdog.export.package import CARD, FOLDER, ExportCheck, delete_outdated, package_path, write_package
from catdog.export.sample import Sample, load_sample
from catdog.export.script import REQUIREMENTS, SCRIPT, render_requirements, render_script
from catdog.inference.predictor import Predictor
from catdog.settings import Settings
from catdog.utils.files import DISK_FULL, write_text
from catdog.utils.locks import hold_lock
from catdog.utils.progress import Progress, silent

if TYPE_CHECKING:
    from catdog.runs import Run

STEPS = ("loading the model", "writing the file", "checking its answers", "packing")


def build_package(run: "Run", file_format: ExportFormat, settings: Settings, progress: Progress = silent) -> Path:
    """Make the zip unless it exists already; one process at a time does so.

    Args:
        run: A finished run.
        file_format: Format of the model.
        settings: Where the datasets are.
        progress: Told of each of the STEPS.

    Returns:
        Path of the zip.

    Raises:
        RunError: A file of the run is damaged, or the exported model predicts something else; then no file is left.
    """
    folder = run.folder / FOLDER
    folder.mkdir(exist_ok=True)
    with hold_lock(folder / f".{file_format.name}.lock", progress, "waiting for another process that makes this file"):
        for path in folder.glob(f".{file_format.name}-*"):  # left by a process that was killed
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        target = package_path(run, file_format, settings.cache)
        if not target.is_file():
            work = folder / f".{file_format.name}-{uuid4().hex[:8]}"
            work.mkdir()
            try:
                _fill_package(run, file_format, settings, work, target, progress)
            finally:
                shutil.rmtree(work, ignore_errors=True)
            delete_outdated(run, file_format, target)
    return target


def _fill_package(
    run: "Run", file_format: ExportFormat, settings: Settings, work: Path, target: Path, progress: Progress
) -> None:
    def report(step: int) -> None:
        progress(step, len(STEPS), STEPS[step])

    report(0)
    sample = load_sample(run, settings, file_format.images)
    expected = Predictor(run.files.tflite, name=run.name).predict(sample.pixels)
    model = load_model(run)
    exact = FORMATS["tflite"].tolerance
    trained = predict_keras(model, sample.pixels)
    if not compare_probabilities(trained, expected, sample, exact).largest <= exact:
        raise RunError(
            f"The files model.keras and model.tflite of the run {run.name} do not answer alike, so it is not clear "
            "which is its model: train it again."
        )
    report(1)
    _write_model(run, model, file_format, work)
    report(2)
    reference = trained if file_format.name == "tflite" else expected  # not the file that it is a copy of
    check = compare_probabilities(
        predict_exported(file_format, work, sample.pixels), reference, sample, file_format.tolerance
    )
    if not check.largest <= file_format.tolerance:  # also where it is NaN
        raise RunError(
            f"As {file_format.title} the model answers differently (by {check.largest:.3g} in probability, over the "
            f"{file_format.tolerance:g} allowed), so the file was not kept: take another format."
        )
    report(3)
    detects = _add_detector(run, file_format, settings.cache, work)
    write_text(work / CARD, render_model_card(run, file_format, check, detects))
    write_text(
        work / SCRIPT,
        render_script(file_format, run.require_classes()),
    )
    write_text(work / REQUIREMENTS, render_requirements(file_format, run.details.get("versions") or {}))
    write_package(work, target, check)


def _add_detector(run: "Run", file_format: ExportFormat, cache: Path, work: Path) -> bool:
    """Add what lets the script say that an image is of another kind than the training set; return whether there is."""
    from catdog.features.novelty import find_detector  # help on the command must not wait for NumPy

    detector = find_detector(run.fingerprint, cache) if file_format.reads_litert else None
    if detector is None:
        return False
    shutil.copyfile(detector.extractor, work / EXTRACTOR)
    np.savez(work / NOVELTY, reference=detector.reference, threshold=np.float32(detector.threshold))
    return True


def compare_probabilities(
    probabilities: np.ndarray, expected: np.ndarray, sample: Sample, tolerance: float
) -> ExportCheck:
    """Return how far two models' predictions for the same images differ.

    Args:
        probabilities: Probabilities of class 1 by the exported model, float (N,).
        expected: The same by the run's own model, float (N,).
        sample: The N images.
        tolerance: Largest difference that is allowed, for the record.
    """
    difference = np.abs(probabilities.astype(np.float64) - expected)
    changed = int(((probabilities > 0.5) != (expected > 0.5)).sum())
    return ExportCheck(
        sample.words, len(expected), float(difference.max()), float(difference.mean()), changed, tolerance
    )


def _write_model(run: "Run", model: object, file_format: ExportFormat, work: Path) -> None:
    from tensorflow import errors

    try:
        convert(run, model, file_format, work)
    except errors.OpError as error:  # TensorFlow's own class, also for what the system refuses
        for number in DISK_FULL:
            if os.strerror(number) in error.message:
                raise OSError(number, os.strerror(number)) from error
        raise
