"""A run's answers to any data set: asked once, and kept by model and data."""

import hashlib
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from catdog.datasets import Dataset
from catdog.datasets.cache import DECODER_VERSION, ImageReader
from catdog.errors import RunError
from catdog.evaluation.predictions import Predictions
from catdog.inference.predictor import parallel_outputs
from catdog.utils.files import whole_file
from catdog.utils.progress import Progress, silent

if TYPE_CHECKING:
    from catdog.runs import Run

BLOCK = 64  # pictures that are asked about between two reports of progress


def score_on(run: "Run", dataset: Dataset, cache: Path, progress: Progress = silent) -> Predictions:
    """Return what the run's model says of every picture of a data set, also of one that it did not learn from.

    What its training stored is used where it belongs to these very pictures and to the model that the run has now; else
    the model is asked, behind `progress`, and its answers are kept in `cache`, named by the data and the model file;
    where they can't be kept, it is asked again the next time. Labels and splits are those of the data set. Raises
    RunError where the model is missing or damaged, gives no probabilities, or learned to tell other classes apart, so
    that its probability would mean something else.
    """
    catalog = dataset.catalog
    classes = (run.details.get("data") or {}).get("classes")
    if classes and list(classes) != list(catalog.classes):
        raise RunError(
            f"The run {run.name} learned to tell {' from '.join(map(str, classes))}, so it can't be scored on "
            f"{' and '.join(catalog.classes)}: choose data of the same two classes."
        )
    probabilities = _of_training(run, dataset)
    if probabilities is None:
        file = _file(run, dataset, cache)
        probabilities = _stored(file, dataset)
        if probabilities is None:
            probabilities = _asked(run, dataset, progress)
            # a training that was resumed may have put another model in its place in the meantime
            if _file(run, dataset, cache) == file:
                with suppress(OSError), whole_file(file) as temporary:
                    np.savez(temporary, names=_names(dataset), probabilities=probabilities)
    return Predictions(catalog.paths, catalog.labels.astype(np.int64), probabilities.astype(np.float64), catalog.splits)


def _of_training(run: "Run", dataset: Dataset) -> np.ndarray | None:
    """Return the probabilities that the training stored, float64 (N,); None where they are of other pictures."""
    if run.fingerprint != dataset.catalog.fingerprint:
        return None
    try:
        answers = run.predictions()
    except RunError:
        return None
    if _older(run.files.predictions, run.files.tflite):
        return None
    printable = tuple(path.encode("utf-8", "backslashreplace").decode() for path in dataset.catalog.paths)
    return answers.probabilities if answers.paths == printable else None


def _older(one: Path, other: Path) -> bool:
    """Tell whether a file was written before another; no file is older than one that is not there."""
    try:
        return one.stat().st_mtime_ns < other.stat().st_mtime_ns
    except OSError:
        return False


def _file(run: "Run", dataset: Dataset, cache: Path) -> Path:
    """Return where the answers are kept; the name begins as those of all that is kept of this data."""
    return cache / f"{dataset.catalog.fingerprint}-answers-{_digest(run)}-{len(dataset.catalog)}-{DECODER_VERSION}.npz"


def _digest(run: "Run") -> str:
    try:
        with run.files.tflite.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError as error:
        raise RunError(f"The run {run.name} has no trained model (any more): train it first.") from error


def _names(dataset: Dataset) -> np.ndarray:
    """Return a digest of which pictures there are and in which order, uint8 (32,)."""
    names = "\n".join(dataset.catalog.paths).encode("utf-8", "surrogateescape")
    return np.frombuffer(hashlib.sha256(names).digest(), np.uint8)


def _stored(file: Path, dataset: Dataset) -> np.ndarray | None:
    """Return the kept probabilities, float32 (N,); None where they are missing, damaged or of other pictures."""
    try:
        with np.load(file) as stored:
            probabilities = stored["probabilities"]
            fits = np.array_equal(stored["names"], _names(dataset)) and probabilities.shape == (len(dataset.catalog),)
            return probabilities if fits and _possible(probabilities) else None
    except (OSError, ValueError, KeyError, EOFError, TypeError, RuntimeError, zipfile.BadZipFile):
        return None


def _asked(run: "Run", dataset: Dataset, progress: Progress) -> np.ndarray:
    total, read, parts = len(dataset.catalog), ImageReader(dataset.pixels), []
    with parallel_outputs(run.files.tflite) as outputs:
        for first in range(0, total, BLOCK):
            progress(first, total, "asking the model")
            parts.append(outputs(read(slice(first, first + BLOCK)))[:, 0])
    progress(total, total, "asking the model")
    probabilities = np.concatenate(parts) if parts else np.empty(0, np.float32)
    if not _possible(probabilities):
        raise RunError(
            f"The model of the run {run.name} gives answers that are no probabilities, since its training went astray: "
            "train it again, with a lower learning rate."
        )
    return probabilities


def _possible(probabilities: np.ndarray) -> bool:
    """Tell whether all are from 0 to 1, which one that is not a number is not."""
    return bool(((probabilities >= 0) & (probabilities <= 1)).all())
