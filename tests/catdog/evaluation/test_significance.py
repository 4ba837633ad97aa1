"""Intervals and McNemar's test, beside scipy's."""

import numpy as np
import pytest
from scipy import stats

from catdog.errors import UsageError
from catdog.evaluation import McNemar, Predictions, accuracy_interval, describe_mcnemar, mcnemar


def answers(right, paths=None, labels=None):
    """Answers that are right where `right` says so."""
    right = np.asarray(right, bool)
    labels = np.arange(len(right)) % 2 if labels is None else np.asarray(labels)
    probabilities = np.where(right == (labels == 1), 0.9, 0.1)
    paths = tuple(paths or (f"{number}.jpg" for number in range(len(right))))
    return Predictions(paths, labels, probabilities, np.full(len(right), "test"))


@pytest.mark.parametrize(("right", "photos"), [(0, 1), (1, 1), (96, 192), (190, 192), (192, 192), (24_000, 25_000)])
def test_the_interval_is_wilsons(right, photos):
    expected = stats.binomtest(right, photos).proportion_ci(0.95, method="wilson")
    assert accuracy_interval(right, photos) == (pytest.approx(expected.low), pytest.approx(expected.high))


@pytest.mark.parametrize(("right", "photos"), [(0, 0), (3, 2), (-1, 5)])
def test_an_impossible_count_has_no_interval(right, photos):
    with pytest.raises(ValueError, match="can't be right"):
        accuracy_interval(right, photos)


@pytest.mark.parametrize(
    ("one", "other"), [(0, 0), (1, 0), (5, 5), (6, 5), (12, 3), (59, 2), (700, 650), (5000, 0), (12_600, 12_400)]
)
def test_p_is_that_of_the_exact_binomial_test(one, other):
    both = 10
    first = [True] * one + [False] * other + [True] * both
    second = [False] * one + [True] * other + [True] * both
    found = mcnemar(answers(first), answers(second))
    expected = stats.binomtest(one, one + other).pvalue if one + other else 1.0
    assert (found.only_first, found.only_second, found.both, found.neither) == (one, other, both, 0)
    assert found.p == pytest.approx(expected)


def test_pictures_are_matched_by_their_paths_and_those_of_one_run_only_are_left_out():
    one = answers([True, False, True], ["a", "b", "c"], [0, 1, 0])
    other = answers([False, True, True], ["c", "x", "a"], [0, 1, 0])
    found = mcnemar(one, other)
    assert (found.both, found.only_first, found.only_second, found.neither) == (1, 1, 0, 0)


def test_runs_that_share_no_picture_can_not_be_compared():
    with pytest.raises(UsageError, match="no picture in common"):
        mcnemar(answers([True], ["a"]), answers([True], ["b"]))


def test_runs_with_other_labels_for_the_same_picture_can_not_be_compared():
    with pytest.raises(UsageError, match="different labels"):
        mcnemar(answers([True], ["a"], [0]), answers([True], ["a"], [1]))


def test_a_clear_difference_names_the_better_one():
    words = describe_mcnemar("model4", "model3", McNemar(129, 59, 2, 2, 1e-15))
    assert words.startswith("model4 was right on 59 pictures that model3 got wrong, and model3 on 2 pictures")
    assert words.endswith("only in less than 1 of 10,000 cases: model4 is better.")


def test_the_other_one_can_be_better_too():
    assert describe_mcnemar("a", "b", McNemar(10, 1, 12, 0, 0.003)).endswith("b is better.")


@pytest.mark.parametrize(("p", "chance"), [(0.04, "40 of 1,000"), (0.0101, "10 of 1,000")])
def test_what_chance_does_seldom_makes_one_probably_better(p, chance):
    words = describe_mcnemar("a", "b", McNemar(100, 6, 0, 10, p))
    assert f"only in {chance} cases: a is probably better." in words
    assert "b on no picture that a got wrong" in words


@pytest.mark.parametrize("p", [1.0, 0.9949, 0.1, 0.0999, 0.05, 0.001, 0.00099, 0.0001, 1e-300, 0.0])
def test_no_chance_is_said_to_be_none_and_no_word_needs_a_dictionary(p):
    words = describe_mcnemar("a", "b", McNemar(100, 6, 1, 10, p))
    assert "in 0 of" not in words
    assert "signific" not in words
    assert words.endswith(".")


@pytest.mark.parametrize(("p", "chance"), [(1.0, "practically every time"), (0.42, "42 of 100"), (0.06, "60 of 1,000")])
def test_what_chance_does_often_decides_nothing(p, chance):
    words = describe_mcnemar("a", "b", McNemar(100, 6, 5, 10, p))
    assert chance in words
    assert words.endswith("these pictures do not show which of the two is better.")


def test_models_that_never_differ_are_told_apart_by_nothing():
    assert "nothing tells them apart" in describe_mcnemar("a", "b", McNemar(10, 0, 0, 3, 1.0))
