"""The diagnosis of learning curves, rule by rule; tests/catdog/comparison/test_planted_faults.py holds it to runs."""

import math

import pytest

from catdog.comparison import Conditions, Verdict, diagnose
from catdog.training import TrainConfig

RISING = [0.70, 0.66, 0.63, 0.65, 0.80, 1.00, 1.20, 1.40, 1.60, 1.80]


def spread(first, last, count=10):
    return [first + (last - first) * index / (count - 1) for index in range(count)]


def judge(accuracy, loss, val_accuracy, val_loss, validation=808, **config):
    history = {"accuracy": accuracy, "loss": loss, "val_accuracy": val_accuracy, "val_loss": val_loss}
    settings = TrainConfig(**({"model": "model3", "learning_rate": 0.0003, "epochs": len(loss) or 1} | config))
    return diagnose(history, Conditions(settings, 0.0003, 2000, validation))


def guess(count=10):
    return [0.5] * count, [0.693] * count, [0.5, 0.51] * (count // 2), [0.6932, 0.6931] * (count // 2)


def test_before_the_first_epoch_there_is_nothing_to_say():
    assert judge([], [], [], []) is None
    assert diagnose({}, Conditions(TrainConfig("model1"), 0.0003)) is None


def test_overfitting_names_the_epoch_in_which_the_validation_loss_turned():
    diagnosis = judge(spread(0.6, 0.99), spread(0.69, 0.02), [0.55, 0.62] + [0.66] * 8, RISING, model="model1")
    assert diagnosis.title == "Overfits since epoch 3"
    assert diagnosis.turn == 3
    assert "Validation loss has been rising since epoch 3" in diagnosis.seen
    assert diagnosis.remedy.changes["flip"] == "horizontal"


def test_a_wide_gap_is_overfitting_even_where_the_validation_loss_stays():
    diagnosis = judge(spread(0.6, 0.99), spread(0.69, 0.02), [0.66] * 10, [0.65, 0.64] * 5)
    assert diagnosis.verdict == Verdict.OVERFITS
    assert diagnosis.title == "Overfits"
    assert "a gap of" in diagnosis.seen


def test_a_run_that_guesses_has_not_learned():
    diagnosis = judge(*guess())
    assert diagnosis.verdict == Verdict.NOT_LEARNED
    assert "no better than guessing (50.0%) as far as 808 images can show" in diagnosis.seen


def test_what_few_photos_show_is_no_learning_that_many_photos_would_show():
    curves = ([0.55] * 10, [0.66] * 10, [0.56] * 10, [0.68] * 10)
    assert judge(*curves, validation=60).verdict == Verdict.NOT_LEARNED
    assert judge(*curves, validation=5000).verdict == Verdict.UNDERFITS


def test_memorizing_without_learning_asks_for_a_look_at_the_labels():
    diagnosis = judge(spread(0.5, 0.95), spread(0.69, 0.2), [0.5] * 10, spread(0.69, 2.0), model="model1")
    assert diagnosis.verdict == Verdict.NOT_LEARNED
    assert "while training accuracy is" in diagnosis.seen
    assert "labelled correctly" in diagnosis.advice


def test_a_high_rate_is_blamed_only_where_the_curve_is_that_of_guessing():
    high = judge(*guess(), learning_rate=0.01)
    assert high.title == "Learning rate probably too high"
    assert high.remedy.changes == {"learning_rate": 0.0003}
    healthy = judge([0.9] * 10, [0.25] * 10, [0.88] * 10, [0.3] * 10, learning_rate=0.01)
    assert healthy.verdict == Verdict.FITS


def test_a_low_rate_is_blamed_only_where_the_run_has_not_got_far():
    low = judge(spread(0.5, 0.55), spread(0.70, 0.68), spread(0.5, 0.56), spread(0.70, 0.69), learning_rate=3e-6)
    assert low.title == "Learning rate probably too low"
    assert low.remedy.changes == {"learning_rate": 0.0003}
    assert judge([0.9] * 10, [0.25] * 10, [0.88] * 10, [0.3] * 10, learning_rate=3e-6).verdict == Verdict.FITS


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_no_number_has_diverged(bad):
    diagnosis = judge([0.5, 0.5], [0.7, bad], [0.5, 0.5], [0.7, 0.7], learning_rate=0.3)
    assert diagnosis.verdict == Verdict.DIVERGED
    assert "in epoch 2" in diagnosis.seen
    assert diagnosis.remedy.changes == {"learning_rate": 0.0003}


def test_a_training_that_broke_off_in_its_first_epoch_has_diverged():
    diagnosis = diagnose({}, Conditions(TrainConfig("model1", learning_rate=1.0), 0.0003, broke=True))
    assert diagnosis.verdict == Verdict.DIVERGED
    assert "in epoch 1" in diagnosis.seen


def test_a_loss_that_stays_far_above_guessing_has_diverged_but_not_that_of_a_first_epoch():
    assert judge([0.5] * 10, [900.0, 950.0] * 5, [0.5] * 10, [800.0] * 10).verdict == Verdict.DIVERGED
    first = judge([0.5, 0.7, *[0.9] * 8], [50.0, 4.0, *[0.3] * 8], [0.5, 0.6, *[0.88] * 8], [8.0, 1.0, *[0.3] * 8])
    assert first.verdict == Verdict.FITS


def test_a_jumping_validation_is_unstable():
    diagnosis = judge([0.8] * 10, [0.4] * 10, [0.8, 0.6] * 5, [0.4, 1.2] * 5)
    assert diagnosis.verdict == Verdict.UNSTABLE
    assert diagnosis.remedy.changes == {"schedule": "cosine"}
    assert judge([0.8] * 10, [0.4] * 10, [0.8, 0.6] * 5, [0.4, 1.2] * 5, batch_size=2).remedy.changes == {
        "batch_size": 32
    }


def test_answers_that_tip_over_while_the_loss_falls_smoothly_are_not_unstable():
    accuracies = [0.53, 0.6, 0.66, 0.7, 0.65, 0.85, 0.87, 0.74]
    diagnosis = judge(spread(0.5, 0.77, 8), spread(0.7, 0.5, 8), accuracies, spread(0.7, 0.43, 8), validation=200)
    assert diagnosis.verdict == Verdict.IMPROVING


def test_too_few_epochs_still_improve():
    diagnosis = judge(spread(0.5, 0.62, 4), spread(0.69, 0.64, 4), spread(0.52, 0.63, 4), spread(0.69, 0.62, 4))
    assert diagnosis.verdict == Verdict.IMPROVING
    assert diagnosis.remedy.changes == {"epochs": 8}


def test_underfitting_that_stands_still():
    diagnosis = judge([0.62] * 10, [0.65] * 10, [0.64] * 10, [0.64, 0.641] * 5)
    assert diagnosis.verdict == Verdict.UNDERFITS
    assert diagnosis.remedy.changes == {"rotation": 0.125}


def test_a_run_that_fits_needs_no_remedy():
    diagnosis = judge([0.9] * 10, [0.26] * 10, [0.95] * 10, [0.15] * 10)
    assert diagnosis.verdict == Verdict.FITS
    assert diagnosis.remedy is None


def test_unbalanced_classes_have_another_guess():
    history = {
        name: [value] * 10
        for name, value in (("accuracy", 0.8), ("loss", 0.5), ("val_accuracy", 0.8), ("val_loss", 0.5))
    }
    conditions = Conditions(TrainConfig("model3"), 0.001, 1000, 500, guess=0.8, guess_loss=0.5004)
    assert diagnose(history, conditions).verdict == Verdict.NOT_LEARNED
