"""The table of scores: what each cell holds, and which are the best."""

import json
from dataclasses import replace

import pytest

from catdog.comparison import build_table, find_best_cells
from catdog.evaluation import accuracy_interval
from catdog.runs import create_run, open_run
from catdog.training import TrainConfig
from catdog.training.history import Epoch, write_history
from catdog.training.recipes import make_quick_config
from catdog.utils.files import write_json


@pytest.fixture
def make(settings):
    """Make a run of model4 on the photos with this evaluation and history."""

    def make(evaluation=None, epochs=(), details=None, config=None, **status):
        run = create_run(settings, config or TrainConfig("model4"))
        write_history(run.files.history, [Epoch(n, 2.0, 0.5, 0.7, value, 0.6) for n, value in enumerate(epochs, 1)])
        if evaluation is not None:
            write_json(run.files.evaluation, evaluation)
        run.files.add_to_config(**details or {})
        run.files.write_status(replace(run.status, state="done", **status))
        return open_run(settings, run.id)

    return make


def row_of(run):
    """The run's row."""
    return build_table([run], {run.id: "run"})[0]


def test_own_and_published_scores_stand_side_by_side(make):
    details = {"data": {"baseline": 0.5}}
    scores = {"validation": {"accuracy": 0.955}, "test": {"accuracy": 0.95}}
    run = make(scores, (), details, best_val_accuracy=0.96, best_epoch=7, seconds=40.0)
    (row,) = build_table([run], {run.id: "mine"})
    assert row["run"] == "mine"
    assert (row["val_accuracy"], row["test_accuracy"]) == (0.955, 0.95)
    assert (row["best_val_accuracy"], row["best_epoch"]) == (0.96, 7)
    assert (row["published_val_accuracy"], row["published_test_accuracy"]) == (0.97, 0.9896)
    assert (row["parameters"], row["baseline"], row["seconds"]) == (2_259_265, 0.5, 40.0)


def test_a_quick_run_has_no_epochs_and_no_published_scores(make):
    scores = {"validation": {"accuracy": 0.955}, "test": {"accuracy": 0.95}}
    status = {"best_val_accuracy": 0.955, "best_epoch": 1, "seconds": 2.0}
    row = row_of(make(scores, (0.955,), config=make_quick_config(), **status))
    assert (row["variant"], row["val_accuracy"], row["seconds"], row["epochs"]) == ("model4 quick", 0.955, 2.0, 0)
    published = ("published_val_accuracy", "published_test_accuracy", "published_test_loss")
    of_epochs = ("best_val_accuracy", "best_epoch", "last_val_accuracy", "seconds_an_epoch")
    assert [row[name] for name in (*published, *of_epochs)] == [None] * 7


def test_the_test_accuracy_has_its_interval_and_loss(make):
    row = row_of(make({"test": {"accuracy": 0.96875, "loss": 0.1, "photos": 192}}))
    assert (row["test_low"], row["test_high"]) == accuracy_interval(186, 192)
    assert (row["test_accuracy"], row["test_loss"], row["test_photos"]) == (0.96875, 0.1, 192)


def test_the_row_has_validation_time_memory_and_file_size(make, settings):
    run = make(epochs=(0.9, 0.97, 0.95), details={"memory": 1_300_000_000}, best_val_accuracy=0.97, seconds=6.0)
    run.files.model.write_bytes(b"x" * 1000)
    row = row_of(run)
    assert (row["best_val_accuracy"], row["last_val_accuracy"]) == (0.97, 0.95)
    assert (row["seconds_an_epoch"], row["memory_bytes"], row["file_bytes"]) == (2.0, 1_300_000_000, 1000)
    assert (row["parameters"], row["trainable_parameters"]) == (2_259_265, 1_281)


def test_feature_extraction_counts_in_the_total_time_only(make):
    row = row_of(make(epochs=(0.9, 0.97), seconds=6.0, prepared=30.0))
    assert (row["seconds"], row["seconds_an_epoch"]) == (36.0, 3.0)


@pytest.mark.parametrize(
    "evaluation",
    [
        {},
        {"test": None},
        {"test": []},
        {"test": {"accuracy": "high", "photos": "many"}},
        {"test": {"accuracy": None, "photos": 0}},
        {"test": {"accuracy": True}},
    ],
)
def test_a_damaged_evaluation_gives_empty_cells(make, evaluation):
    row = row_of(make(evaluation))
    assert row["test_accuracy"] is row["test_low"] is row["test_high"] is row["test_loss"] is None


def test_scores_that_are_no_numbers_give_empty_cells(make, settings):
    run = make()
    run.files.evaluation.write_text(json.dumps({"test": {"accuracy": float("nan"), "loss": float("inf"), "photos": 9}}))
    row = row_of(open_run(settings, run.id))
    assert row["test_accuracy"] is row["test_loss"] is row["test_low"] is None


def test_a_run_without_files_has_an_empty_row(make):
    row = row_of(make())
    empty = (
        "val_accuracy",
        "best_val_accuracy",
        "last_val_accuracy",
        "test_accuracy",
        "file_bytes",
        "memory_bytes",
        "baseline",
    )
    assert [row[name] for name in empty] == [None] * len(empty)
    assert row["seconds_an_epoch"] is None


def test_the_best_cell_is_the_highest_validation_accuracy_and_the_lowest_cost():
    rows = [
        {"val_accuracy": 0.6, "file_bytes": 50, "seconds": 90.0, "memory_bytes": None},
        {"val_accuracy": 0.9, "file_bytes": 20, "seconds": 200.0, "memory_bytes": 5},
    ]
    assert find_best_cells(rows) == {(1, "val_accuracy"), (1, "file_bytes"), (0, "seconds")}


def test_no_test_score_is_marked_since_a_run_is_not_to_be_chosen_by_it():
    rows = [{"test_accuracy": 0.6, "test_loss": 0.5}, {"test_accuracy": 0.9, "test_loss": 0.2}]
    assert find_best_cells(rows) == set()


def test_equals_are_all_best_and_a_single_or_uniform_column_has_none():
    rows = [{"val_accuracy": value, "seconds": 3.0} for value in (0.9, 0.9, 0.5, None)]
    assert find_best_cells(rows) == {(0, "val_accuracy"), (1, "val_accuracy")}
    assert find_best_cells(rows[:1]) == find_best_cells([]) == set()
