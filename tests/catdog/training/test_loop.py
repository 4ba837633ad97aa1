"""As epochs end: wherever the process is killed, model.keras is, once resumed at the latest, that of the epoch to keep.

Keras's fit is replaced: each epoch sets every weight to the epoch's number, and its scores are given.
"""

import io
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
import pytest

from catdog.augmentation.config import Augmentation
from catdog.datasets import Dataset, open_dataset
from catdog.settings import Settings
from catdog.training import RunFolder, TrainConfig, loop, material
from catdog.training.batches import make_batches
from catdog.training.history import Epoch, read_history, write_history
from catdog.training.reporter import Reporter
from catdog.training.schedule import learning_rate
from catdog.training.tensorboard import read_points
from catdog.utils.files import write_json

SCORES = (0.5, 0.8000001, 0.7, 0.8000001, 0.9)  # more digits than history.csv keeps


class KilledError(BaseException):
    """Stands for the end of the process."""


class Trainer:
    """Trains a folder up to some epoch.

    Attributes:
        rates: For each epoch that was trained, the optimizer's learning rate.
        kept: For each epoch that was trained, the epoch whose model was kept after it; if `watches` is set.
        brightness: For each epoch that was trained on real batches, its images' means in the order in which they came.
    """

    def __init__(self, dataset: Dataset) -> None:
        self.dataset, self.watches, self.folder = dataset, False, None
        self.rates: list[float] = []
        self.kept: list[int] = []
        self.brightness: list[list[float]] = []

    def __call__(self, folder: RunFolder, epochs: int, **values: object) -> Reporter:
        # neither flipped nor turned, so that an image is recognized by its brightness
        config = TrainConfig("model3", epochs=epochs, flip="none", rotation=0.0, **values)
        self.folder, reporter = folder, Reporter(folder, epochs)
        write_json(folder.config, {"config": config.to_dict()})
        loop.fit(folder, config, self.dataset, reporter, Settings(home=folder.path))
        return reporter

    def fit(self, model, train, epochs: int, initial_epoch: int, callbacks: list, **_: object) -> None:
        """Take the place of Keras's fit."""
        (callback,) = callbacks
        model.stop_training = False
        for epoch in range(initial_epoch, epochs):
            if model.stop_training:
                break
            callback.on_epoch_begin(epoch, {})
            self.rates.append(float(model.optimizer.learning_rate))
            if hasattr(train, "as_numpy_iterator"):
                self.brightness.append(
                    [float(image.mean()) for batch, _ in train.as_numpy_iterator() for image in batch]
                )
            model.set_weights([np.full_like(weight, epoch + 1) for weight in model.get_weights()])
            score = SCORES[epoch]
            callback.on_epoch_end(epoch, {"accuracy": 0.6, "loss": 0.6, "val_accuracy": score, "val_loss": 1 / 3})
            if self.watches:
                self.kept.append(kept(self.folder))


def build_small_network(name: str, weights: None, augmentation: Augmentation, seed: int, scaling: object = None):
    import keras

    images = keras.Input((160, 160, 3))
    features = keras.layers.GlobalAveragePooling2D()(images)
    return keras.Model(images, keras.layers.Dense(1, activation="sigmoid")(features))


@contextmanager
def make_trainer(dataset: Dataset) -> Iterator[Trainer]:
    """Give a trainer of a small network without real batches, as long as the context lasts."""
    import keras

    trainer = Trainer(dataset)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "build_model", build_small_network)
        patch.setattr(material, "make_batches", lambda *_: ["a batch"])
        patch.setattr(keras.Model, "fit", lambda model, *args, **kwargs: trainer.fit(model, *args, **kwargs))
        yield trainer


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory, picture_folder: Path) -> Dataset:
    home = tmp_path_factory.mktemp("loop")
    return open_dataset(Settings(home=home, photos_url="file:///nowhere"), str(picture_folder))


@pytest.fixture
def train(dataset: Dataset) -> Iterator[Trainer]:
    with make_trainer(dataset) as trainer:
        yield trainer


@pytest.fixture(scope="module")
def four_epochs(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, bool], RunFolder]:
    """Fill an empty path with a run of four epochs, with or without the best epoch's weights."""
    trained: dict[bool, Path] = {}

    def copy(path: Path, restore_best: bool) -> RunFolder:
        if restore_best not in trained:
            trained[restore_best] = tmp_path_factory.mktemp("four")
            with make_trainer(dataset) as trainer:
                trainer(RunFolder(trained[restore_best]), 4, restore_best=restore_best)
        shutil.copytree(trained[restore_best], path, dirs_exist_ok=True)
        return RunFolder(path)

    return copy


def kept(folder: RunFolder) -> int:
    """The epoch whose model is kept, by the weights in its file: Keras takes a hundred times as long to load it."""
    epochs: set[float] = set()

    def add(_: str, part: h5py.Dataset | h5py.Group) -> None:
        if isinstance(part, h5py.Dataset):
            epochs.update(map(float, part[()].flat))

    with zipfile.ZipFile(folder.model) as whole, h5py.File(io.BytesIO(whole.read("model.weights.h5"))) as weights:
        weights["layers"].visititems(add)
    (epoch,) = epochs
    return int(epoch)


@pytest.mark.parametrize(("restore_best", "expected"), [(True, [1, 2, 2, 2, 5]), (False, [1, 2, 3, 4, 5])])
def test_the_first_best_epochs_model_is_kept_or_the_last_ones(
    tmp_path: Path, train: Trainer, restore_best: bool, expected: list[int]
) -> None:
    folder, train.watches = RunFolder(tmp_path), True
    status = train(folder, 5, restore_best=restore_best).status
    assert train.kept == expected
    assert [epoch.epoch for epoch in read_history(folder.history)] == [1, 2, 3, 4, 5]
    assert (status.best_epoch, status.best_val_accuracy) == (5, pytest.approx(SCORES[4]))


def test_of_two_equal_epochs_the_first_is_best_though_the_last_is_kept(tmp_path: Path, train: Trainer) -> None:
    status = train(RunFolder(tmp_path), 4, restore_best=False).status
    assert (status.best_epoch, status.best_val_accuracy) == (2, pytest.approx(SCORES[1]))


def test_images_come_in_a_new_order_and_in_the_same_once_resumed(
    tmp_path: Path, train: Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(material, "make_batches", make_batches)
    train(RunFolder(tmp_path / "straight"), 4)
    straight, train.brightness = train.brightness, []
    train(RunFolder(tmp_path / "resumed"), 2)
    train(RunFolder(tmp_path / "resumed"), 4)
    assert train.brightness == straight
    assert len({tuple(order) for order in straight}) == 4
    assert all(sorted(order) == sorted(straight[0]) for order in straight)
    train(RunFolder(tmp_path / "other seed"), 1, seed=2)
    assert train.brightness[-1] != straight[0]


def test_only_the_chosen_share_of_the_training_images_is_used(
    tmp_path: Path, train: Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(material, "make_batches", make_batches)
    train(RunFolder(tmp_path / "all"), 1)
    train(RunFolder(tmp_path / "half"), 2, fraction=0.5)
    everything, first, second = train.brightness
    assert (len(everything), len(first)) == (24, 12)
    assert set(first) == set(second) < set(everything)


def test_an_equal_epoch_after_resuming_is_not_the_first_best(tmp_path: Path, train: Trainer) -> None:
    folder = RunFolder(tmp_path)
    train(folder, 3)
    assert train(folder, 4).status.best_epoch == kept(folder) == 2


def test_training_ends_once_so_many_epochs_were_no_better(tmp_path: Path, train: Trainer) -> None:
    folder = RunFolder(tmp_path)
    assert train(folder, 5, patience=2).status.best_epoch == kept(folder) == 2
    assert [epoch.epoch for epoch in read_history(folder.history)] == [1, 2, 3, 4]


def test_a_run_that_ended_early_trains_no_more_when_resumed(tmp_path: Path, train: Trainer) -> None:
    folder = RunFolder(tmp_path)
    train(folder, 3)
    train(folder, 5, patience=2)
    assert len(train.rates) == 4
    history = read_history(folder.history)
    write_history(folder.history, history[:3])  # as if it was killed between checkpoint and history
    assert train(folder, 5, patience=2).status.best_epoch == 2
    assert len(train.rates) == 4
    assert read_history(folder.history) == history


@pytest.mark.parametrize("schedule", ["constant", "cosine", "plateau"])
def test_a_resumed_run_has_the_learning_rates_of_a_straight_one(
    tmp_path: Path, train: Trainer, schedule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = TrainConfig("model3", epochs=5, schedule=schedule)
    train(RunFolder(tmp_path / "straight"), 5, schedule=schedule)
    straight, train.rates = train.rates, []
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
    assert train.rates == straight
    assert [epoch.learning_rate for epoch in read_history(folder.history)] == [epoch.learning_rate for epoch in history]


@pytest.mark.parametrize(
    ("call", "moment", "restore_best"),
    [
        ("save_checkpoint", "before", True),
        *((call, moment, True) for call in ("save_best", "write_history") for moment in ("before", "after")),
        ("save_best", "before", False),
    ],
)
def test_a_kill_at_an_epochs_end_loses_that_epoch_at_most(
    tmp_path: Path,
    train: Trainer,
    four_epochs: Callable,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    moment: str,
    restore_best: bool,
) -> None:
    folder = four_epochs(tmp_path, restore_best)
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


@pytest.mark.parametrize(("model", "exact"), [("model1", False), ("model3", True)])
def test_with_label_smoothing_the_history_holds_the_loss_of_the_labels_as_they_are(
    tmp_path: Path, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, model: str, exact: bool
) -> None:
    import keras

    def build(name: str, weights: None, augmentation: Augmentation, seed: int, scaling: object = None):
        images = keras.Input((160, 160, 3))
        features = keras.layers.GlobalAveragePooling2D()(keras.layers.Rescaling(1 / 127.5, -1)(images))
        outputs = {"model1": (2, None), "model3": (1, "sigmoid")}[name]
        return keras.Model(images, keras.layers.Dense(*outputs)(features))

    graphs, step = [], keras.Model.train_step
    monkeypatch.setattr(keras.Model, "train_step", lambda model, data: [graphs.append(model), step(model, data)][1])
    monkeypatch.setattr(loop, "build_model", build)
    augmentation = {"flip": "none", "rotation": 0.0}
    config = TrainConfig(model, epochs=1, exact=exact, learning_rate=0.5, label_smoothing=0.9, **augmentation)
    folder = RunFolder(tmp_path)
    write_json(folder.config, {"config": config.to_dict()})
    loop.fit(folder, config, dataset, Reporter(folder, 1), Settings(home=tmp_path))
    rows = dataset.catalog.indices("validation")
    outputs = keras.saving.load_model(folder.model).predict(dataset.pixels[rows].astype(np.float32), verbose=0)
    probability = 1 / (1 + np.exp(outputs[:, 0] - outputs[:, 1])) if model == "model1" else outputs[:, 0]
    right = np.where(dataset.catalog.labels[rows] == 1, probability, 1 - probability)
    assert len(graphs) == 1  # which takes longer than the steps of a small network
    (epoch,) = read_history(folder.history)
    assert epoch.val_loss == pytest.approx(float(-np.log(right).mean()), rel=0.01)  # bfloat16 in training
    assert epoch.val_accuracy == pytest.approx(float(np.mean(right > 0.5)), rel=1e-5)
