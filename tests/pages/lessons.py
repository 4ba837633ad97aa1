"""A small lesson with each kind of check, and runs that do its tasks; made in milliseconds."""

import csv
import io
from pathlib import Path

import numpy as np

from catdog.datasets import SPLITS, Catalog
from catdog.evaluation import score
from catdog.runs import Run, open_run
from catdog.settings import Settings
from catdog.training.history import Epoch, write_history
from catdog.training.worker import describe_data
from catdog.utils.files import write_json, write_text

NAME = "every-kind"
LESSON = """---
title: Every kind of check
goal: You find out how each kind of check is done.
prediction:
  name: guess
  question: Which accuracy will model1 reach?
  kind: choice
  options: [low, high]
  truth:
    task: one_run
    measure: end_val_accuracy
    cases: [{option: low, max: 90}, {option: high, min: 90}]
tasks:
  - name: one_run
    title: Train model1
    text: Train it.
    button: Go to Train
    page: train
    params: {models: model1}
    check: {kind: run, model: model1, measures: {gap: {min: 15, advice: train it longer.}}}
    hints: [The first hint, The plainer hint]
  - name: two_runs
    title: Compare two models
    text: Train another.
    button: Train model2
    page: train
    params: {models: model2}
    check:
      kind: runs
      first: {model: model1}
      second: {model: model2}
      differ: [model, augmentation]
    hints: [one, two]
  - name: count
    title: Count the test images
    text: Count them.
    button: Browse
    page: browse
    check: {kind: number, measure: test_images}
    hints: [one, two]
  - name: meaning
    title: What does it mean?
    text: Decide.
    button: Compare
    page: compare
    params: {run: "{model1}"}
    check:
      kind: choice
      options:
        - {text: It memorized, right: true, reason: That is overfitting.}
        - {text: It is bad luck, reason: Luck does not last for 20 epochs.}
    hints: [one, two]
  - name: fooled
    title: Find a photo that fools model1
    text: Find one.
    button: Evaluate
    page: evaluate
    check: {kind: photo, wrong: {model: model1}, right: {model: model2}}
    hints: [one, two]
---
Your model1 has a gap of {{ tasks.one_run.gap|points }}.
"""


def write_lesson(folder: Path, text: str = LESSON, name: str = f"20-{NAME}.md") -> Path:
    """Write a lesson into a folder of lessons, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def fill_run(
    settings: Settings,
    run: Run,
    catalog: Catalog,
    accuracy: float = 0.95,
    val_accuracy: float = 0.7,
    wrong: tuple[str, ...] = (),
    epochs: int = 3,
) -> Run:
    """Give a finished run the data it learned from, its curve, its predictions and its scores.

    Args:
        settings: Where it is.
        run: The run.
        catalog: The data.
        accuracy: On the training images after each epoch.
        val_accuracy: On the validation images after each epoch.
        wrong: Paths of the images that it gets wrong.
        epochs: The length of its curve.
    """
    run.files.add_to_config(data=describe_data(catalog))
    numbers = range(1, epochs + 1)
    write_history(
        run.files.history, [Epoch(number, 2.0, accuracy, 0.1, val_accuracy, 0.6, 0.001) for number in numbers]
    )
    right = np.where(catalog.labels == 1, 0.97, 0.03)
    probabilities = np.where(np.isin(np.array(catalog.paths), wrong), 1 - right, right)
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("path", "label", "probability", "split"))
    writer.writerows(zip(catalog.paths, catalog.labels, probabilities, catalog.splits, strict=True))
    write_text(run.files.predictions, table.getvalue())
    rows = {split: catalog.indices(split) for split in SPLITS}
    scores = {split: score(catalog.labels[indices], probabilities[indices]) for split, indices in rows.items()}
    write_json(run.files.evaluation, scores)
    return open_run(settings, run.id)
