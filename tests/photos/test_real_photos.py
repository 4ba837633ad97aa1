"""The real photo set: its counts, its splits, and its pixels beside what Keras makes of the same files."""

import os
from pathlib import Path

import numpy as np
import pytest

from catdog.datasets import TRAINING, Dataset, open_dataset
from catdog.settings import Settings

pytestmark = pytest.mark.photos


@pytest.fixture(scope="module")
def photos(photos_settings: Settings) -> Dataset:
    return open_dataset(photos_settings)


def test_the_set_has_its_published_counts_and_splits(photos: Dataset) -> None:
    assert photos.catalog.classes == ("cats", "dogs")
    assert photos.catalog.counts() == {
        "training": {"cats": 1000, "dogs": 1000},
        "validation": {"cats": 404, "dogs": 404},
        "test": {"cats": 96, "dogs": 96},
    }
    assert photos.catalog.baseline == 0.5
    assert photos.catalog.note == ""


def test_every_photo_is_decoded(photos: Dataset) -> None:
    assert photos.skipped == ()
    assert photos.pixels.shape == (3000, 160, 160, 3)
    pixels = np.asarray(photos.pixels)
    darkest, brightest = pixels.min(axis=(1, 2, 3)), pixels.max(axis=(1, 2, 3))
    assert (brightest - darkest).min() > 30  # no photo came out plain


def test_photos_keep_their_own_size(photos: Dataset) -> None:
    shapes = [photos.image(row).shape for row in range(0, 3000, 100)]
    assert len(set(shapes)) > 10
    assert {depth for _, _, depth in shapes} == {3}


def test_pixels_are_those_that_keras_reads_within_a_grey_level(photos: Dataset, tmp_path: Path) -> None:
    import keras

    rows = photos.catalog.indices(TRAINING)[::10]
    for row in rows:
        path = tmp_path / photos.catalog.paths[row]
        path.parent.mkdir(parents=True, exist_ok=True)
        os.link(photos.catalog.root / photos.catalog.paths[row], path)
    by_keras = keras.utils.image_dataset_from_directory(
        tmp_path / "train", image_size=(160, 160), batch_size=len(rows), shuffle=False, verbose=False
    )
    ((pixels, labels),) = by_keras.as_numpy_iterator()
    assert labels.tolist() == photos.catalog.labels[rows].tolist()
    differences = np.abs(pixels - photos.pixels[rows]).mean(axis=(1, 2, 3))
    assert len(differences) == 200
    assert differences.max() < 1
