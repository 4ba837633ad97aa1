"""What learning curves are drawn from: the gap, smoothing, time and goals."""

import math

import pytest

from catdog.charts import Series, list_goals
from catdog.charts.series import get_curve, smooth
from tests.catdog.charts.histories import HISTORY


def test_goals_are_those_of_the_models_and_the_counted_baseline():
    assert [goal.value for goal in list_goals(["model4", "model1"], 0.6)] == [0.52, 0.6, 0.95]
    assert [goal.value for goal in list_goals(["model1"], None)] == [0.50, 0.52]
    assert [goal.label for goal in list_goals([], 0.6)] == ["baseline 60%"]


def test_the_gap_has_no_value_where_either_accuracy_has_none():
    history = HISTORY | {"accuracy": [0.5, math.nan, 0.9], "val_accuracy": [0.5, 0.6, None]}
    assert get_curve(history, "gap", True) == [0.0, None, None]


def test_a_smoothed_curve_keeps_its_first_value_and_skips_gaps():
    assert smooth([0.4, 0.4, 0.4], 0.9) == pytest.approx([0.4, 0.4, 0.4])
    assert smooth([1.0, None, 0.0], 0.5) == [1.0, None, pytest.approx(1 / 3)]
    assert smooth([], 0.5) == []


def test_epochs_without_seconds_count_as_taking_none():
    assert Series("run", "model1", HISTORY | {"seconds": [None, math.nan, 2.0]}).positions("seconds") == [0.0, 0.0, 2.0]
