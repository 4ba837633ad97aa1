"""The sentence on overfitting."""

import pytest

from catdog.comparison import describe_overfitting


@pytest.mark.parametrize(
    ("training", "validation", "words"),
    [
        (0.99, 0.64, "35 points apart: it overfits"),
        (0.70, 0.62, "begins to overfit"),
        (0.67, 0.66, ", 1 point apart: no overfitting, since"),
        (0.91, 0.97, "dropout and augmentation"),
        (0.51, 0.50, "hardly better than guessing (50.0 %)"),
    ],
)
def test_the_gap_at_the_last_epoch_is_judged_in_words(training, validation, words):
    assert words in describe_overfitting({"accuracy": [0.1, training], "val_accuracy": [0.9, validation]}, 0.5)


def test_without_a_whole_epoch_nothing_is_judged():
    assert describe_overfitting({}) == ""
    assert describe_overfitting({"accuracy": [], "val_accuracy": []}) == ""
    assert describe_overfitting({"accuracy": [0.5], "val_accuracy": [float("nan")]}) == ""
