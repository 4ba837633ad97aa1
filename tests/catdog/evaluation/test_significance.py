"""Intervals and McNemar's test, beside scipy's."""

import numpy as np
import pytest

from catdog.errors import UsageError
from catdog.evaluation import (
    INTERVAL,
    SCOPE,
    McNemar,
    Predictions,
    accuracy_interval,
    describe_mcnemar,
    mcnemar,
    warn_about_many,
)


def predict(right, paths=None, labels=None):
    """Predictions that are correct where `right` is true."""
    right = np.asarray(right, bool)
    labels = np.arange(len(right)) % 2 if labels is None else np.asarray(labels)
    probabilities = np.where(right == (labels == 1), 0.9, 0.1)
    paths = tuple(paths or (f"{index}.jpg" for index in range(len(right))))
    return Predictions(paths, labels, probabilities, np.full(len(right), "test"))


@pytest.mark.parametrize(("right", "photos"), [(0, 1), (1, 1), (96, 192), (190, 192), (192, 192), (24_000, 25_000)])
def test_the_interval_is_wilsons(right, photos):
    from scipy import stats

    expected = stats.binomtest(right, photos).proportion_ci(0.95, method="wilson")
    assert accuracy_interval(right, photos) == (pytest.approx(expected.low), pytest.approx(expected.high))


def test_the_method_covers_the_true_accuracy_in_95_of_100_samples():
    from scipy import stats

    correct = np.arange(193)
    low, high = np.array([accuracy_interval(number, 192) for number in correct.tolist()]).T
    covered = [
        stats.binom.pmf(correct, 192, accuracy)[(low <= accuracy) & (accuracy <= high)].sum()
        for accuracy in np.linspace(0.5, 0.99, 50)
    ]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.005)


@pytest.mark.parametrize(("right", "photos"), [(0, 0), (3, 2), (-1, 5)])
def test_an_impossible_count_has_no_interval(right, photos):
    with pytest.raises(ValueError, match="can't be right"):
        accuracy_interval(right, photos)


@pytest.mark.parametrize(
    ("only_first", "only_second"),
    [(0, 0), (1, 0), (5, 5), (6, 5), (12, 3), (59, 2), (700, 650), (5000, 0), (12_600, 12_400)],
)
def test_p_is_that_of_the_exact_binomial_test(only_first, only_second):
    from scipy import stats

    both = 10
    first = [True] * only_first + [False] * only_second + [True] * both
    second = [False] * only_first + [True] * only_second + [True] * both
    result = mcnemar(predict(first), predict(second))
    expected = stats.binomtest(only_first, only_first + only_second).pvalue if only_first + only_second else 1.0
    assert (result.only_first, result.only_second, result.both, result.neither) == (only_first, only_second, both, 0)
    assert result.p == pytest.approx(expected)


def test_images_are_matched_by_path_and_unshared_ones_left_out():
    first = predict([True, False, True], ["a", "b", "c"], [0, 1, 0])
    second = predict([False, True, True], ["c", "x", "a"], [0, 1, 0])
    result = mcnemar(first, second)
    assert (result.both, result.only_first, result.only_second, result.neither) == (1, 1, 0, 0)


def test_runs_that_share_no_image_can_not_be_compared():
    with pytest.raises(UsageError, match="no image in common"):
        mcnemar(predict([True], ["a"]), predict([True], ["b"]))


def test_runs_with_other_labels_for_an_image_can_not_be_compared():
    with pytest.raises(UsageError, match="different labels"):
        mcnemar(predict([True], ["a"], [0]), predict([True], ["a"], [1]))


def test_images_whose_label_was_corrected_in_between_are_left_out():
    first = predict([True, False, True], ["a", "b", "c"], [0, 1, 0])
    second = predict([True, True, True], ["a", "b", "c"], [0, 1, 1])
    result = mcnemar(first, second)
    assert (result.both, result.only_first, result.only_second, result.neither) == (1, 0, 1, 0)


def test_a_clear_difference_names_the_more_accurate_one():
    assert describe_mcnemar("model4", "model3", McNemar(129, 59, 2, 2, 1e-15)) == (
        "model4 alone is right on 59 images, model3 alone on 2 images (p < 0.0001). That is strong evidence that "
        "model4 is the more accurate of these two trained models."
    )


def test_the_other_one_can_be_the_more_accurate_too():
    text = describe_mcnemar("a", "b", McNemar(10, 1, 12, 0, 0.003))
    assert "a alone is right on 1 image, b alone on 12 images (p = 0.0030)" in text
    assert text.endswith("strong evidence that b is the more accurate of these two trained models.")


@pytest.mark.parametrize("p", [0.04, 0.0101])
def test_what_chance_does_seldom_is_evidence_and_no_more(p):
    text = describe_mcnemar("a", "b", McNemar(100, 6, 0, 10, p))
    assert text.endswith("That is evidence that a is the more accurate of these two trained models.")
    assert "b alone on none" in text
    assert "probably" not in text


@pytest.mark.parametrize("p", [1.0, 0.9949, 0.1, 0.0999, 0.05, 0.001, 0.00099, 0.0001, 1e-300, 0.0])
def test_no_p_is_called_zero_and_every_sentence_is_short(p):
    text = describe_mcnemar("a", "b", McNemar(100, 6, 1, 10, p))
    assert "p = 0.00)" not in text
    assert "p = 0.0000" not in text
    assert "signific" not in text
    assert text.endswith(".")
    assert max(len(sentence.split()) for sentence in text.split(". ")) < 25


@pytest.mark.parametrize(("p", "shown"), [(1.0, "p = 1.00"), (0.42, "p = 0.42"), (0.06, "p = 0.0600")])
def test_what_chance_does_often_decides_nothing(p, shown):
    text = describe_mcnemar("a", "b", McNemar(100, 6, 5, 10, p))
    assert shown in text
    assert text.endswith("These images do not show which of the two is more accurate.")


def test_models_that_never_differ_are_not_told_apart():
    assert "do not tell them apart" in describe_mcnemar("a", "b", McNemar(10, 0, 0, 3, 1.0))


def test_what_interval_and_test_are_about_is_said_in_the_right_sense():
    assert "about 95% of such intervals contain the true accuracy" in INTERVAL
    assert "these two trained models, not their recipes" in SCOPE
    assert warn_about_many(1) == ""
    assert warn_about_many(3).startswith("These are 3 tests.")
