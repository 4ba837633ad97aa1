"""The images most alike to one."""

import numpy as np

from catdog.features.neighbours import find_neighbours

VALUES = np.array([[0, 2], [1, 0], [1, 1], [3, 3.01], [0, 0]], np.float32)


def test_the_nearest_come_first_however_strong_their_features():
    rows, distances = find_neighbours(np.array([2, 2], np.float32), VALUES, 3)
    assert rows.tolist() == [2, 3, 0]
    np.testing.assert_allclose(distances, [0, 0, 1 - 2**-0.5], atol=1e-5)


def test_features_that_are_all_zero_are_like_nothing():
    rows, distances = find_neighbours(np.zeros(2, np.float32), VALUES, 9)
    assert rows.tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_array_equal(distances, np.ones(5))


def test_nothing_is_asked_of_nothing():
    rows, distances = find_neighbours(np.ones(2, np.float32), VALUES[:0])
    assert (len(rows), len(distances)) == (0, 0)
