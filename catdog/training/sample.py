"""sample.csv: six validation images that the model is asked about after every epoch, so that people see it learn."""

import csv
import io
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from catdog.datasets import VALIDATION, Catalog
from catdog.training.config import MAX_EPOCHS
from catdog.utils.files import read_regular, write_text

OF_CLASS = 3  # images of each class
MAX_BYTES = 200_000  # of a file; 1,000 epochs take about 45 kB
MAX_IMAGES = 2 * OF_CLASS


@dataclass(frozen=True)
class Sample:
    """A few validation images and what a model has answered about them.

    Attributes:
        paths: Of the images, relative to the dataset's folder, as they can be printed.
        labels: Their labels, 0 or 1.
        answers: {how many epochs were trained: the probability of class 1 of each image, 0..1}, in order; 0 is the
            untrained model.
    """

    paths: tuple[str, ...]
    labels: tuple[int, ...]
    answers: Mapping[int, tuple[float, ...]] = field(default_factory=dict)


def choose_sample(catalog: Catalog) -> np.ndarray:
    """Return the rows of the sample, integers (6,), class 0 and class 1 in turn; fewer where there are fewer.

    They follow from the data alone, so that all runs on the same data are asked about the same images.
    """
    rng = np.random.default_rng(0)
    chosen = []
    for label in (0, 1):
        rows = catalog.indices(VALIDATION, label)
        chosen.append(rng.choice(rows, size=min(OF_CLASS, len(rows)), replace=False))
    pairs = [rows[number] for number in range(OF_CLASS) for rows in chosen if number < len(rows)]
    return np.array(pairs, dtype=np.int64)


def printable(path: str) -> str:
    """Return an image's path as it can be printed; a file's name may be no valid text."""
    return path.encode("utf-8", "backslashreplace").decode()


class SampleLog:
    """The sample of a run and its file. Training never fails by it: where it can't be written, it is not."""

    def __init__(self, path: Path, catalog: Catalog, finished: int) -> None:
        """Choose the images, and go on with the answers of the run's finished epochs.

        Args:
            path: The file.
            catalog: What the run learns from.
            finished: How many epochs the run has finished.
        """
        self._path, self.rows = path, choose_sample(catalog)
        paths = tuple(printable(catalog.paths[row]) for row in self.rows)
        labels = tuple(int(label) for label in catalog.labels[self.rows])
        before = read_sample(path)
        same = before is not None and (before.paths, before.labels) == (paths, labels)
        kept = {epoch: values for epoch, values in before.answers.items() if epoch <= finished} if same else {}
        self.sample = Sample(paths, labels, kept)

    def write(self) -> None:
        """Write the file, whole."""
        with suppress(OSError):
            write_sample(self._path, self.sample)

    def ask(self, epochs: int, model: Callable[..., Any], inputs: np.ndarray) -> None:
        """Note and write what a model answers after so many epochs.

        Args:
            epochs: How many epochs were trained.
            model: What is trained, called as a Keras model with `training`; it gives the probability of class 1,
                (N, 1), or two logits, (N, 2).
            inputs: What it takes for the images of `rows`, float32 (N, …).
        """
        if not len(inputs):
            return
        outputs = np.asarray(model(inputs, training=False), np.float64)
        probabilities = outputs[:, 0] if outputs.shape[1] == 1 else _sigmoid(outputs[:, 1] - outputs[:, 0])
        answers = {**self.sample.answers, epochs: tuple(map(float, probabilities))}
        self.sample = Sample(self.sample.paths, self.sample.labels, answers)
        self.write()


def write_sample(path: Path, sample: Sample) -> None:
    """Write a sample: a row for each image, with a column for each epoch.

    Raises:
        OSError: It can't be written.
    """
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(("path", "label", *sample.answers))
    for index, (image, label) in enumerate(zip(sample.paths, sample.labels, strict=True)):
        writer.writerow((image, label, *(round(values[index], 4) for values in sample.answers.values())))
    write_text(path, table.getvalue(), make_folder=False)


def read_sample(path: Path) -> Sample | None:
    """Return the sample in a file; None where it is missing or damaged."""
    try:
        header, *rows = csv.reader(io.StringIO(read_regular(path, MAX_BYTES).decode(), newline=""))
        epochs = [int(name) for name in header[2:]]
        paths, labels = tuple(row[0] for row in rows), tuple(int(row[1]) for row in rows)
        values = [tuple(map(float, row[2:])) for row in rows]
    except (OSError, ValueError, IndexError, csv.Error):
        return None
    whole = (
        header[:2] == ["path", "label"]
        and 0 < len(rows) <= MAX_IMAGES
        and set(labels) <= {0, 1}
        and all(len(row) == len(epochs) and all(0 <= value <= 1 for value in row) for row in values)
        and sorted(set(epochs)) == epochs
        and all(0 <= epoch <= MAX_EPOCHS for epoch in epochs)
    )
    return Sample(paths, labels, dict(zip(epochs, zip(*values, strict=True), strict=True))) if whole else None


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(−logits)) without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * logits))
