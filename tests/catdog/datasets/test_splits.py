"""catdog.datasets.splits: stratified, without overlap, and the same for everyone."""

import hashlib

import numpy as np
import pytest

from catdog.datasets import splits
from catdog.datasets.splits import (
    TEST,
    TRAINING,
    VALIDATION,
    assign_splits,
    sample_stratified,
    split_given_folders,
    split_stratified,
)


def labels_of(cats: int, dogs: int) -> np.ndarray:
    return np.repeat([0, 1], [cats, dogs])


def given(train: tuple[int, int], validation: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return labels and in_training of a set with that many cats and dogs in train/ and validation/."""
    labels = np.concatenate([labels_of(*train), labels_of(*validation)])
    return labels, np.arange(len(labels)) < sum(train)


def counts(labels: np.ndarray, named: np.ndarray) -> dict[str, list[int]]:
    return {name: np.bincount(labels[named == name], minlength=2).tolist() for name in (TRAINING, VALIDATION, TEST)}


@pytest.mark.parametrize(
    ("photos", "expected"), [(1000, 192), (998, 192), (400, 64), (160, 32), (128, 25), (40, 8), (10, 2), (4, 0), (0, 0)]
)
def test_the_test_set_is_a_fifth_of_the_batches_or_photos(photos: int, expected: int) -> None:
    assert splits.test_size(photos) == expected


def test_the_published_set_gives_808_and_192_with_both_classes_alike() -> None:
    labels, in_training = given((1000, 1000), (500, 500))
    assert counts(labels, split_given_folders(labels, in_training)) == {
        "training": [1000, 1000],
        "validation": [404, 404],
        "test": [96, 96],
    }


def test_the_drawn_set_gives_64_test_images() -> None:
    labels, in_training = given((400, 400), (200, 200))
    assert counts(labels, split_given_folders(labels, in_training))["test"] == [32, 32]


def test_each_class_gets_its_share_of_the_test_set() -> None:
    labels, in_training = given((10, 10), (303, 697))
    assert counts(labels, split_given_folders(labels, in_training))["test"] == [58, 134]


def test_training_photos_stay_training_and_no_photo_is_in_two_splits() -> None:
    labels, in_training = given((30, 50), (70, 90))
    named = split_given_folders(labels, in_training)
    assert (named[in_training] == TRAINING).all()
    assert set(named[~in_training]) == {VALIDATION, TEST}


def test_the_split_is_the_same_for_everyone() -> None:
    labels, in_training = given((1000, 1000), (500, 500))
    rows = np.flatnonzero(split_given_folders(labels, in_training) == TEST)
    # If this fails after an update of numpy, its generator draws differently: results could no longer be compared.
    assert rows[:6].tolist() == [2026, 2036, 2043, 2058, 2062, 2067]
    assert hashlib.sha256(rows.astype("<i8").tobytes()).hexdigest()[:12] == "4fd198db7153"


def test_another_seed_gives_another_split() -> None:
    labels, in_training = given((10, 10), (50, 50))
    assert (split_given_folders(labels, in_training, seed=1) != split_given_folders(labels, in_training, seed=2)).any()
    assert (split_stratified(labels, seed=1) != split_stratified(labels, seed=2)).any()


def test_a_folder_without_splits_is_split_70_20_10_in_each_class() -> None:
    labels = labels_of(200, 100)
    named = split_stratified(labels)
    assert counts(labels, named) == {"training": [140, 70], "validation": [40, 20], "test": [20, 10]}
    assert (named == split_stratified(labels)).all()
    assert (named[:60] != TRAINING).any()


@pytest.mark.parametrize(("fraction", "cats", "dogs"), [(0.5, 50, 20), (0.1, 10, 4), (0.001, 2, 2)])
def test_a_subset_has_its_share_of_each_class_and_at_least_two(fraction: float, cats: int, dogs: int) -> None:
    labels = labels_of(150, 60)
    indices = np.concatenate([np.arange(0, 100), np.arange(150, 190)])
    kept = sample_stratified(indices, labels, fraction, seed=3)
    assert np.bincount(labels[kept]).tolist() == [cats, dogs]
    assert np.isin(kept, indices).all()
    assert (np.diff(kept) > 0).all()
    assert kept.tolist() == sample_stratified(indices, labels, fraction, seed=3).tolist()
    assert kept.tolist() != sample_stratified(indices, labels, fraction, seed=4).tolist()


def test_a_subset_of_everything_is_everything() -> None:
    indices = np.arange(5, 25)
    assert sample_stratified(indices, labels_of(15, 15), 1.0, seed=0).tolist() == indices.tolist()


def test_splits_that_folders_say_stay_and_the_others_are_drawn_as_before() -> None:
    labels = np.repeat([0, 1], 60)
    folders = np.tile(["train", "validation", "test"], 40)
    names = {"train": TRAINING, "validation": VALIDATION, "test": TEST}
    assert assign_splits(labels, folders).tolist() == [names[folder] for folder in folders]
    assert (assign_splits(labels, np.full(120, "")) == split_stratified(labels)).all()
    two = np.tile(["train", "validation"], 60)
    assert (assign_splits(labels, two) == split_given_folders(labels, two == "train")).all()


def test_without_a_validation_folder_a_fifth_of_training_is_drawn_from_each_class() -> None:
    labels = np.repeat([0, 1, 0, 1], [40, 20, 5, 5])
    folders = np.repeat(["train", "test"], [60, 10])
    splits = assign_splits(labels, folders)
    assert counts(labels, splits) == {"training": [32, 16], "validation": [8, 4], "test": [5, 5]}
    assert (splits[folders == "test"] == TEST).all()
