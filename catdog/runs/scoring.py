"""A run's predictions for any dataset: made once, and cached by model and data."""

import hashlib
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from catdog.datasets import Dataset
from catdog.datasets.cache import DECODER_VERSION
from catdog.errors import RunError
from catdog.evaluation.predictions import Predictions
from catdog.inference.predictor import are_probabilities, check_probabilities, parallel_outputs
from catdog.utils.class_names import is_swapped, map_classes
from catdog.utils.files import digest_file, whole_file
from catdog.utils.progress import Progress, silent

if TYPE_CHECKING:
    from catdog.runs import Run

BATCH = 64  # images between two reports of progress


def predict_dataset(run: "Run", dataset: Dataset, cache: Path, progress: Progress = silent) -> Predictions:
    """Return the run's predictions for every image of a dataset, also of one that it did not learn from.

    What its training stored is used where it belongs to these very images and to the model that the run has now; else
    the model predicts them, and its probabilities are kept in the cache, named by the data and the model file. Where
    they can't be kept, the model predicts again the next time.

    The run's classes and the dataset's are the same by `catdog.utils.class_names`, in any order; class 0 and class 1 of
    the predictions are the dataset's.

    Args:
        run: A run with a model.
        dataset: Gives the images, and labels and splits of the predictions.
        cache: The folder where probabilities are kept.
        progress: Told how far the model is.

    Raises:
        RunError: The model is missing or damaged, gives no probabilities, or learned to tell other classes apart, so
            that its probability would mean something else.
    """
    catalog = dataset.catalog
    if run.classes and map_classes(run.classes, catalog.classes) is None:
        raise RunError(
            f"The run {run.name} learned to tell {' from '.join(run.classes)}, so it can't be scored on "
            f"{' and '.join(catalog.classes)}: choose data of the same two classes."
        )
    probabilities = _read_stored(run, dataset)
    if probabilities is None:
        file = _cache_file(run, dataset, cache)
        probabilities = _read_cached(file, dataset)
        if probabilities is None:
            probabilities = _predict(run, dataset, progress)
            # a training that was resumed may have replaced the model in the meantime
            if _cache_file(run, dataset, cache) == file:
                with suppress(OSError), whole_file(file) as temporary:
                    np.savez(temporary, names=_digest_paths(dataset), probabilities=probabilities)
    probabilities = probabilities.astype(np.float64)
    if run.classes and is_swapped(run.classes, catalog.classes):
        probabilities = 1 - probabilities
    return Predictions(catalog.paths, catalog.labels.astype(np.int64), probabilities, catalog.splits)


def _read_stored(run: "Run", dataset: Dataset) -> np.ndarray | None:
    """Return the probabilities that the training stored, float64 (N,); None where they are of other images."""
    if run.fingerprint != dataset.catalog.fingerprint:
        return None
    try:
        stored = run.predictions()
    except RunError:
        return None
    if run.files.is_scored(run.files.tflite) is False:
        return None
    printable = tuple(path.encode("utf-8", "backslashreplace").decode() for path in dataset.catalog.paths)
    return stored.probabilities if stored.paths == printable else None


def _cache_file(run: "Run", dataset: Dataset, cache: Path) -> Path:
    """Return where the probabilities are kept; the name begins as those of all that is cached of this data."""
    data = dataset.catalog
    return cache / f"{data.fingerprint}-answers-{_digest_model(run)}-{len(data)}-{DECODER_VERSION}.npz"


def _digest_model(run: "Run") -> str:
    try:
        return digest_file(run.files.tflite)[:16]
    except OSError as error:
        raise RunError(f"The run {run.name} has no trained model (any more): train it first.") from error


def _digest_paths(dataset: Dataset) -> np.ndarray:
    """Return a digest of which images there are and in which order, uint8 (32,)."""
    paths = "\n".join(dataset.catalog.paths).encode("utf-8", "surrogateescape")
    return np.frombuffer(hashlib.sha256(paths).digest(), np.uint8)


def _read_cached(file: Path, dataset: Dataset) -> np.ndarray | None:
    """Return the cached probabilities, float32 (N,); None where they are missing, damaged or of other images."""
    try:
        with np.load(file) as stored:
            probabilities = stored["probabilities"]
            same = np.array_equal(stored["names"], _digest_paths(dataset))
            fits = same and probabilities.shape == (len(dataset.catalog),)
            return probabilities if fits and are_probabilities(probabilities) else None
    except (OSError, ValueError, KeyError, EOFError, TypeError, RuntimeError, zipfile.BadZipFile):
        return None


def _predict(run: "Run", dataset: Dataset, progress: Progress) -> np.ndarray:
    """Return the model's probability of class 1 for every image, float32 (N,)."""
    count, batches = len(dataset.catalog), []
    with parallel_outputs(run.files.tflite) as outputs:
        for first in range(0, count, BATCH):
            progress(first, count, "asking the model")
            batches.append(outputs(dataset.pixels[first : first + BATCH])[:, 0])
    progress(count, count, "asking the model")
    probabilities = np.concatenate(batches) if batches else np.empty(0, np.float32)
    return check_probabilities(probabilities, f"of the run {run.name}")
