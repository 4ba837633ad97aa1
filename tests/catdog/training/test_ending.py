"""A training ends early, and keeps an epoch, by what its finished epochs say and nothing else."""

import pytest

from catdog.training import TrainConfig
from catdog.training.ending import ended_early, is_over, kept_of
from catdog.training.history import Epoch


def epochs_of(*accuracies: float) -> list[Epoch]:
    """Finished epochs with these validation accuracies."""
    return [Epoch(number, 1.0, 0.5, 0.7, accuracy, 0.7) for number, accuracy in enumerate(accuracies, 1)]


def test_without_patience_a_training_never_ends_early() -> None:
    config = TrainConfig("model1", epochs=20)
    assert ended_early(config, epochs_of(*[0.5] * 19)) == ""
    assert not is_over(config, epochs_of(*[0.5] * 19))
    assert is_over(config, epochs_of(*[0.5] * 20))


@pytest.mark.parametrize(
    ("patience", "accuracies", "early"),
    [
        (3, (), False),
        (1, (0.5,), False),
        (1, (0.5, 0.6), False),
        (1, (0.5, 0.5), True),
        (3, (0.5, 0.6, 0.55, 0.59), False),
        (3, (0.5, 0.6, 0.55, 0.59, 0.58), True),
        (3, (0.5, 0.6, 0.55, 0.6, 0.58), True),
        (3, (0.5, 0.6, 0.55, 0.59, 0.61, 0.6), False),
    ],
)
def test_it_ends_once_so_many_epochs_have_followed_the_best(patience: int, accuracies: tuple, early: bool) -> None:
    config = TrainConfig("model1", epochs=20, patience=patience)
    assert bool(ended_early(config, epochs_of(*accuracies))) is early
    assert is_over(config, epochs_of(*accuracies)) is early


def test_it_says_after_which_epoch_and_why() -> None:
    nine = epochs_of(0.5, 0.5, 0.5, 0.5, 0.5, 0.6, 0.5, 0.5, 0.5)
    assert ended_early(TrainConfig("model1", patience=3), nine) == (
        "ended early after epoch 9: no better validation accuracy for 3 epochs"
    )
    assert ended_early(TrainConfig("model1", patience=1), epochs_of(0.5, 0.5)).endswith("for one epoch")


def test_a_training_that_did_all_its_epochs_did_not_end_early() -> None:
    config = TrainConfig("model1", epochs=4, patience=3)
    assert ended_early(config, epochs_of(0.6, 0.5, 0.5, 0.5)) == ""
    assert is_over(config, epochs_of(0.6, 0.5, 0.5, 0.5))


def test_the_kept_epoch_is_the_first_best_or_the_last_one() -> None:
    epochs = epochs_of(0.5, 0.8, 0.7, 0.8, 0.6)
    assert kept_of(TrainConfig("model1"), epochs) is epochs[1]
    assert kept_of(TrainConfig("model1", restore_best=False), epochs) is epochs[4]
    assert kept_of(TrainConfig("model1", restore_best=False), []) is kept_of(TrainConfig("model1"), []) is None
