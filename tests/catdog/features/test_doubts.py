"""Labels that the other images contradict."""

import numpy as np

from catdog.features.doubts import NEIGHBOURS, find_doubts

COUNT = 120


def make_flipped(flipped: list[int]) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Features of two classes far apart, labels of which some are wrong, and paths."""
    rng = np.random.default_rng(0)
    truth = np.arange(COUNT) % 2
    values = np.abs(rng.normal(size=(COUNT, 10)) + np.where(truth, 8, 0)[:, np.newaxis] * ([1] * 5 + [0] * 5))
    labels = truth.copy()
    labels[flipped] = 1 - labels[flipped]
    return values.astype(np.float32), labels, tuple(f"{row}.jpg" for row in range(COUNT))


def test_flipped_labels_are_found_and_no_others():
    values, labels, paths = make_flipped([7, 30, 64])
    doubts = find_doubts(values, labels, paths, 20)
    assert sorted(doubt.row for doubt in doubts) == [7, 30, 64]
    for doubt in doubts:
        assert (doubt.error.path, doubt.error.label) == (paths[doubt.row], labels[doubt.row])
        assert 0.5 < doubt.error.confidence <= 1


def test_the_surest_doubts_come_first_and_no_more_than_asked():
    values, labels, paths = make_flipped([7, 30, 64, 65])
    doubts = find_doubts(values, labels, paths, 3)
    confidences = [doubt.error.confidence for doubt in doubts]
    assert len(doubts) == 3
    assert confidences == sorted(confidences, reverse=True)


def test_the_reason_is_images_of_the_other_class():
    values, labels, paths = make_flipped([7])
    [doubt] = find_doubts(values, labels, paths, 5)
    rows = [paths.index(path) for path in doubt.reasons]
    assert len(rows) == NEIGHBOURS
    assert all(labels[row] == 1 - labels[7] for row in rows)


def test_right_labels_raise_no_doubt():
    assert find_doubts(*make_flipped([]), 10) == []
