"""Teaching: a head fitted at once to the few photos that somebody has picked, and what each further photo brings."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from catdog.errors import DataError
from catdog.features.head import STRENGTHS, Head, fit_head
from catdog.features.store import FeatureStore
from catdog.utils.files import write_text
from catdog.utils.progress import Progress, silent

COUNTS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)  # labelled images a class
DRAWS = 12  # random sets of each size, over which a curve takes the mean
MOST_DRAWN = 20_000  # labelled images of all draws of one size, from which on there are fewer draws
TASK = "teaching with more and more photos"


@dataclass(frozen=True)
class Step:
    """A step of the curve: what a number of labelled images brings.

    Attributes:
        count: Labelled images a class.
        mean: Mean validation accuracy of the draws, 0..1.
        lowest: That of the worst draw.
        highest: That of the best draw.
        draws: How many sets were drawn.
    """

    count: int
    mean: float
    lowest: float
    highest: float
    draws: int


def draw_sample(labels: np.ndarray, rows: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Draw images at random; with the same seed, a larger sample holds the smaller one.

    Args:
        labels: 0 or 1 of all images, integers (N,).
        rows: The images to draw from, integers (M,).
        count: How many to draw of each class, at most.
        seed: Another number draws others.

    Returns:
        Their rows, ascending, at most 2 × count.
    """
    order = np.random.default_rng(seed).permutation(rows)
    return np.sort(np.concatenate([order[labels[order] == label][:count] for label in (0, 1)]))


def fit_taught(values: np.ndarray, labels: np.ndarray) -> Head:
    """Fit a head to a handful of images or to thousands.

    The more there are, the stronger the penalty, from 0.1 for twenty and fewer to 0.001 for 2,000 and more. It hardly
    changes the answers, but a head that has seen ten photos is then about as sure of them as one that has seen a
    thousand.

    Args:
        values: Their features, float32 (N, D).
        labels: 0 or 1, integers (N,).

    Raises:
        DataError: There are no images of one of the classes.
    """
    return fit_head(values, labels, float(np.clip(2 / max(1, len(labels)), STRENGTHS[0], STRENGTHS[-1])))


def measure_accuracy(head: Head, values: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of images, features float32 (N, D), of which a head predicts the label, 0..1."""
    return float(((head.predict(values) > 0.5) == labels).mean())


def measure_curve(
    training: tuple[np.ndarray, np.ndarray], validation: tuple[np.ndarray, np.ndarray], progress: Progress = silent
) -> tuple[Step, ...]:
    """Measure validation accuracy against the number of labelled images a class.

    Each size is drawn several times, fewer times where the sets are large; the last step has all training images.

    Args:
        training: Features, float32 (N, D), and labels, integers (N,).
        validation: The same of the validation images.
        progress: Told how many steps are done.

    Raises:
        DataError: There are no training images of one of the classes.
    """
    values, labels = training
    fewest = int(np.bincount(labels, minlength=2).min())
    counts = [count for count in COUNTS if count < fewest]
    steps = []
    for done, count in enumerate(counts):
        progress(done, len(counts) + 1, TASK)
        accuracies = []
        for seed in range(max(3, min(DRAWS, MOST_DRAWN // (2 * count)))):
            rows = draw_sample(labels, np.arange(len(labels)), count, seed)
            accuracies.append(measure_accuracy(fit_taught(values[rows], labels[rows]), *validation))
        steps.append(Step(count, float(np.mean(accuracies)), min(accuracies), max(accuracies), len(accuracies)))
    progress(len(counts), len(counts) + 1, TASK)
    accuracy = measure_accuracy(fit_taught(values, labels), *validation)
    return (*steps, Step(len(labels) // 2, accuracy, accuracy, accuracy, 1))


def get_curve(
    store: FeatureStore, labels: np.ndarray, training: np.ndarray, validation: np.ndarray, progress: Progress = silent
) -> tuple[Step, ...]:
    """Return the curve of a dataset, measured where it is not kept beside the features yet.

    Args:
        store: The features.
        labels: 0 or 1, integers (N,).
        training: Rows of the training images.
        validation: Rows of the validation images.
        progress: As for `measure_curve`.

    Raises:
        DataError: There are no training images of one of the classes, or the curve can't be kept.
    """
    path = _name_file(store, labels, training, validation)
    steps = _read_curve(path)
    if steps is None:
        steps = measure_curve(*((store.values[rows], labels[rows]) for rows in (training, validation)), progress)
        try:
            write_text(path, json.dumps([asdict(step) for step in steps]))
        except OSError as error:
            raise DataError(
                f"The curve can't be kept in {path.parent} ({error.strerror or error}): free some disk space or set "
                "CATDOG_HOME to another folder."
            ) from error
    return steps


def _read_curve(path: Path) -> tuple[Step, ...] | None:
    try:
        return tuple(Step(**step) for step in json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _name_file(store: FeatureStore, *arrays: np.ndarray) -> Path:
    """Name the file by what the curve depends on, besides the features: labels and splits may be changed."""
    digest = hashlib.sha256(b"".join(array.astype(np.int64).tobytes() for array in arrays)).hexdigest()[:16]
    return store.path.with_name(f"{store.path.stem}-curve-{digest}.json")
