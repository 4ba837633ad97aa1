"""The scores of a run's model: its predictions for every image, and how good they are on validation and test."""

import csv
import io

import numpy as np

from catdog.datasets import SPLITS, TRAINING, Catalog, Dataset
from catdog.evaluation import score
from catdog.inference.predictor import check_probabilities
from catdog.training.run_folder import RunFolder
from catdog.training.sample import printable
from catdog.utils.files import write_json, write_text

TOLERANCE = 1e-3  # largest difference in probability between two files of a model that is still the same model
COMPARED = 8  # images on which they are compared


def write_scores(folder: RunFolder, catalog: Catalog, probabilities: np.ndarray) -> None:
    """Write predictions.csv and evaluation.json.

    Args:
        folder: The run's files.
        catalog: What the run learned from.
        probabilities: The model's, of class 1, float32 (N,); row i belongs to the catalog's row i.

    Raises:
        RunError: They are no probabilities.
    """
    check_probabilities(probabilities, f"of the run {folder.path.name}")
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("path", "label", "probability", "split"))
    columns = zip(catalog.paths, catalog.labels, probabilities, catalog.splits, strict=True)
    for image, label, probability, split in columns:
        writer.writerow((printable(image), label, f"{probability:.9g}", split))
    write_text(folder.predictions, table.getvalue(), make_folder=False)
    scores = {
        split: score(catalog.labels[rows], probabilities[rows])
        for split in SPLITS
        if split != TRAINING and len(rows := catalog.indices(split))
    }
    write_json(folder.evaluation, scores, make_folder=False)


def pick_images(dataset: Dataset) -> np.ndarray:
    """Return the rows of `COMPARED` images from all over a dataset, on which two files of a model are compared."""
    count = len(dataset.catalog)
    return np.arange(count)[:: max(1, count // COMPARED)][:COMPARED]
