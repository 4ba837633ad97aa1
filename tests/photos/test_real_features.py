"""The real photos' pixels and features: what Keras reads, what a head reaches, which labels are in doubt."""

import json
import os
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from catdog.__main__ import main
from catdog.datasets import TEST, TRAINING, VALIDATION, Dataset, open_dataset
from catdog.features.doubts import find_doubts
from catdog.features.gain import describe_gain, measure_gain
from catdog.features.head import choose_head
from catdog.features.novelty import find_detector
from catdog.features.projection import make_projection
from catdog.features.store import FeatureStore, make_features
from catdog.features.teaching import get_curve
from catdog.images.decode import load_image, resize
from catdog.inference.predictor import load_predictor
from catdog.runs import Run
from catdog.settings import Settings
from catdog.training.recipes import make_quick_config
from tests.photos.conftest import train

pytestmark = [pytest.mark.photos, pytest.mark.slow]


@pytest.fixture(scope="module")
def dataset(photos_settings: Settings) -> Dataset:
    return open_dataset(photos_settings)


@pytest.fixture(scope="module")
def store(photos_settings: Settings, dataset: Dataset) -> FeatureStore:
    return make_features(dataset, photos_settings.backbone_weights, photos_settings.cache)


def test_every_photo_is_decoded(dataset: Dataset) -> None:
    assert dataset.skipped == ()
    assert dataset.pixels.shape == (3000, 160, 160, 3)
    pixels = np.asarray(dataset.pixels)
    darkest, brightest = pixels.min(axis=(1, 2, 3)), pixels.max(axis=(1, 2, 3))
    assert (brightest - darkest).min() > 30  # no photo came out plain


def test_pixels_are_those_that_keras_reads_within_a_grey_level(dataset: Dataset, tmp_path: Path) -> None:
    import keras

    rows = dataset.catalog.indices(TRAINING)[::10]
    for row in rows:
        path = tmp_path / dataset.catalog.paths[row]
        path.parent.mkdir(parents=True, exist_ok=True)
        os.link(dataset.catalog.root / dataset.catalog.paths[row], path)
    by_keras = keras.utils.image_dataset_from_directory(
        tmp_path / "train", image_size=(160, 160), batch_size=len(rows), shuffle=False, verbose=False
    )
    ((pixels, labels),) = by_keras.as_numpy_iterator()
    assert labels.tolist() == dataset.catalog.labels[rows].tolist()
    differences = np.abs(pixels - dataset.pixels[rows]).mean(axis=(1, 2, 3))
    assert len(differences) == 200
    assert differences.max() < 1


def test_a_fitted_head_passes_96_and_a_half_percent(dataset: Dataset, store: FeatureStore):
    labels = dataset.catalog.labels
    training, validation, test = (dataset.catalog.indices(split) for split in (TRAINING, VALIDATION, TEST))
    head = choose_head((store.values[training], labels[training]), (store.values[validation], labels[validation]))

    def score(rows: np.ndarray) -> float:
        return float(np.mean((head.predict(store.values[rows]) > 0.5) == labels[rows]))

    assert score(validation) >= 0.965
    assert score(test) >= 0.965


def test_90_of_100_flipped_labels_are_found_and_it_helps(dataset: Dataset, store: FeatureStore):
    labels = dataset.catalog.labels.copy()
    flipped = np.random.default_rng(1).choice(len(labels), 100, replace=False)
    labels[flipped] = 1 - labels[flipped]
    doubts = find_doubts(store.values, labels, dataset.catalog.paths, 150)
    recovered = np.intersect1d(flipped, [doubt.row for doubt in doubts])
    assert len(recovered) >= 90

    corrected = labels.copy()
    corrected[recovered] = dataset.catalog.labels[recovered]
    assert describe_gain(measure_gain(store.values, labels, corrected)).startswith("A measurable gain: ")


def test_excluding_100_random_photos_is_no_measurable_gain(dataset: Dataset, store: FeatureStore):
    labels = dataset.catalog.labels
    used = np.ones(len(labels), bool)
    used[np.random.default_rng(1).choice(len(labels), 100, replace=False)] = False
    assert describe_gain(measure_gain(store.values, labels, labels, used)).startswith("No measurable gain: ")


@pytest.mark.parametrize("count", [10, 60])
def test_taking_hard_photos_away_does_not_look_like_a_gain(dataset: Dataset, store: FeatureStore, count: int):
    labels = dataset.catalog.labels
    hardest = [doubt.row for doubt in find_doubts(store.values, labels, dataset.catalog.paths, count)]
    used = np.ones(len(labels), bool)
    used[hardest] = False
    assert measure_gain(store.values, labels, labels, used).verdict < 1


def test_a_photo_of_the_set_is_its_own_nearest_neighbour(photos_settings, dataset, store, monkeypatch, capsys):
    for name, value in photos_settings.environment().items():
        monkeypatch.setenv(name, value)
    path = dataset.catalog.paths[0]
    assert main(["neighbours", str(dataset.catalog.root / path), "--count", "3", "--json"]) == 0
    neighbours = json.loads(capsys.readouterr().out)
    assert [len(neighbours), neighbours[0]["path"]] == [3, path]
    assert neighbours[0]["distance"] == pytest.approx(0, abs=1e-5)


def test_photos_of_other_things_are_told_from_cats_and_dogs(photos_settings: Settings, dataset: Dataset, store):
    from sklearn.metrics import roc_auc_score

    detector = find_detector(dataset.catalog.fingerprint, photos_settings.cache)
    usual = detector.measure(store.values[dataset.catalog.indices(TEST)])
    others = detector.measure_images(np.stack([resize(load_image(path)) for path in list_other_things()]))
    novelty = np.concatenate([usual, others])
    assert len(others) >= 25
    assert roc_auc_score(np.arange(len(novelty)) >= len(usual), novelty) >= 0.98  # 0.995 when this was written
    assert np.mean(usual > detector.threshold) <= 0.05
    assert np.mean(others > detector.threshold) >= 0.9


def list_other_things() -> list[Path]:
    """The photos of scikit-image and scikit-learn without Chelsea, who is a cat."""
    folders = Path(str(files("skimage"))) / "data", Path(str(files("sklearn.datasets"))) / "images"
    paths = [path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in (".png", ".jpg")]
    return [path for path in paths if path.stem != "chelsea"]


@pytest.fixture(scope="module")
def quick(photos_settings: Settings, store: FeatureStore) -> Run:
    """A quick model4, trained as a user would train it."""
    return train(photos_settings, make_quick_config())


def test_a_quick_model4_passes_96_and_a_half_percent_within_seconds(quick: Run):
    assert quick.status.finished - quick.status.queued < 30  # 3.5 s on a machine with other work
    assert quick.val_accuracy >= 0.965
    assert quick.test_accuracy >= 0.965


def test_all_three_of_its_answers_are_the_same(dataset: Dataset, quick: Run):
    import keras

    rows = dataset.catalog.indices(TEST)[::8]
    pixels, stored = dataset.pixels[rows], quick.predictions().probabilities[rows]
    np.testing.assert_allclose(load_predictor(quick.files.tflite, quick.name).predict(pixels), stored, atol=1e-5)
    model = keras.saving.load_model(quick.files.model, compile=False)
    answers = np.asarray(model(pixels.astype(np.float32), training=False))[:, 0]
    np.testing.assert_allclose(answers, stored, atol=1e-4)


def test_ten_photos_a_class_teach_most_and_all_teach_the_rest(dataset: Dataset, store: FeatureStore):
    training, validation = (dataset.catalog.indices(split) for split in (TRAINING, VALIDATION))
    steps = {step.count: step for step in get_curve(store, dataset.catalog.labels, training, validation)}
    assert steps[10].mean >= 0.93
    assert steps[10].lowest >= 0.9
    assert steps[1000].mean >= 0.965
    assert steps[1].mean < steps[5].mean < steps[20].mean < steps[200].mean


def test_cats_and_dogs_fall_apart_along_the_maps_first_direction(dataset: Dataset, store: FeatureStore):
    from sklearn.metrics import roc_auc_score

    along = make_projection(store).points[:, 0]
    apart = roc_auc_score(dataset.catalog.labels, along)
    assert max(apart, 1 - apart) >= 0.95
