"""A fine-tuned run: what each phase trains, and that a run stopped in either or between them goes on as any other.

A network of a few hundred weights, in parts of the same names, takes the place of model4.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from catdog.augmentation.config import Augmentation
from catdog.datasets import Dataset, open_dataset
from catdog.models.fine_tuning import get_backbone
from catdog.models.mobilenet import Weights
from catdog.settings import Settings
from catdog.training import RunFolder, TrainConfig, features, loop, material
from catdog.training.history import Epoch, read_history
from catdog.training.reporter import Reporter, StopRequested
from catdog.utils.files import write_json

HEAD, TUNED, LAYERS = 2, 2, 3
FROZEN = {"conv1", "bn1", "bn2"}


class KilledError(BaseException):
    """Stands for the end of the process."""


def small_network(name: str, weights: Path | None, augmentation: Augmentation, seed: int, scaling: object = None):
    """What stands in for catdog.models.specs.build_model."""
    import keras

    keras.utils.set_random_seed(seed)
    layers = keras.layers
    pictures = keras.Input((160, 160, 3))
    inside = x = keras.Input((160, 160, 3), name="pixels")
    for layer in (
        layers.Conv2D(6, 16, strides=16, name="conv1"),
        layers.BatchNormalization(name="bn1"),
        layers.ReLU(name="relu1"),
        layers.Conv2D(8, 1, name="conv2"),
        layers.BatchNormalization(name="bn2"),
        layers.ReLU(name="relu2"),
    ):
        x = layer(x)
    backbone = keras.Model(inside, x, name="mobilenetv2_small")
    backbone.trainable = False
    x = backbone(layers.Rescaling(1 / 127.5, offset=-1, name="scale")(pictures), training=False)
    x = layers.Dropout(0.4, name="dropout")(layers.GlobalAveragePooling2D(name="features")(x))
    return keras.Model(pictures, layers.Dense(1, activation="sigmoid", name="probability")(x), name=name)


@pytest.fixture(autouse=True, scope="module")
def _small_model() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "build_model", small_network)
        patch.setattr(
            "catdog.models.mobilenet.find_weights", lambda *_: Weights(Path("/weights.h5"), "weights of this test")
        )
        yield


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("fine-tuning"), photos_url="file:///nowhere")


@pytest.fixture(scope="module")
def dataset(settings: Settings, picture_folder: Path) -> Dataset:
    return open_dataset(settings, str(picture_folder))


@dataclass(frozen=True)
class Step:
    """The network as an epoch ended: its layers' weights, and how often its optimizer has stepped."""

    weights: dict[str, list[np.ndarray]]
    steps: int
    rate: float


class Trainer:
    """Trains folders, and notes what each finished epoch left; all have one cache, with the converted backbone."""

    def __init__(self, dataset: Dataset, settings: Settings) -> None:
        self.dataset, self.settings = dataset, settings
        self.steps: list[Step] = []

    def __call__(
        self, folder: RunFolder, reporter: type[Reporter] = Reporter, kill_after: int = 0, **values: object
    ) -> list[Epoch]:
        usual = {"epochs": HEAD, "batch_size": 8, "learning_rate": 0.01, "seed": 3, "fine_tune_layers": LAYERS}
        config = TrainConfig("model4", **usual | values, fine_tune_epochs=TUNED, fine_tune_rate=0.001)
        folder.path.mkdir(parents=True, exist_ok=True)
        write_json(folder.config, {"config": config.to_dict()})

        def save(target: RunFolder, model, epochs: list[Epoch]) -> None:
            real(target, model, epochs)
            layers = [*get_backbone(model).layers, model.get_layer("probability")]
            optimizer = model.optimizer
            weights = {layer.name: layer.get_weights() for layer in layers}
            self.steps.append(Step(weights, int(optimizer.iterations), float(optimizer.learning_rate)))
            if len(epochs) == kill_after:
                raise KilledError

        real = loop.save_checkpoint
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(loop, "save_checkpoint", save)
            self.reporter = reporter(folder, config.total_epochs)
            loop.fit(folder, config, self.dataset, self.reporter, self.settings)
        return read_history(folder.history)


def stops_in(epoch: int) -> type[Reporter]:
    """A reporter that hears the wish to stop after the first batch of an epoch."""

    class Stops(Reporter):
        def batch_end(self, batch: int, logs: dict | None = None) -> None:
            super().batch_end(batch, logs)
            if self.status.epoch == epoch:
                raise StopRequested

    return Stops


@pytest.fixture
def train(dataset: Dataset, settings: Settings) -> Trainer:
    return Trainer(dataset, settings)


@pytest.fixture(scope="module")
def straight(dataset: Dataset, settings: Settings) -> tuple[Trainer, RunFolder, list[Epoch]]:
    """A run that trained from its beginning to its end."""
    trainer, folder = Trainer(dataset, settings), RunFolder(settings.home / "run")
    return trainer, folder, trainer(folder)


def changed(before: Step, after: Step) -> set[str]:
    """The layers that two steps differ in."""
    return {
        name for name, weights in before.weights.items() if not all(map(np.array_equal, weights, after.weights[name]))
    }


def test_the_head_is_trained_first_and_then_the_top_layers_too(straight) -> None:
    trainer, _, history = straight
    assert [epoch.epoch for epoch in history] == [1, 2, 3, 4]
    assert [epoch.learning_rate for epoch in history] == [0.01, 0.01, 0.001, 0.001]
    first, second, third, fourth = trainer.steps
    assert changed(first, second) == {"probability"}
    assert changed(second, third) == changed(third, fourth) == {"conv2", "probability"}
    assert FROZEN.isdisjoint(changed(first, fourth))


def test_fine_tuning_has_an_optimizer_of_its_own(straight) -> None:
    trainer, *_ = straight
    assert [step.steps for step in trainer.steps] == [3, 6, 3, 6]
    assert [step.rate for step in trainer.steps] == pytest.approx([0.01, 0.01, 0.001, 0.001])


def test_the_kept_model_is_a_whole_one_of_the_best_epoch_of_both_phases(straight) -> None:
    import keras

    trainer, folder, history = straight
    model = keras.saving.load_model(folder.model)
    best = max(range(4), key=lambda index: history[index].val_accuracy)
    kept = {layer.name: layer.get_weights() for layer in [*get_backbone(model).layers, model.get_layer("probability")]}
    assert not changed(Step(kept, 0, 0.0), trainer.steps[best])
    rows = trainer.dataset.catalog.indices("validation")
    answers = model.predict(trainer.dataset.pixels[rows].astype(np.float32), verbose=0)[:, 0] > 0.5
    accuracy = float((answers == trainer.dataset.catalog.labels[rows]).mean())
    assert accuracy == pytest.approx(history[best].val_accuracy, abs=1e-5)


def test_the_status_counts_the_epochs_of_both_phases(straight) -> None:
    trainer, *_ = straight
    assert (trainer.reporter.status.epoch, trainer.reporter.status.epochs) == (4, 4)
    assert trainer.reporter.status.message == "saving the epoch"


def test_the_first_phase_is_that_of_a_run_without_fine_tuning(straight, train: Trainer, tmp_path: Path) -> None:
    history = train(RunFolder(tmp_path / "run"), fine_tune_layers=0)
    for name in ("loss", "val_loss", "accuracy", "val_accuracy"):
        expected = [getattr(epoch, name) for epoch in straight[2][:HEAD]]
        assert [getattr(epoch, name) for epoch in history] == pytest.approx(expected, rel=1e-4)


def test_a_run_killed_between_phases_and_stopped_later_learns_the_same(
    straight, train: Trainer, tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path / "run")
    with pytest.raises(KilledError):
        train(folder, kill_after=HEAD)
    assert len(read_history(folder.history)) == HEAD - 1  # its row was not written yet, but its checkpoint was
    with pytest.raises(StopRequested):
        train(folder, stops_in(4))
    assert len(read_history(folder.history)) == 3
    history = train(folder)
    straight_trainer, _, expected = straight
    assert [epoch.epoch for epoch in history] == [1, 2, 3, 4]
    assert [step.steps for step in train.steps] == [3, 6, 3, 6]
    for name in ("loss", "val_loss", "accuracy", "val_accuracy", "learning_rate"):
        values = [getattr(epoch, name) for epoch in expected]
        assert [getattr(epoch, name) for epoch in history] == pytest.approx(values, rel=1e-4), name
    for step, reference in zip(train.steps, straight_trainer.steps, strict=True):
        for name, weights in reference.weights.items():
            for ours, theirs in zip(step.weights[name], weights, strict=True):
                np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-5)


def test_patience_ends_the_head_and_the_status_knows_the_fewer_epochs(train: Trainer, tmp_path: Path) -> None:
    # steps too small to change any answer: no epoch of the head is better than the first
    history = train(RunFolder(tmp_path / "run"), epochs=5, learning_rate=1e-9, patience=1)
    assert [epoch.learning_rate for epoch in history][:2] == [1e-9, 1e-9]
    assert history[2].learning_rate == 0.001
    assert train.reporter.status.epochs == 2 + TUNED


@pytest.mark.parametrize("way", ["exact", "too large to store"])
def test_the_whole_network_is_run_where_activations_are_not_stored(
    train: Trainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(material, "MOST_ACTIVATIONS", 0)
    history = train(RunFolder(tmp_path / "run"), epochs=1, exact=way == "exact")
    assert [epoch.learning_rate for epoch in history] == [0.01, 0.001, 0.001]
    head, *tuned = train.steps
    assert all(changed(head, step) == {"conv2", "probability"} for step in tuned)
    assert [step.steps for step in train.steps] == [3, 3, 6]


def test_stored_activations_are_those_of_the_network(dataset: Dataset, settings: Settings, tmp_path: Path) -> None:
    model = small_network("model4", None, Augmentation(), 3)
    cut = get_backbone(model).layers[3]
    folder = RunFolder(tmp_path)
    rows = dataset.catalog.indices("training")[:6]
    values = (model, dataset, rows, Augmentation(), 1, Reporter(folder, 1), settings.cache)
    computed, plain = features.compute_features(*values, cut), features.compute_features(*values)
    np.testing.assert_allclose(computed.training, plain.training, rtol=1e-5, atol=1e-6)
    assert plain.activations is None
    assert computed.activations.shape == (1, 6, 10, 10, 6)
    assert computed.activations.dtype == np.float16
    scaled = dataset.pixels[rows].astype(np.float32) / 127.5 - 1
    for layer in get_backbone(model).layers[1:4]:
        scaled = layer(scaled)
    np.testing.assert_allclose(computed.activations[0], scaled, rtol=2e-3, atol=2e-3)
