"""Learning rate, end and kept epoch follow from the settings and the finished epochs alone."""

import pytest

from catdog.training.history import Epoch
from catdog.training.schedule import ended_early, is_over, kept_epoch, learning_rate


def epochs_of(*losses: float) -> list[Epoch]:
    """Finished epochs with these validation losses."""
    return [Epoch(number, 1.0, 0.5, 0.7, 0.5, loss) for number, loss in enumerate(losses, 1)]


def rates(schedule: str, *losses: float) -> list[float]:
    """The learning rates of all epochs up to the one after the last of these losses."""
    max_epochs = len(losses) or 1
    return [learning_rate(schedule, 0.01, max_epochs, epochs_of(*losses[:number])) for number in range(len(losses) + 1)]


def test_the_notebooks_learning_rate_never_changes() -> None:
    assert rates("constant", 0.7, 0.7, 0.7, 0.7, 0.7, 0.9) == [0.01] * 7


def test_a_cosine_goes_from_the_learning_rate_to_0_at_the_end() -> None:
    assert rates("cosine", 0.7, 0.7, 0.7, 0.7) == pytest.approx([0.01, 0.00853553, 0.005, 0.00146447, 0.0], abs=1e-8)
    assert min(rates("cosine", 0.7, 0.7, 0.7)[:-1]) > 0


@pytest.mark.parametrize(
    "losses",
    [
        (0.7, 0.6, 0.5, 0.4, 0.3, 0.2),
        (0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7),
        (0.7, 0.71, 0.72, 0.69, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.6),
        (0.7, 0.69995, 0.6999, 0.69985, 0.6998),
        (0.7, float("nan"), float("nan"), float("nan"), 0.5, 0.6, 0.6, 0.6),
    ],
)
def test_a_plateau_is_found_where_kerass_own_callback_finds_it(losses: tuple[float, ...]) -> None:
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(0.01), loss="mse")
    callback = keras.callbacks.ReduceLROnPlateau(patience=3)
    callback.set_model(model)
    callback.on_train_begin()
    expected = [0.01]
    for number, loss in enumerate(losses):
        callback.on_epoch_end(number, {"val_loss": loss})
        expected.append(float(model.optimizer.learning_rate))
    assert rates("plateau", *losses) == pytest.approx(expected)


def scored_epochs(*accuracies: float) -> list[Epoch]:
    """Finished epochs with these validation accuracies."""
    return [Epoch(number, 1.0, 0.5, 0.7, accuracy, 0.7) for number, accuracy in enumerate(accuracies, 1)]


def test_without_patience_a_training_never_ends_early() -> None:
    assert ended_early(20, 0, scored_epochs(*[0.5] * 19)) == ""
    assert not is_over(20, 0, scored_epochs(*[0.5] * 19))
    assert is_over(20, 0, scored_epochs(*[0.5] * 20))


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
    assert bool(ended_early(20, patience, scored_epochs(*accuracies))) is early
    assert is_over(20, patience, scored_epochs(*accuracies)) is early


def test_it_says_after_which_epoch_and_why() -> None:
    nine = scored_epochs(0.5, 0.5, 0.5, 0.5, 0.5, 0.6, 0.5, 0.5, 0.5)
    assert ended_early(20, 3, nine) == ("ended early after epoch 9: no better validation accuracy for 3 epochs")
    assert ended_early(20, 1, scored_epochs(0.5, 0.5)).endswith("for one epoch")


def test_a_training_that_did_all_its_epochs_did_not_end_early() -> None:
    assert ended_early(4, 3, scored_epochs(0.6, 0.5, 0.5, 0.5)) == ""
    assert is_over(4, 3, scored_epochs(0.6, 0.5, 0.5, 0.5))


def test_the_kept_epoch_is_the_first_best_or_the_last_one() -> None:
    epochs = scored_epochs(0.5, 0.8, 0.7, 0.8, 0.6)
    assert kept_epoch(True, epochs) is epochs[1]
    assert kept_epoch(False, epochs) is epochs[4]
    assert kept_epoch(False, []) is kept_epoch(True, []) is None
