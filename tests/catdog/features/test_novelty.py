"""Novelty detection: images of another kind are far from every training image, those of the same kind are not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from catdog.datasets import Catalog
from catdog.features import backbone, novelty
from catdog.features.novelty import FEWEST, find_detector, fit_novelty, name_detector, write_detector

FINGERPRINT, DIGEST = "f" * 16, "d" * 16


def draw_features(count: int, seed: int, first: int = 0) -> np.ndarray:
    """Features in which 20 of 1,280 numbers, those from `first` on, are large and all others small."""
    rng = np.random.default_rng(seed)
    values = rng.uniform(0, 0.1, (count, 1280))
    values[:, first : first + 20] += rng.uniform(0.5, 6, (count, 20))
    return values.astype(np.float32)


def make_catalog(training: int, validation: int) -> Catalog:
    count = training + validation
    splits = np.array(["training"] * training + ["validation"] * validation)
    paths = tuple(f"{row}.png" for row in range(count))
    return Catalog("folder", Path("/"), ("cats", "dogs"), paths, np.arange(count) % 2, splits, FINGERPRINT)


@pytest.fixture
def cache(tmp_path):
    content = b"a model that computes features"
    (tmp_path / backbone._name_by_content(f"extractor-{DIGEST}", content)).write_bytes(content)
    return tmp_path


def test_other_things_are_beyond_the_threshold_and_usual_ones_within():
    reference, threshold = fit_novelty(draw_features(300, 0), draw_features(200, 1))
    detector = novelty.NoveltyDetector(reference, threshold, Path("none"))
    usual, others = detector.measure(draw_features(500, 2)), detector.measure(draw_features(500, 3, first=700))
    assert 0.90 <= np.mean(usual <= threshold) < 1
    assert (others > threshold).all()
    assert usual.min() >= 0
    assert others.max() <= 1


def test_how_strong_features_are_does_not_count():
    reference, threshold = fit_novelty(draw_features(300, 0), draw_features(200, 1))
    detector = novelty.NoveltyDetector(reference, threshold, Path("none"))
    values = draw_features(5, 2)
    np.testing.assert_allclose(detector.measure(values), detector.measure(values / 9), atol=1e-6)
    assert detector.measure(np.zeros((1, 1280), np.float32)).tolist() == [1]  # an image in which nothing is seen


def test_97_of_100_validation_images_are_usual():
    training, validation = draw_features(300, 0), draw_features(200, 1)
    reference, threshold = fit_novelty(training, validation)
    distances = novelty.NoveltyDetector(reference, threshold, Path("none")).measure(validation)
    assert (distances <= threshold).sum() in (194, 195)


def test_a_large_training_set_is_sampled_always_in_the_same_way(monkeypatch):
    monkeypatch.setattr(novelty, "REFERENCE", 50)
    training, validation = draw_features(300, 0), draw_features(200, 1)
    reference, threshold = fit_novelty(training, validation)
    again, threshold_again = fit_novelty(training, validation)
    assert reference.shape == (50, 1280)
    np.testing.assert_array_equal(reference, again)
    assert threshold == threshold_again


def test_the_detector_is_kept_and_found_by_the_data_alone(cache):
    values = np.concatenate([draw_features(100, 0), draw_features(FEWEST, 1)])
    assert find_detector(FINGERPRINT, cache) is None
    write_detector(make_catalog(100, FEWEST), values, DIGEST, cache)
    detector = find_detector(FINGERPRINT, cache)
    reference, threshold = fit_novelty(values[:100], values[100:])
    np.testing.assert_array_equal(detector.reference, reference)
    assert detector.threshold == pytest.approx(threshold)
    assert detector.extractor.parent == cache
    assert find_detector("0" * 16, cache) is None


def test_images_in_no_split_are_not_compared_with(cache):
    catalog = make_catalog(100, FEWEST)
    catalog = replace(catalog, splits=np.where(np.arange(len(catalog)) < 30, "excluded", catalog.splits))
    write_detector(catalog, np.concatenate([draw_features(100, 0), draw_features(FEWEST, 1)]), DIGEST, cache)
    assert find_detector(FINGERPRINT, cache).reference.shape == (70, 1280)


def test_a_few_validation_images_make_no_threshold(cache):
    write_detector(make_catalog(100, FEWEST - 1), draw_features(100 + FEWEST - 1, 0), DIGEST, cache)
    assert find_detector(FINGERPRINT, cache) is None


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\3\4 and no more"])
def test_a_damaged_file_is_removed_and_made_anew(cache, content):
    path = name_detector(FINGERPRINT, DIGEST, cache)
    path.write_bytes(content)
    assert find_detector(FINGERPRINT, cache) is None
    assert not path.exists()
    write_detector(make_catalog(100, FEWEST), draw_features(100 + FEWEST, 0), DIGEST, cache)
    assert find_detector(FINGERPRINT, cache) is not None


def test_without_what_computes_features_there_is_no_detector(cache):
    write_detector(make_catalog(100, FEWEST), draw_features(100 + FEWEST, 0), DIGEST, cache)
    next(cache.glob("extractor-*")).unlink()
    assert find_detector(FINGERPRINT, cache) is None
    assert name_detector(FINGERPRINT, DIGEST, cache).exists()
