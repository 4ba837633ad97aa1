"""As epochs end: wherever the process is killed, model.keras is, once resumed at the latest, that of the epoch to keep.

Keras's fit is replaced: each epoch sets every weight to the epoch's number, and its scores are given.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from catdog.augmentation.config import Augmentation
from catdog.datasets import Dataset, open_dataset
from catdog.settings import Settings
from catdog.training import RunFolder, TrainConfig, loop
from catdog.training.history import Epoch, read_history, write_history
from catdog.training.reporter import Reporter
from catdog.training.schedule import learning_rate
from catdog.training.tensorboard import read_points
from catdog.utils.files import write_json

SCORES = (0.5, 0.8000001, 0.7, 0.8000001, 0.9)  # more digits than history.csv keeps


class KilledError(BaseException):
    """Stands for the end of the process."""


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory, picture_folder: Path) -> Dataset:
    home = tmp_path_factory.mktemp("fit")
    return open_dataset(Settings(home=home, photos_url="file:///nowhere"), str(picture_folder))


@pytest.fixture
def seen() -> list[list[float]]:
    """For each epoch that was trained, the mean brightness of its pictures in the order in which they came."""
    return []


@pytest.fixture
def rates() -> list[float]:
    """For each epoch that was trained, the optimizer's learning rate."""
    return []


@pytest.fixture
def train(
    settings: Settings,
    dataset: Dataset,
    seen: list[list[float]],
    rates: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Reporter]:
    """Train a folder up to some epoch."""
    import keras

    def small_network(name: str, weights: None, augmentation: Augmentation, seed: int) -> keras.Model:
        pictures = keras.Input((160, 160, 3))
        features = keras.layers.GlobalAveragePooling2D()(pictures)
        return keras.Model(pictures, keras.layers.Dense(1, activation="sigmoid")(features))

    def steps(model, train, epochs: int, initial_epoch: int, callbacks: list, **_: object) -> None:
        (callback,) = callbacks
        model.stop_training = False
        for epoch in range(initial_epoch, epochs):
            if model.stop_training:
                break
            callback.on_epoch_begin(epoch, {})
            rates.append(float(model.optimizer.learning_rate))
            seen.append([float(picture.mean()) for batch, _ in train.as_numpy_iterator() for picture in batch])
            model.set_weights([np.full_like(weight, epoch + 1) for weight in model.get_weights()])
            score = SCORES[epoch]
            callback.on_epoch_end(epoch, {"accuracy": 0.6, "loss": 0.6, "val_accuracy": score, "val_loss": 1 / 3})

    monkeypatch.setattr(loop, "build_model", small_network)
    monkeypatch.setattr(keras.Model, "fit", steps)

    def run(folder: RunFolder, epochs: int, **values: object) -> Reporter:
        # not flipped and turned, so that a picture is known by its brightness
        config = TrainConfig("model3", epochs=epochs, flip="none", rotation=0.0, **values)
        reporter = Reporter(folder, epochs)
        write_json(folder.config, {"config": config.to_dict()})
        loop.fit(folder, config, dataset, reporter, settings)
        return reporter

    return run


def kept(folder: RunFolder) -> int:
    """The epoch whose model is kept."""
    import keras

    (epoch,) = {float(value) for weight in keras.saving.load_model(folder.model).get_weights() for value in weight.flat}
    return int(epoch)


@pytest.mark.parametrize(("epochs", "best"), [(1, 1), (2, 2), (3, 2), (4, 2), (5, 5)])
def test_the_model_of_the_first_best_epoch_is_kept(tmp_path: Path, train: Callable, epochs: int, best: int) -> None:
    folder = RunFolder(tmp_path)
    status = train(folder, epochs).status
    assert kept(folder) == best
    assert [epoch.epoch for epoch in read_history(folder.history)] == list(range(1, epochs + 1))
    assert (status.best_epoch, status.best_val_accuracy) == (best, pytest.approx(SCORES[best - 1]))


def test_pictures_come_in_another_order_in_each_epoch_and_after_resuming_in_the_same(
    tmp_path: Path, train: Callable, seen: list[list[float]]
) -> None:
    train(RunFolder(tmp_path / "straight"), 4)
    straight, seen[:] = seen[:], []
    train(RunFolder(tmp_path / "resumed"), 2)
    train(RunFolder(tmp_path / "resumed"), 4)
    assert seen == straight
    assert len({tuple(order) for order in straight}) == 4
    assert all(sorted(order) == sorted(straight[0]) for order in straight)
    seen.clear()
    train(RunFolder(tmp_path / "other"), 1, seed=2)
    assert seen[0] != straight[0]


def test_only_the_chosen_share_of_the_training_pictures_is_used(
    tmp_path: Path, train: Callable, seen: list[list[float]]
) -> None:
    train(RunFolder(tmp_path / "all"), 1)
    train(RunFolder(tmp_path / "half"), 2, fraction=0.5)
    everything, first, second = seen
    assert (len(everything), len(first)) == (24, 12)
    assert set(first) == set(second) < set(everything)


def test_an_equal_epoch_after_resuming_does_not_replace_the_first_best(tmp_path: Path, train: Callable) -> None:
    folder = RunFolder(tmp_path)
    train(folder, 3)
    assert train(folder, 4).status.best_epoch == kept(folder) == 2


@pytest.mark.parametrize("epochs", [1, 2, 3, 4])
def test_without_the_best_epoch_the_last_finished_one_is_kept(tmp_path: Path, train: Callable, epochs: int) -> None:
    folder = RunFolder(tmp_path)
    assert train(folder, epochs, restore_best=False).status.best_epoch == min(epochs, 2)
    assert kept(folder) == epochs


def test_training_ends_once_so_many_epochs_were_no_better(tmp_path: Path, train: Callable) -> None:
    folder = RunFolder(tmp_path)
    assert train(folder, 5, patience=2).status.best_epoch == kept(folder) == 2
    assert [epoch.epoch for epoch in read_history(folder.history)] == [1, 2, 3, 4]


def test_a_training_that_ended_early_does_not_go_on_after_resuming(
    tmp_path: Path, train: Callable, seen: list[list[float]]
) -> None:
    folder = RunFolder(tmp_path)
    train(folder, 3)
    train(folder, 5, patience=2)
    assert len(seen) == 4
    history = read_history(folder.history)
    write_history(folder.history, history[:3])  # as if it was killed between checkpoint and history
    assert train(folder, 5, patience=2).status.best_epoch == 2
    assert len(seen) == 4
    assert read_history(folder.history) == history


@pytest.mark.parametrize("schedule", ["constant", "cosine", "plateau"])
def test_a_resumed_run_has_the_learning_rates_of_one_that_was_never_stopped(
    tmp_path: Path, train: Callable, rates: list[float], schedule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = TrainConfig("model3", epochs=5, schedule=schedule)
    train(RunFolder(tmp_path / "straight"), 5, schedule=schedule)
    straight, rates[:] = rates[:], []
    history = read_history(tmp_path / "straight" / "history.csv")
    assert [epoch.learning_rate for epoch in history] == pytest.approx(straight, rel=1e-5)
    assert straight == pytest.approx(
        [learning_rate(config.schedule, config.learning_rate, config.epochs, history[:number]) for number in range(5)]
    )
    assert len(set(straight)) == {"constant": 1, "cosine": 5, "plateau": 2}[schedule]

    folder, real = RunFolder(tmp_path / "resumed"), loop.save_checkpoint

    def killed(target: RunFolder, model, epochs: list[Epoch]) -> None:
        real(target, model, epochs)
        if len(epochs) in (2, 4):
            raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(loop, "save_checkpoint", killed)
        for _ in range(2):
            with pytest.raises(KilledError):
                train(folder, 5, schedule=schedule)
    train(folder, 5, schedule=schedule)
    assert rates == straight
    assert [epoch.learning_rate for epoch in read_history(folder.history)] == [e.learning_rate for e in history]


@pytest.mark.parametrize("call", ["save_checkpoint", "save_best", "write_history"])
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("restore_best", [True, False])
def test_a_kill_at_any_step_of_an_epochs_end_loses_that_epoch_at_most(
    tmp_path: Path, train: Callable, monkeypatch: pytest.MonkeyPatch, call: str, moment: str, restore_best: bool
) -> None:
    folder = RunFolder(tmp_path)
    train(folder, 4, restore_best=restore_best)
    assert kept(folder) == (2 if restore_best else 4)
    history = read_history(folder.history)
    real = getattr(loop, call)

    def killed(target: RunFolder | Path, *values: object) -> None:
        if call == "write_history" and len(values[0]) == 4:
            return real(target, *values)  # as resuming does, before the fifth epoch, which is the best
        if moment == "after":
            real(target, *values)
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(loop, call, killed)
        with pytest.raises(KilledError):
            train(folder, 5, restore_best=restore_best)
    assert read_history(folder.history)[:4] == history
    assert len(read_history(folder.checkpoint / "history.csv")) >= 4
    train(folder, 5, restore_best=restore_best)
    assert kept(folder) == 5
    assert [epoch.epoch for epoch in read_history(folder.history)] == [1, 2, 3, 4, 5]
    assert read_history(folder.history)[:4] == history
    assert {number for _, number in read_points(folder.tensorboard / "validation")} == {1, 2, 3, 4, 5}
