"""Learning curves in numbers."""

import math

import numpy as np
import pytest

from catdog.comparison.curve import Curve, accuracy_error, find_turn, is_falling, level, scatter

GUESSING = math.log(2)


def curve(val_loss, loss=None, val_accuracy=None):
    count = len(val_loss)
    loss = loss or [0.69 - 0.6 * index / count for index in range(count)]
    return Curve.read(
        {"accuracy": [0.7] * count, "loss": loss, "val_accuracy": val_accuracy or [0.65] * count, "val_loss": val_loss}
    )


def test_the_level_is_the_median_of_the_last_five_epochs():
    assert level([9.0, 9.0, 1.0, 2.0, 3.0, 4.0, 90.0]) == 3.0
    assert level([1.0, 2.0]) == 1.5


@pytest.mark.parametrize("bad", [math.nan, math.inf, None])
def test_a_curve_ends_before_the_first_value_that_is_no_number(bad):
    columns = {"epoch": [1, 2, 3], "accuracy": [0.5] * 3, "val_accuracy": [0.5] * 3, "val_loss": [0.7] * 3}
    read = Curve.read(columns | {"loss": [0.7, bad, 0.7]})
    assert (len(read), read.broke) == (1, 2)


def test_without_a_column_there_is_no_curve():
    assert len(Curve.read({})) == 0
    assert len(Curve.read({"accuracy": [0.5], "loss": [0.7], "val_accuracy": [0.5]})) == 0


def test_the_turn_is_where_validation_loss_is_lowest_before_it_rises():
    turn = find_turn(
        curve([0.68, 0.65, 0.61, 0.66, 0.75, 0.9, 1.1, 1.2], val_accuracy=[0.5, 0.6, 0.66] + [0.67] * 5), GUESSING
    )
    assert (turn.epoch, turn.lowest, turn.peak_epoch, turn.peak) == (3, 0.61, 8, 1.2)
    assert (turn.accuracy, turn.last_accuracy) == (0.66, 0.67)


@pytest.mark.parametrize(
    "val_loss",
    [
        [0.69, 0.66, 0.64, 0.62, 0.61, 0.60],  # falls to the end
        [0.69, 0.66, 0.64, 0.65, 0.64, 0.65],  # stays
        [0.69, 0.66, 0.64, 0.90, 0.63, 0.62, 0.61],  # jumps once
        [0.69, 0.30, 0.64, 0.65, 0.64, 0.63, 0.62],  # a single low epoch
        [0.6, 0.9, 1.2],  # too short to tell
    ],
)
def test_what_is_no_turn(val_loss):
    assert find_turn(curve(val_loss), GUESSING) is None


def test_where_training_loss_rises_too_nothing_turns():
    val_loss = [0.68, 0.65, 0.61, 0.66, 0.75, 0.9, 1.1, 1.2]
    assert find_turn(curve(val_loss, loss=val_loss), GUESSING) is None


def test_a_loss_falls_only_if_its_scatter_does_not_explain_it():
    assert is_falling([1.0, 0.9, 0.8, 0.7, 0.6])
    assert not is_falling([0.7, 0.6, 0.8, 0.6, 0.7, 0.65])
    assert not is_falling([0.5, 0.4995, 0.499, 0.4985], least=0.02)
    assert is_falling([0.8, 0.7])
    assert not is_falling([0.8])


def test_scatter_estimates_the_standard_deviation_around_a_trend():
    rng = np.random.default_rng(0)
    values = np.linspace(0, 1, 4000) + rng.normal(0, 0.03, 4000)
    assert scatter(values.tolist()) == pytest.approx(0.03, rel=0.1)
    assert scatter([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]) == pytest.approx(0, abs=1e-9)
    assert scatter([0.5, 0.6]) == 0.0


def test_the_standard_error_of_an_accuracy():
    assert accuracy_error(0.5, 100) == pytest.approx(0.05)
    assert accuracy_error(0.5, None) == 0.0
