"""The features of the real photos: what a head fitted on them reaches, and which labels they put in doubt."""

import json

import numpy as np
import pytest

from catdog.__main__ import main
from catdog.datasets import TEST, TRAINING, VALIDATION, Dataset, open_dataset
from catdog.features.doubts import find_doubts
from catdog.features.head import choose_head
from catdog.features.store import FeatureStore, make_features
from catdog.settings import Settings

pytestmark = [pytest.mark.photos, pytest.mark.slow]


@pytest.fixture(scope="module")
def dataset(photos_settings: Settings) -> Dataset:
    return open_dataset(photos_settings)


@pytest.fixture(scope="module")
def store(photos_settings: Settings, dataset: Dataset) -> FeatureStore:
    return make_features(dataset, photos_settings.backbone_weights, photos_settings.cache)


def test_a_fitted_head_passes_96_and_a_half_percent(dataset: Dataset, store: FeatureStore):
    labels = dataset.catalog.labels
    training, validation, test = (dataset.catalog.indices(split) for split in (TRAINING, VALIDATION, TEST))
    head = choose_head((store.values[training], labels[training]), (store.values[validation], labels[validation]))

    def score(rows: np.ndarray) -> float:
        return float(np.mean((head.predict(store.values[rows]) > 0.5) == labels[rows]))

    assert score(validation) >= 0.965
    assert score(test) >= 0.965


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_of_100_flipped_labels_90_are_among_150_doubts(dataset: Dataset, store: FeatureStore, seed: int):
    labels = dataset.catalog.labels.copy()
    flipped = np.random.default_rng(seed).choice(len(labels), 100, replace=False)
    labels[flipped] = 1 - labels[flipped]
    doubts = find_doubts(store.values, labels, dataset.catalog.paths, 150)
    assert np.isin(flipped, [doubt.row for doubt in doubts]).sum() >= 90


def test_a_photo_of_the_set_is_its_own_nearest_neighbour(photos_settings, dataset, store, monkeypatch, capsys):
    for name, value in photos_settings.environment().items():
        monkeypatch.setenv(name, value)
    path = dataset.catalog.paths[0]
    assert main(["neighbours", str(dataset.catalog.root / path), "--count", "3", "--json"]) == 0
    neighbours = json.loads(capsys.readouterr().out)
    assert [len(neighbours), neighbours[0]["path"]] == [3, path]
    assert neighbours[0]["distance"] == pytest.approx(0, abs=1e-5)
