"""The star of the best epoch and the band of averaged runs."""

import math

from catdog.charts import MODEL_COLOURS, Series
from catdog.charts.lines import draw_seed_band, mark_best_epoch
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
