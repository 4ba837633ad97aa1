"""Scaled pixels in a model that has raw ones by itself: trained, resumed, converted and scored as any other."""

from pathlib import Path

import numpy as np
import pytest

from catdog.datasets import open_dataset
from catdog.models import networks
from catdog.models.specs import build_model
from catdog.settings import Settings
from catdog.training import RunFolder, TrainConfig, loop
from catdog.training.history import read_history
from catdog.training.outputs import write_outputs
from catdog.training.reporter import Reporter
from catdog.utils.files import write_json


@pytest.fixture(autouse=True)
def _small_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "HIDDEN", 8)
    monkeypatch.setattr(networks, "FILTERS", 2)


@pytest.mark.parametrize(("name", "scaling"), [("model1", True), ("model2", True), ("model3", False)])
def test_scaling_is_a_layer_in_front_and_changes_nothing_else(name: str, scaling: bool) -> None:
    import keras

    own, other = build_model(name, seed=1), build_model(name, seed=1, scaling=scaling)
    layers = {True: other, False: own}[scaling].layers
    assert (layers[1].name, type(layers[1])) == ("scale", keras.layers.Rescaling)
    assert [layer.name for layer in layers if layer.name != "scale"] == [
        layer.name for layer in {True: own, False: other}[scaling].layers
    ]
    other.set_weights(own.get_weights())
    images = np.random.default_rng(0).uniform(0, 255, (2, 160, 160, 3)).astype(np.float32)
    given = images / 127.5 - 1 if scaling else (images + 1) * 127.5
    raw, scaled = (images, given) if scaling else (given, images)
    np.testing.assert_allclose(other(raw if scaling else scaled), own(scaled if scaling else raw), atol=1e-4)


def test_a_run_with_scaled_pixels_is_resumed_converted_and_scored(tmp_path: Path, picture_folder: Path) -> None:
    import keras

    settings = Settings(home=tmp_path, photos_url="file:///nowhere")
    dataset = open_dataset(settings, str(picture_folder))

    def train(folder: RunFolder, epochs: int) -> Reporter:
        config = TrainConfig("model1", str(picture_folder), epochs, 8, scaling=True)
        folder.path.mkdir(exist_ok=True)
        write_json(folder.config, {"config": config.to_dict()})
        reporter = Reporter(folder, epochs)
        loop.fit(folder, config, dataset, reporter, settings)
        return reporter

    folder = RunFolder(tmp_path / "run")
    train(folder, 1)
    first = read_history(folder.history)
    reporter = train(folder, 2)
    assert read_history(folder.history)[:1] == first
    assert len(read_history(folder.history)) == 2
    assert keras.saving.load_model(folder.model).layers[1].name == "scale"
    write_outputs(folder, dataset, "model1", reporter)  # which compares LiteRT's answers with Keras's
    assert folder.tflite.exists()
