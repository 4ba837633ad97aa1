"""Batches: every image once in each pass, with its own label, in an order that the seed decides."""

import numpy as np
import pytest

from catdog.augmentation.config import Augmentation
from catdog.training.batches import make_batches

PIXELS = np.arange(10, dtype=np.uint8)[:, None, None, None] * np.ones((1, 160, 160, 3), np.uint8)
LABELS = np.array([0, 1, 1, 0, 1, 0, 0, 1, 1, 0])


def read_rows(dataset) -> list[int]:
    """The images of one pass, as their row numbers; checks that each comes with its label."""
    rows = []
    for images, labels in dataset.as_numpy_iterator():
        batch_rows = images[:, 0, 0, 0].astype(int)
        np.testing.assert_array_equal(labels[:, 0], LABELS[batch_rows])
        rows.extend(batch_rows.tolist())
    return rows


def test_batches_are_float_images_up_to_255_with_labels() -> None:
    bright = np.full((5, 160, 160, 3), 255, np.uint8)
    shapes = []
    for images, labels in make_batches(bright, LABELS, np.arange(5), 2).as_numpy_iterator():
        assert (images.dtype, labels.dtype) == (np.float32, np.float32)
        assert images.max() == 255
        shapes.append((images.shape, labels.shape))
    assert shapes == [((size, 160, 160, 3), (size, 1)) for size in (2, 2, 1)]


@pytest.mark.parametrize("size", [1, 3, 5, 10, 32])
def test_the_number_of_batches_is_known_beforehand(size: int) -> None:
    dataset = make_batches(PIXELS, LABELS, np.arange(10), size)
    assert int(dataset.cardinality()) == len(list(dataset)) == -(-10 // size)


def test_only_the_chosen_rows_come_and_without_an_order_as_they_are() -> None:
    assert read_rows(make_batches(PIXELS, LABELS, np.array([7, 2, 3]), 2)) == [7, 2, 3]


def test_each_pass_has_every_row_in_a_new_order_of_the_seed() -> None:
    def read_passes(seed: int) -> list[list[int]]:
        rng = np.random.default_rng(seed)
        dataset = make_batches(PIXELS, LABELS, np.arange(10), 4, order=lambda: rng)
        return [read_rows(dataset) for _ in range(3)]

    first = read_passes(0)
    assert all(sorted(rows) == list(range(10)) for rows in first)
    assert len({tuple(rows) for rows in first}) == 3
    assert read_passes(0) == first
    assert read_passes(1) != first


def test_images_are_read_as_they_are_needed_and_not_before() -> None:
    class Pixels(np.ndarray):
        read: list[int] = []  # noqa: RUF012  (one object is made)

        def __getitem__(self, rows: np.ndarray) -> np.ndarray:
            self.read.extend(rows.tolist())
            return np.zeros((len(rows), 160, 160, 3), np.uint8)

    labels, rows = np.zeros(5000, np.int64), np.arange(5000)
    pixels = np.zeros((1, 160, 160, 3), np.uint8).view(Pixels)
    iterator = make_batches(pixels, labels, rows, 10).as_numpy_iterator()
    next(iterator)
    assert 10 <= len(Pixels.read) < 2500


def test_images_are_augmented_anew_in_each_pass_by_the_seed() -> None:
    rng = np.random.default_rng(3)
    pixels, labels, rows = rng.integers(0, 256, (6, 160, 160, 3), np.uint8), np.arange(6) % 2, np.arange(6)

    def read_passes(seed: int) -> list[np.ndarray]:
        numbers = np.random.default_rng(seed)
        dataset = make_batches(pixels, labels, rows, 6, lambda: numbers, Augmentation("horizontal", 0.1))
        return [next(iter(dataset.as_numpy_iterator()))[0] for _ in range(2)]

    first, second = read_passes(0)
    assert first.dtype == np.float32
    assert not np.isin(first[:, 80, 80].round(), pixels[:, 80, 80]).all()
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(read_passes(0)[0], first)
    assert not np.array_equal(read_passes(1)[0], first)


def test_without_an_order_nothing_is_augmented() -> None:
    flipped = Augmentation("horizontal", 0.5)
    assert read_rows(make_batches(PIXELS, LABELS, np.arange(10), 4, augmentation=flipped)) == list(range(10))
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 256, (2, 160, 160, 3), np.uint8)
    [(images, _)] = make_batches(pixels, LABELS, np.arange(2), 2, None, Augmentation("vertical", 0.5))
    np.testing.assert_array_equal(images.numpy(), pixels)


def test_the_end_of_a_pass_does_not_wait_for_tf_datas_tuning_thread() -> None:
    assert make_batches(PIXELS, LABELS, np.arange(10), 4).options().autotune.enabled is False
