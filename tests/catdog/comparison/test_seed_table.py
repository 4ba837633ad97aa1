"""The table of scores with one row for runs that differ in their seed only."""

from dataclasses import replace

import pytest

from catdog.comparison import average_rows, build_table, group_by_seed, label_groups, label_runs
from catdog.runs import create_run, open_run
from catdog.training import TrainConfig
from catdog.training.recipes import make_config
from catdog.utils.files import write_json


@pytest.fixture
def make(settings):
    """Make a run with this seed, validation accuracy and state; None has not been scored."""

    def make(seed=1, share=0.7, state="done", model="model1", **config):
        run = create_run(settings, TrainConfig(model, "photos", seed=seed, **config))
        run.files.add_to_config(data={"fingerprint": "f"})
        run.files.write_status(replace(run.status, state=state, best_epoch=2 * seed, seconds=10.0 * seed))
        if share is not None:
            scores = {"validation": {"accuracy": share}, "test": {"accuracy": share, "photos": 192, "loss": 0.5}}
            write_json(run.files.evaluation, scores)
        return open_run(settings, run.id)

    return make


def average(*runs):
    names = label_runs(runs)
    return average_rows(runs, build_table(runs, names), names)


def test_seeds_become_one_row_with_mean_and_range(make):
    (row,) = average(make(1, 0.6), make(2, 0.8), make(3, 0.7))
    assert row["run"] == "model1, mean of 3 seeds"
    assert row["val_accuracy"] == pytest.approx(0.7)
    assert row["ranges"]["val_accuracy"] == (0.6, 0.8)
    assert (row["best_epoch"], row["ranges"]["best_epoch"]) == (4, (2, 6))
    assert (row["seconds"], row["ranges"]["seconds"]) == (20, (10, 30))
    assert (row["state"], row["parameters"]) == ("done", 16_821_250)


def test_a_mean_has_no_interval_which_is_of_a_single_model(make):
    (row,) = average(make(1), make(2))
    assert (row["test_low"], row["test_high"]) == (None, None)
    assert row["test_accuracy"] == pytest.approx(0.7)


def test_runs_without_a_score_are_left_out_of_its_mean(make):
    (row,) = average(make(1, 0.6), make(2, 0.8), make(3, None, "failed"))
    assert row["val_accuracy"] == pytest.approx(0.7)
    assert row["state"] == "2 done, 1 failed"
    (row,) = average(make(4, 0.6), make(5, None, "failed"))
    assert (row["val_accuracy"], "val_accuracy" in row["ranges"]) == (0.6, False)
    (row,) = average(make(6, None, "failed"), make(7, None, "failed"))
    assert row["val_accuracy"] is None


def test_a_run_without_twins_keeps_its_row(make):
    runs = [make(1), make(2, model="model2"), make(3, epochs=5)]
    names = label_runs(runs)
    assert average(*runs) == build_table(runs, names)


def test_groups_of_one_model_are_told_apart_by_their_recipe_and_else_by_an_id(make):
    steady = [make(seed, learning_rate=make_config("model1").learning_rate) for seed in (1, 2)]
    published = [make(seed) for seed in (1, 2)]
    runs = [*steady, *published, make(1, model="model2"), make(2, model="model2")]
    assert label_groups(group_by_seed(runs), label_runs(runs)) == [
        "model1, mean of 2 seeds (Steady)",
        "model1, mean of 2 seeds (As published)",
        "model2, mean of 2 seeds",
    ]
    longer = [make(seed, epochs=5) for seed in (1, 2)]
    titles = label_groups(group_by_seed([*published, *longer]), label_runs([*published, *longer]))
    assert titles == [f"model1, mean of 2 seeds (As published) ({group[0].id[-4:]})" for group in (published, longer)]
