"""Made runs on made data, without an image file: fast, and every number is chosen."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from catdog.datasets import SPLITS, TEST, TRAINING, VALIDATION, Catalog
from catdog.evaluation import score
from catdog.lessons.check_fields import parse_check
from catdog.lessons.checks import Workspace
from catdog.lessons.fields import Fields
from catdog.lessons.lesson import Task
from catdog.runs import create_run, open_run
from catdog.training.history import Epoch, best_epoch, write_history
from catdog.training.recipes import make_config, make_quick_config
from catdog.training.worker import describe_data
from catdog.utils.files import write_json, write_text

COUNTS = {TRAINING: 40, VALIDATION: 40, TEST: 20}


def make_catalog(root):
    """Return the catalog of 100 photos: 40 + 40 + 20, half of them cats."""
    rows = [
        (split, label, number) for split, count in COUNTS.items() for label in (0, 1) for number in range(count // 2)
    ]
    paths = tuple(f"{split}/{('cats', 'dogs')[label]}/{number}.jpg" for split, label, number in rows)
    labels = np.array([label for _, label, _ in rows], np.int64)
    splits = np.array([split for split, _, _ in rows])
    return Catalog("photos", root, ("cats", "dogs"), paths, labels, splits, "0123456789abcdef")


@pytest.fixture
def catalog(tmp_path):
    """The catalog of `make_catalog`."""
    return make_catalog(tmp_path)


def run_maker(settings, catalog):
    """Return a function that makes runs: make_run("model1", accuracy=0.99, epochs=20, wrong=("test/cats/0.jpg",))."""

    def make(
        model="model1",
        accuracy=0.99,
        val_accuracy=0.65,
        epochs=20,
        state="done",
        wrong=(),
        on=catalog,
        name="",
        quick=False,
        sure=0.97,
        curve=None,
        error="",
        **config,
    ):
        if quick:
            settings_of_run = make_quick_config(on.source)
        else:
            settings_of_run = make_config(model, source=on.source, epochs=epochs, **config)
        run = create_run(settings, settings_of_run, name)
        run.files.add_to_config(data=describe_data(on))
        values = curve or [val_accuracy] * epochs
        history = [
            Epoch(number, 2.0, accuracy, 1 - accuracy, value, 1 - value + 0.01, 0.001)
            for number, value in enumerate(values, 1)
        ]
        facts = {"state": state, "error": error, "epoch": len(history), "seconds": 2.0 * len(history)}
        if not quick:
            write_history(run.files.history, history)
            best = best_epoch(history)
            facts |= {"best_val_accuracy": best.val_accuracy, "best_epoch": best.epoch}
        if state == "done":
            is_wrong = np.isin(np.array(on.paths), wrong)
            right = np.where(on.labels == 1, sure, 1 - sure)
            probabilities = np.where(is_wrong, 1 - right, right)
            table = io.StringIO()
            writer = csv.writer(table, lineterminator="\n")
            writer.writerow(("path", "label", "probability", "split"))
            writer.writerows(zip(on.paths, on.labels, probabilities, on.splits, strict=True))
            write_text(run.files.predictions, table.getvalue())
            rows = {split: on.indices(split) for split in SPLITS}
            scores = {split: score(on.labels[indices], probabilities[indices]) for split, indices in rows.items()}
            write_json(run.files.evaluation, scores)
        run.files.write_status(replace(run.status, **facts))
        return open_run(settings, run.id)

    return make


@pytest.fixture
def make_run(settings, catalog):
    """Make a run of this test's own, as `run_maker` says."""
    return run_maker(settings, catalog)


@pytest.fixture
def workspace(settings, catalog):
    """A workspace of runs: workspace(run, …), the newest first."""
    return lambda *runs, on=catalog: Workspace(list(runs), on, settings)


def make_task(**check):
    """Return a task with a check as a lesson file would state it."""
    return Task("t", "T", "t", "b", "train", {}, parse_check(Fields(check, (), {})), ("a", "b"))
