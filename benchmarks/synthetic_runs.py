"""Finished runs that nobody trained: what the list of runs and the pages are measured with when there are many.

python -m benchmarks.synthetic_runs FOLDER [MODEL] writes the files of an untrained model there, which lend_model gives to
runs.
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
from catdog.utils.files import write_json, write_text

GUESSING = 0.5
MODEL_FILES = ("model.keras", "model.tflite")


def make_finished_run(settings: Settings, model: str, number: int, epochs: int) -> Run:
    """Make a run on the drawn pictures that has ended after its last epoch; `number` varies its curves and its seed.

    It has scores, but no answers and no model: see answer and lend_model.
    """
    rng = np.random.default_rng((number, epochs))
    run = create_run(settings, TrainConfig(model, "drawn", epochs=epochs, seed=number), f"{model} number {number}")
    done = _epochs(model, epochs, rng)
    write_history(run.files.history, done)
    best = best_epoch(done)
    write_json(run.files.evaluation, {split: {"accuracy": best.val_accuracy} for split in SPLITS if split != TRAINING})
    reached = {"best_val_accuracy": best.val_accuracy, "best_epoch": best.epoch}
    seconds = sum(epoch.seconds for epoch in done)
    ended = {"epoch": epochs, "started": run.created, "finished": time.time(), "seconds": seconds}
    run.files.write_status(replace(run.status, state="done", **reached, **ended))
    return open_run(settings, run.id)


def write_predictions(run: Run, catalog: Catalog) -> None:
    """Write what a finished run answers to the pictures of the catalog, as often right as its best epoch, with scores.

    Its config.json then says that it learned from the catalog's data.
    """
    rng = np.random.default_rng(run.config.seed)
    right = NormalDist().inv_cdf(min(max(run.best_val_accuracy or GUESSING, 0.01), 0.99))
    sure = 2 * (right + rng.standard_normal(len(catalog)))
    answers = 1 / (1 + np.exp(np.where(catalog.labels == 1, -sure, sure)))
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("path", "label", "probability", "split"))
    rows = zip(catalog.paths, catalog.labels, answers, catalog.splits, strict=True)
    writer.writerows((path, label, f"{probability:.9g}", split) for path, label, probability, split in rows)
    write_text(run.files.predictions, table.getvalue())
    scored = {split: catalog.indices(split) for split in SPLITS if split != TRAINING}
    write_json(
        run.files.evaluation, {split: score(catalog.labels[rows], answers[rows]) for split, rows in scored.items()}
    )
    run.files.add_to_config(
        data={
            "source": catalog.source,
            "title": catalog.title,
            "note": catalog.note,
            "classes": list(catalog.classes),
            "counts": catalog.counts(),
            "baseline": catalog.baseline,
            "fingerprint": catalog.fingerprint,
            "excluded": {"pictures": 0, "digest": "", "paths": []},
        },
        device="no device: nobody trained this run",
        versions={"python": "3", "catdog": "0", "tensorflow": "2", "keras": "3", "numpy": "2"},
    )


def write_untrained_model(folder: Path, name: str = "model4") -> None:
    """Write model.keras and model.tflite of a model with random weights into the folder."""
    from catdog.training.litert import convert_to_litert, make_probability_function

    files, model = RunFolder(folder), build_model(name, seed=1)
    model.save(files.model)
    files.tflite.write_bytes(convert_to_litert(model, make_probability_function(model, name).python_function))


def link_model(run: Run, folder: Path) -> None:
    """Give a run the two files of a model that `folder` holds, by hard links: they have a size, but take no space."""
    for name in MODEL_FILES:
        os.link(folder / name, run.folder / name)


def _epochs(model: str, number: int, rng: np.random.Generator) -> list[Epoch]:
    """Return epochs that climb from guessing to about what the notebook published for the model."""
    published = MODELS[model].published
    along = 1 - np.exp(-np.arange(1, number + 1) / max(1, number / 5))

    def climb(to: float) -> list[float]:
        noise = rng.normal(0, 0.02) * along + rng.normal(0, 0.01, number)
        return np.clip(GUESSING + (to - GUESSING) * along + noise, 0.01, 0.99).tolist()

    training, validation = climb(published.best_accuracy), climb(published.best_val_accuracy)
    seconds = rng.normal(8.0, 0.5, number).clip(1).tolist()
    return [
        Epoch(epoch, taken, right, -float(np.log(right)), new, -float(np.log(new)), 0.001)
        for epoch, (taken, right, new) in enumerate(zip(seconds, training, validation, strict=True), start=1)
    ]


if __name__ == "__main__":
    write_untrained_model(Path(sys.argv[1]), *sys.argv[2:3])
