"""Finished runs that nobody trained, for measuring many of them.

python -m benchmarks.synthetic_runs FOLDER [MODEL] [FOLDER MODEL]... writes the files of an untrained model there, for
link_model, and those of more models to more folders.
"""

import csv
import io
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import NormalDist

import numpy as np

from catdog.datasets import SPLITS, TRAINING, Catalog
from catdog.evaluation import score
from catdog.models.specs import MODELS, build_model
from catdog.runs import Run, create_run, open_run
from catdog.settings import Settings
from catdog.training import RunFolder, TrainConfig
from catdog.training.history import Epoch, best_epoch, write_history
from catdog.training.worker import describe_data
from catdog.utils.files import write_json, write_text
from catdog.utils.processes import hasten_tensorflow

GUESSING = 0.5
MODEL_FILES = ("model.keras", "model.tflite")


def make_finished_run(settings: Settings, model: str, seed: int, epochs: int) -> Run:
    """Make a run on the drawn images that has ended after its last epoch.

    It has scores, but no predictions and no model: see write_predictions and link_model.

    Args:
        settings: Where the runs are.
        model: "model1" to "model4".
        seed: The run's seed; it also varies the curves.
        epochs: How many epochs.
    """
    rng = np.random.default_rng((seed, epochs))
    run = create_run(settings, TrainConfig(model, "drawn", epochs=epochs, seed=seed), f"{model} number {seed}")
    history = _make_history(model, epochs, rng)
    write_history(run.files.history, history)
    best = best_epoch(history)
    write_json(run.files.evaluation, {split: {"accuracy": best.val_accuracy} for split in SPLITS if split != TRAINING})
    best_values = {"best_val_accuracy": best.val_accuracy, "best_epoch": best.epoch}
    seconds = sum(epoch.seconds for epoch in history)
    times = {"epoch": epochs, "started": run.created, "finished": time.time(), "seconds": seconds}
    run.files.write_status(replace(run.status, state="done", **best_values, **times))
    return open_run(settings, run.id)


def write_predictions(run: Run, catalog: Catalog) -> None:
    """Write random predictions of a finished run, as often correct as in its best epoch, and their scores.

    Its config.json then says that it learned from this dataset.

    Args:
        run: A run of make_finished_run.
        catalog: The dataset to predict.
    """
    rng = np.random.default_rng(run.config.seed)
    mean = NormalDist().inv_cdf(min(max(run.best_val_accuracy or GUESSING, 0.01), 0.99))
    logits = 2 * (mean + rng.standard_normal(len(catalog)))
    probabilities = 1 / (1 + np.exp(np.where(catalog.labels == 1, -logits, logits)))
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("path", "label", "probability", "split"))
    rows = zip(catalog.paths, catalog.labels, probabilities, catalog.splits, strict=True)
    writer.writerows((path, label, f"{probability:.9g}", split) for path, label, probability, split in rows)
    write_text(run.files.predictions, table.getvalue())
    indices = {split: catalog.indices(split) for split in SPLITS if split != TRAINING}
    scores = {split: score(catalog.labels[rows], probabilities[rows]) for split, rows in indices.items()}
    write_json(run.files.evaluation, scores)
    run.files.add_to_config(
        data=describe_data(catalog),
        device="no device: nobody trained this run",
        versions={"python": "3", "catdog": "0", "tensorflow": "2", "keras": "3", "numpy": "2"},
    )


def write_untrained_model(folder: Path, name: str = "model4") -> None:
    """Write model.keras and model.tflite of a model with random weights to a folder."""
    from catdog.models.litert import convert_to_litert, make_probability_function

    files, model = RunFolder(folder), build_model(name, seed=1)
    model.save(files.model)
    files.tflite.write_bytes(convert_to_litert(model, make_probability_function(model, name).python_function))


def link_model(run: Run, folder: Path) -> None:
    """Give a run the two files of a model in a folder, by hard links, which take no space of their own."""
    for name in MODEL_FILES:
        os.link(folder / name, run.folder / name)


def _make_history(model: str, epochs: int, rng: np.random.Generator) -> list[Epoch]:
    """Return epochs that climb from guessing to about the published accuracy of the model."""
    published = MODELS[model].published
    progress = 1 - np.exp(-np.arange(1, epochs + 1) / max(1, epochs / 5))

    def climb(accuracy: float) -> list[float]:
        noise = rng.normal(0, 0.02) * progress + rng.normal(0, 0.01, epochs)
        return np.clip(GUESSING + (accuracy - GUESSING) * progress + noise, 0.01, 0.99).tolist()

    training, validation = climb(published.best_accuracy), climb(published.best_val_accuracy)
    seconds = rng.normal(8.0, 0.5, epochs).clip(1).tolist()
    return [
        Epoch(epoch, duration, accuracy, -float(np.log(accuracy)), val_accuracy, -float(np.log(val_accuracy)), 0.001)
        for epoch, (duration, accuracy, val_accuracy) in enumerate(zip(seconds, training, validation, strict=True), 1)
    ]


if __name__ == "__main__":
    hasten_tensorflow()
    for place in range(1, len(sys.argv), 2):
        write_untrained_model(Path(sys.argv[place]), *sys.argv[place + 1 : place + 2])
