"""What a run leaves: a model without ballast, the same for LiteRT, and its predictions for every image."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from catdog.augmentation.config import AUGMENTATION_LAYERS, Augmentation
from catdog.augmentation.layers import build_augmentation_layers
from catdog.datasets import TEST, VALIDATION, Dataset, open_dataset
from catdog.errors import RunError
from catdog.evaluation import predictions as evaluation_predictions
from catdog.evaluation import score
from catdog.features.shared import SharedFeatures
from catdog.inference.predictor import Predictor
from catdog.models import networks
from catdog.models.litert import convert_to_litert
from catdog.models.specs import MODELS, build_model, compile_model
from catdog.settings import Settings
from catdog.training import RunFolder, outputs
from catdog.training.outputs import copy_uncompiled, save_best, write_outputs
from catdog.training.reporter import Reporter


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory, picture_folder: Path) -> Dataset:
    home = tmp_path_factory.mktemp("outputs")
    return open_dataset(Settings(home=home, photos_url="file:///nowhere"), str(picture_folder))


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path)


def small_model():
    """A compiled model of four weights that tells the warm images from the cold ones, not too surely."""
    import keras

    images = keras.Input((160, 160, 3))
    features = keras.layers.GlobalAveragePooling2D()(images)
    model = keras.Model(images, keras.layers.Dense(1, activation="sigmoid", name="probability")(features))
    model.set_weights([np.array([[-0.01], [0.0], [0.01]], np.float32), np.array([0.4], np.float32)])
    compile_model(model, "model3")
    return model


def test_augmentation_layers_are_kept_but_change_no_prediction(folder, dataset) -> None:
    import keras

    plain = small_model()
    augmented = images = keras.Input((160, 160, 3))
    for layer in build_augmentation_layers(Augmentation("horizontal", 0.2, 0.2, 0.2, 0.5, 0.5, "wrap")):
        augmented = layer(augmented)
    model = keras.Model(images, plain(augmented))
    compile_model(model, "model3")
    write(folder, dataset, model)
    kept = keras.models.load_model(folder.model)
    assert [layer.name for layer in kept.layers[1:7]] == list(AUGMENTATION_LAYERS)
    noise = np.random.default_rng(1).integers(0, 256, (2, 160, 160, 3), np.uint8)
    expected = np.asarray(plain(noise.astype(np.float32)))[:, 0]
    np.testing.assert_allclose(Predictor(folder.tflite).predict(noise), expected, atol=1e-5)
    np.testing.assert_allclose(np.asarray(kept(noise.astype(np.float32), training=False))[:, 0], expected, atol=1e-5)


def write(folder: RunFolder, dataset: Dataset, model, name: str = "model3") -> None:
    save_best(folder, model, copy_uncompiled(model))
    write_outputs(folder, dataset, name, Reporter(folder, 1))


def read_predictions(folder: RunFolder) -> list[dict[str, str]]:
    with folder.predictions.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_saved_model_has_neither_optimizer_nor_loss(folder: RunFolder) -> None:
    import keras

    model = small_model()
    model.train_on_batch(np.zeros((2, 160, 160, 3), np.float32), np.array([[0.0], [1.0]]))
    save_best(folder, model, copy_uncompiled(model))
    loaded = keras.saving.load_model(folder.model)
    for trained, saved in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(trained, saved)
    assert not loaded.compiled
    assert model.compiled


@pytest.mark.parametrize("name", ["model1", "model3"])  # with logits of raw pixels, and a probability of scaled ones
def test_litert_predicts_as_keras_and_files_hold_only_weights(
    folder: RunFolder, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(networks, "FILTERS", 4)  # an eighth of the weights, and far less to compute
    model = build_model(name, seed=3)  # which is not too sure of its answers
    compile_model(model, name)
    write(folder, dataset, model, name)
    expected = np.array([float(row["probability"]) for row in read_predictions(folder)])
    assert 0 < expected.min() < expected.max() < 1
    np.testing.assert_allclose(Predictor(folder.tflite).predict(dataset.pixels), expected, atol=1e-4)
    outputs = np.asarray(model(np.asarray(dataset.pixels, np.float32), training=False)).astype(np.float64)
    if MODELS[name].logits:
        outputs = 1 / (1 + np.exp(outputs[:, :1] - outputs[:, 1:]))
    np.testing.assert_allclose(outputs[:, 0], expected, atol=1e-4)
    for path in (folder.model, folder.tflite):
        assert path.stat().st_size == pytest.approx(4 * model.count_params(), rel=0.01)


def test_predictions_hold_every_image_with_label_and_split(folder: RunFolder, dataset: Dataset) -> None:
    write(folder, dataset, small_model())
    catalog, rows = dataset.catalog, read_predictions(folder)
    assert [row["path"] for row in rows] == list(catalog.paths)
    assert [int(row["label"]) for row in rows] == catalog.labels.tolist()
    assert [row["split"] for row in rows] == catalog.splits.tolist()


def test_the_scores_are_those_of_the_predictions_and_of_keras(folder: RunFolder, dataset: Dataset) -> None:
    model, catalog = small_model(), dataset.catalog
    write(folder, dataset, model)
    evaluation = json.loads(folder.evaluation.read_text())
    rows, stored = read_predictions(folder), evaluation_predictions.read_predictions(folder.predictions)
    assert set(evaluation) == {VALIDATION, TEST}
    for split, scores in evaluation.items():
        split_rows = [row for row in rows if row["split"] == split]
        labels = [int(row["label"]) for row in split_rows]
        assert scores == score(labels, [float(row["probability"]) for row in split_rows])
        assert stored.of_split(split).correct().mean() == scores["accuracy"]  # as Evaluate counts them
        indices = catalog.indices(split)
        pixels, targets = dataset.pixels[indices].astype(np.float32), catalog.labels[indices, np.newaxis]
        keras_scores = model.evaluate(pixels, targets.astype(np.float32), verbose=0, return_dict=True)
        assert scores["accuracy"] == pytest.approx(keras_scores["accuracy"], abs=1e-6)
        assert scores["loss"] == pytest.approx(keras_scores["loss"], abs=1e-5)
        assert scores["photos"] == len(indices) == np.sum(scores["confusion"])
    assert 0 < evaluation[VALIDATION]["loss"] < 0.7


def test_a_file_name_that_is_no_text_does_not_spoil_predictions(folder: RunFolder, dataset: Dataset) -> None:
    paths = ("train/cats/a\udcff, b.jpg", *dataset.catalog.paths[1:])
    write(folder, replace(dataset, catalog=replace(dataset.catalog, paths=paths)), small_model())
    assert len(read_predictions(folder)) == len(paths)
    assert read_predictions(folder)[0]["path"] == "train/cats/a\\udcff, b.jpg"


def test_a_conversion_that_predicts_differently_is_not_kept(
    folder: RunFolder, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Wrong(Predictor):
        def predict(self, pixels: np.ndarray) -> np.ndarray:
            return super().predict(pixels) + np.float32(0.01)

    monkeypatch.setattr("catdog.training.outputs.Predictor", Wrong)
    with pytest.raises(RunError, match="answers differently"):
        write(folder, dataset, small_model())
    assert [path.name for path in folder.path.iterdir()] == ["model.keras"]


def share_channels(folder: Path, dataset: Dataset, strength: float = 1.0) -> SharedFeatures:
    """The features of `small_model`, each channel's mean, by a file and of every image, times a strength."""
    import keras

    images = keras.Input((160, 160, 3))
    backbone = keras.Model(images, keras.layers.GlobalAveragePooling2D()(images))
    path = folder / "extractor.tflite"
    path.write_bytes(convert_to_litert(backbone, lambda pixels: strength * backbone(pixels, training=False)))
    return SharedFeatures(Predictor(path).outputs(dataset.pixels[:]), path)


def test_with_features_at_hand_nothing_is_converted_or_computed(folder, dataset, tmp_path, monkeypatch) -> None:
    model = small_model()
    save_best(folder, model, copy_uncompiled(model))
    write_outputs(folder, dataset, "model4", Reporter(folder, 1))
    usual, converted = read_predictions(folder), Predictor(folder.tflite).predict(dataset.pixels)
    shared = share_channels(tmp_path, dataset)
    monkeypatch.setattr(outputs, "convert_to_litert", lambda *_: pytest.fail("it was converted"))
    write_outputs(folder, dataset, "model4", Reporter(folder, 1), shared)
    for before, after in zip(usual, read_predictions(folder), strict=True):
        assert float(after["probability"]) == pytest.approx(float(before["probability"]), abs=1e-6)
    np.testing.assert_allclose(Predictor(folder.tflite).predict(dataset.pixels), converted, atol=1e-6)


def test_features_of_another_backbone_are_not_used(folder, dataset, tmp_path) -> None:
    model = small_model()
    save_best(folder, model, copy_uncompiled(model))
    write_outputs(folder, dataset, "model4", Reporter(folder, 1))
    usual = read_predictions(folder)
    write_outputs(folder, dataset, "model4", Reporter(folder, 1), share_channels(tmp_path, dataset, strength=0.5))
    assert read_predictions(folder) == usual
