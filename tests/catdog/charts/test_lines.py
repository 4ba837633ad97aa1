"""The star of the best epoch and the band of averaged runs."""

import math

from catdog.charts import MODEL_COLOURS, Series
from catdog.charts.lines import draw_seed_band, mark_best_epoch, mark_turn
from tests.catdog.charts.histories import HISTORY


def test_a_run_without_any_accuracy_has_no_star():
    assert mark_best_epoch(Series("run", "model1")) == []
    assert mark_best_epoch(Series("run", "model1", HISTORY | {"val_accuracy": [None, math.nan, math.inf]})) == []


def test_averaged_runs_have_a_band_from_the_lowest_to_the_highest():
    low, high = HISTORY | {"val_accuracy": [0.4, 0.5, 0.5]}, HISTORY | {"val_accuracy": [0.6, 0.8, 0.7]}
    (area,) = draw_seed_band(Series("mean", "model3", HISTORY, low=low, high=high), "accuracy")
    assert area["x"] == [1, 2, 3, 3, 2, 1]
    assert area["y"] == [0.6, 0.8, 0.7, 0.5, 0.5, 0.4]
    assert area["line"]["color"] == MODEL_COLOURS["model3"]
    assert area["hoverinfo"] == "skip"


def test_a_band_leaves_out_an_epoch_in_which_a_run_has_no_number():
    low, high = HISTORY | {"val_loss": [0.4, math.nan, 0.5]}, HISTORY | {"val_loss": [0.6, 0.8, 0.7]}
    (area,) = draw_seed_band(Series("mean", "model3", HISTORY, low=low, high=high), "loss")
    assert area["x"] == [1, 3, 3, 1]


def test_a_single_run_has_no_band():
    assert draw_seed_band(Series("run", "model3", HISTORY), "accuracy") == []


def test_the_turn_is_marked_on_accuracy_and_loss_only_where_there_is_one():
    columns = {"epoch": [1, 2, 3], "val_accuracy": [0.6, 0.7, 0.7], "val_loss": [0.6, 0.5, 0.9]}
    run = Series("<run>", "model1", columns | {"seconds": [10, 10, 10]}, turn=2)
    (mark,), (label,) = mark_turn(run, "loss")
    assert (mark["x"], mark["y"]) == ([2], [0.5])
    assert (label["x"], label["y"], label["text"]) == (2, 0.5, "overfits from epoch 2")
    assert mark_turn(run, "accuracy", "seconds")[0][0]["x"] == [20]
    assert "<run>" not in mark["hovertemplate"]
    for unmarked, metric in (
        (run, "gap"),
        (Series("run", "model1", columns), "loss"),
        (Series("run", "model1", columns, turn=9), "loss"),
        (Series("run", "model1", columns | {"val_loss": [0.6, None, 0.9]}, turn=2), "loss"),
    ):
        assert mark_turn(unmarked, metric) == ([], [])
