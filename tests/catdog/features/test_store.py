"""The feature store: each image is computed once, whatever happens in between."""

import errno
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from catdog.datasets import Catalog, Dataset
from catdog.errors import DataError
from catdog.features import store as feature_store
from catdog.features.novelty import FEWEST
from catdog.features.shared import find_shared_features
from catdog.features.store import BLOCK, RECORD, find_features, make_features, open_features


def make_dataset(count: int, fingerprint: str = "a" * 16, first: int = 0) -> Dataset:
    """A dataset of `count` different images of noise, of which number `first` is the first."""
    rows = range(first, first + count)
    pixels = np.stack([np.random.default_rng(row).integers(0, 256, (160, 160, 3), np.uint8) for row in rows])
    labels = np.arange(count) % 2
    paths = tuple(f"{row:06}.png" for row in rows)
    splits = np.full(count, "training")
    return Dataset(Catalog("folder", Path("/nowhere"), ("cats", "dogs"), paths, labels, splits, fingerprint), pixels)


def features_of(pixels: np.ndarray) -> np.ndarray:
    """What the extractor of these tests computes: an image's mean brightness, 0 to 1, 1,280 times."""
    return np.repeat(pixels.mean(axis=(1, 2, 3), dtype=np.float32)[:, np.newaxis] / 255, 1280, axis=1)


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "weights.h5"
    path.write_bytes(b"weights")
    return path


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def computed(monkeypatch):
    """The number of images of each call of the extractor."""
    calls = []

    @contextmanager
    def outputs(path):
        def extract(pixels):
            calls.append(len(pixels))
            return features_of(pixels)

        yield extract

    monkeypatch.setattr(feature_store, "parallel_outputs", outputs)
    monkeypatch.setattr(feature_store, "get_feature_extractor", lambda weights, cache: cache / "extractor.tflite")
    return calls


def keep_decoded(cache: Path, dataset: Dataset) -> None:
    """Make the cache look as if the dataset's images were decoded in it."""
    cache.mkdir(exist_ok=True)
    (cache / f"{dataset.catalog.fingerprint}-160-2.npy").touch()


def test_features_are_computed_once_in_the_catalogs_order(weights, cache, computed):
    dataset = make_dataset(5)
    assert open_features(dataset, weights, cache) is None
    store = make_features(dataset, weights, cache)
    np.testing.assert_array_equal(store.values, features_of(dataset.pixels))
    assert (store.computed, store.values.dtype) == (5, np.float32)
    again = make_features(dataset, weights, cache)
    np.testing.assert_array_equal(again.values, store.values)
    assert (again.computed, computed) == (0, [5])


def test_only_added_images_are_computed(weights, cache, computed):
    before, after = make_dataset(4, first=2), make_dataset(7, "b" * 16)
    keep_decoded(cache, before)
    keep_decoded(cache, after)
    make_features(before, weights, cache)
    store = make_features(after, weights, cache)
    np.testing.assert_array_equal(store.values, features_of(after.pixels))
    assert (store.computed, computed) == (3, [4, 3])
    assert open_features(before, weights, cache) is not None


def test_features_of_vanished_images_are_deleted(weights, cache, computed):
    before, after = make_dataset(2), make_dataset(3, "b" * 16)
    keep_decoded(cache, after)
    path = make_features(before, weights, cache).path
    make_features(after, weights, cache)
    assert not path.exists()


def test_another_backbone_has_features_of_its_own(weights, cache, computed, tmp_path):
    dataset = make_dataset(3)
    make_features(dataset, weights, cache)
    other = tmp_path / "other.h5"
    other.write_bytes(b"other weights")
    assert open_features(dataset, other, cache) is None
    assert make_features(dataset, other, cache).computed == 3


def test_what_an_ended_process_has_reached_is_kept(weights, cache, computed):
    dataset = make_dataset(BLOCK + 4)

    def stop(done, total, task):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_features(dataset, weights, cache, stop)
    assert open_features(dataset, weights, cache) is None
    store = make_features(dataset, weights, cache)
    np.testing.assert_array_equal(store.values, features_of(dataset.pixels))
    assert (store.computed, computed) == (4, [BLOCK, 4])
    assert not list(cache.glob("*.part"))


def test_a_record_cut_short_is_computed_again(weights, cache, computed):
    dataset = make_dataset(4)
    path = make_features(dataset, weights, cache).path
    half = path.read_bytes()[: 2 * RECORD.itemsize + 100]
    path.unlink()
    path.with_suffix(".part").write_bytes(half)
    store = make_features(dataset, weights, cache)
    np.testing.assert_array_equal(store.values, features_of(dataset.pixels))
    assert store.computed == 2


def test_records_of_other_images_are_not_continued(weights, cache, computed):
    dataset = make_dataset(4)
    path = make_features(dataset, weights, cache).path
    path.rename(path.with_suffix(".part"))
    pixels = dataset.pixels.copy()
    pixels[1] = 255 - pixels[1]
    changed = replace(dataset, pixels=pixels)
    store = make_features(changed, weights, cache)
    np.testing.assert_array_equal(store.values, features_of(pixels))


def test_a_store_that_lost_its_end_is_made_whole(weights, cache, computed):
    dataset = make_dataset(4)
    path = make_features(dataset, weights, cache).path
    path.write_bytes(path.read_bytes()[: 3 * RECORD.itemsize])
    assert open_features(dataset, weights, cache) is None
    store = make_features(dataset, weights, cache)
    np.testing.assert_array_equal(store.values, features_of(dataset.pixels))
    assert store.computed == 1


def test_a_full_disk_is_told_in_a_sentence(weights, cache, computed, monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(feature_store.os, "fsync", full)
    with pytest.raises(DataError, match=r"can't be kept in .* \(No space left on device\): free some disk space"):
        make_features(make_dataset(2), weights, cache)


def test_what_tells_other_kinds_of_images_lies_beside_the_features(weights, cache, computed):
    dataset = make_dataset(2 * FEWEST)
    splits = np.where(np.arange(2 * FEWEST) < FEWEST, "training", "validation")
    dataset = replace(dataset, catalog=replace(dataset.catalog, splits=splits))
    store = make_features(dataset, weights, cache)
    detector = next(cache.glob("novelty-*.npz"))
    written = detector.read_bytes()
    detector.unlink()  # as before there were any
    np.testing.assert_array_equal(make_features(dataset, weights, cache).values, store.values)
    assert [detector.read_bytes() == written, sum(computed)] == [True, 2 * FEWEST]


def test_stored_features_are_there_without_the_weights(weights, cache, computed, monkeypatch):
    dataset = make_dataset(3)
    extractor = cache / "extractor.tflite"
    monkeypatch.setattr(feature_store, "find_extractor", lambda digest, cache: extractor)
    assert find_features(dataset, cache) is None
    path = make_features(dataset, weights, cache).path
    store, file = find_features(dataset, cache)
    assert (store.path, file) == (path, extractor)
    np.testing.assert_array_equal(store.values, features_of(dataset.pixels))
    assert find_features(make_dataset(4), cache) is None
    monkeypatch.setattr(feature_store, "find_extractor", lambda digest, cache: None)
    assert find_features(dataset, cache) is None


def test_what_was_computed_of_features_goes_with_them(weights, cache, computed):
    before, after = make_dataset(2), make_dataset(3, "b" * 16)
    keep_decoded(cache, after)
    path = make_features(before, weights, cache).path
    (old, new) = (cache / f"{path.stem.replace('a' * 16, name)}-pca.npz" for name in ("a" * 16, "b" * 16))
    for file in (old, new):
        file.touch()
    make_features(after, weights, cache)
    assert not old.exists()
    assert new.exists()


def test_runs_find_features_that_are_all_there_only(weights, cache, computed, monkeypatch):
    dataset = make_dataset(3)
    assert find_shared_features(weights, dataset, cache) is None
    make_features(dataset, weights, cache)
    assert find_shared_features(weights, dataset, cache) is None  # without the file that computes them
    monkeypatch.setattr("catdog.features.shared.find_extractor", lambda digest, cache: cache / "extractor.tflite")
    shared = find_shared_features(weights, dataset, cache)
    np.testing.assert_array_equal(shared.values, features_of(dataset.pixels))
    assert find_shared_features(weights.with_name("gone.h5"), dataset, cache) is None


@pytest.mark.parametrize("number", [np.nan, np.inf, -0.1, 6.1, 1e30])
def test_numbers_that_are_no_features_are_computed_again(weights, cache, computed, number):
    dataset = make_dataset(5)
    path = make_features(dataset, weights, cache).path
    expected = path.read_bytes()
    records = np.memmap(path, RECORD, "r+")
    records["features"][3, 7] = number
    records.flush()
    assert open_features(dataset, weights, cache) is None
    np.testing.assert_array_equal(make_features(dataset, weights, cache).values, features_of(dataset.pixels))
    assert path.read_bytes() == expected


def test_what_an_ended_process_left_damaged_is_computed_again(weights, cache, computed):
    dataset = make_dataset(5)
    path = make_features(dataset, weights, cache).path
    part = path.rename(path.with_suffix(".part"))
    records = np.memmap(part, RECORD, "r+")
    records["features"][3, 7] = np.nan
    records.flush()
    computed.clear()
    np.testing.assert_array_equal(make_features(dataset, weights, cache).values, features_of(dataset.pixels))
    assert sum(computed) == 2  # the damaged one and the one after it
