"""The learning rate of each epoch follows from the settings and the finished epochs alone."""

import pytest

from catdog.training import TrainConfig
from catdog.training.history import Epoch
from catdog.training.schedule import learning_rate


def epochs_of(*losses: float) -> list[Epoch]:
    """Finished epochs with these validation losses."""
    return [Epoch(number, 1.0, 0.5, 0.7, 0.5, loss) for number, loss in enumerate(losses, 1)]


def rates(schedule: str, *losses: float) -> list[float]:
    """The learning rates of all epochs up to the one after the last of these losses."""
    config = TrainConfig("model1", epochs=len(losses) or 1, learning_rate=0.01, schedule=schedule)
    return [learning_rate(config, epochs_of(*losses[:number])) for number in range(len(losses) + 1)]


def test_the_notebooks_learning_rate_never_changes() -> None:
    assert rates("constant", 0.7, 0.7, 0.7, 0.7, 0.7, 0.9) == [0.01] * 7


def test_a_cosine_begins_at_the_learning_rate_and_would_be_0_after_the_last_epoch() -> None:
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
