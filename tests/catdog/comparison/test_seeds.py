"""Runs that differ in their seed only, averaged."""

import math
from dataclasses import replace

import pytest

from catdog.comparison import average_seeds
from catdog.runs import create_run, open_run
from catdog.training import TrainConfig


@pytest.fixture
def make(settings):
    """Make a finished run with this seed and other settings."""

    def make(seed=1, fingerprint="f1", model="model1", **config):
        run = create_run(settings, TrainConfig(model, "photos", seed=seed, **config))
        run.files.add_to_config(data={"fingerprint": fingerprint})
        run.files.write_status(replace(run.status, state="done"))
        return open_run(settings, run.id)

    return make


def history(*val_accuracy):
    """A history with these validation accuracies."""
    count = len(val_accuracy)
    constant = dict.fromkeys(("seconds", "accuracy", "loss", "val_loss", "learning_rate"), [0.5] * count)
    return {"epoch": list(range(1, count + 1)), **constant, "val_accuracy": list(val_accuracy)}


def test_only_the_seed_may_differ(make):
    runs = [make(1), make(2), make(1, epochs=5), make(1, "f2"), make(1, model="model2")]
    groups = average_seeds(runs, {run.id: history(0.5) for run in runs})
    assert [[run.id for run in group.runs] for group in groups] == [
        [runs[0].id, runs[1].id],
        [runs[2].id],
        [runs[3].id],
        [runs[4].id],
    ]


def test_quick_runs_are_no_seeds_of_each_other(make):
    quick = {"model": "model4", "epochs": 1, "quick": True, "flip": "none", "rotation": 0.0}
    runs = [make(1, **quick), make(2, **quick)]
    assert len(average_seeds(runs, {run.id: history(0.5) for run in runs})) == 2


def test_the_mean_and_the_band_are_those_of_each_epoch(make):
    runs = [make(1), make(2)]
    (group,) = average_seeds(runs, {runs[0].id: history(0.5, 0.6), runs[1].id: history(0.7, 0.9)})
    assert group.history["val_accuracy"] == pytest.approx([0.6, 0.75])
    assert group.low["val_accuracy"] == [0.5, 0.6]
    assert group.high["val_accuracy"] == [0.7, 0.9]
    assert group.history["epoch"] == [1, 2]


def test_the_mean_ends_where_the_first_of_the_runs_ends(make):
    runs = [make(1), make(2)]
    (group,) = average_seeds(runs, {runs[0].id: history(0.5, 0.6, 0.7), runs[1].id: history(0.7)})
    assert group.history["epoch"] == [1]


def test_a_run_that_has_not_begun_does_not_empty_the_others(make):
    runs = [make(1), make(2)]
    (group,) = average_seeds(runs, {runs[0].id: history(0.5, 0.6), runs[1].id: history()})
    assert group.history["val_accuracy"] == [0.5, 0.6]
    (empty,) = average_seeds(runs, {run.id: history() for run in runs})
    assert empty.history["epoch"] == []


def test_a_value_that_is_no_number_leaves_that_epoch_without_a_mean(make):
    runs = [make(1), make(2)]
    (group,) = average_seeds(runs, {runs[0].id: history(0.5, math.nan), runs[1].id: history(0.7, 0.9)})
    assert group.history["val_accuracy"][0] == pytest.approx(0.6)
    assert math.isnan(group.history["val_accuracy"][1])


def test_a_single_run_keeps_its_history_and_has_no_band(make):
    run = make(1)
    (group,) = average_seeds([run], {run.id: history(0.5)})
    assert group.history == history(0.5)
    assert group.low == group.high == {}
