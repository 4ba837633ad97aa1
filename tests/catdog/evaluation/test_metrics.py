"""Metrics beside scikit-learn's, on random, tied and extreme answers."""

import math

import numpy as np
import pytest
from sklearn import calibration as sklearn_calibration
from sklearn import metrics as sklearn

from catdog.evaluation import (
    calibration_curve,
    class_scores,
    confusion_matrix,
    precision_recall_curve,
    roc_curve,
    score,
)


def random(seed, number=400, decimals=6):
    """Labels, and probabilities that have something to do with them; few decimals make ties."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, number)
    probabilities = 1 / (1 + np.exp(-rng.normal(2 * labels - 1, 1.5)))
    return labels, probabilities.round(decimals)


CASES = [random(seed, decimals=decimals) for seed in range(3) for decimals in (1, 2, 6)]
CASES += [(np.array([0, 1]), np.array([0.2, 0.9])), (np.array([0, 0, 1, 1]), np.full(4, 0.5))]
CASES += [(np.array([1, 0, 1, 0]), np.array([0.0, 0.0, 1.0, 1.0]))]


@pytest.mark.parametrize(("labels", "probabilities"), CASES)
@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 0.9, 1.0])
def test_confusion_and_class_scores_are_scikit_learns(labels, probabilities, threshold):
    answers = (probabilities > threshold).astype(int)
    assert (
        confusion_matrix(labels, probabilities, threshold).tolist()
        == sklearn.confusion_matrix(labels, answers).tolist()
    )
    expected = sklearn.precision_recall_fscore_support(labels, answers, labels=[0, 1], zero_division=np.nan)
    assert not np.isnan(expected[2]).any()  # scikit-learn's F1 is not defined only without pictures and answers
    for label, found in enumerate(class_scores(labels, probabilities, threshold)):
        assert found.support == expected[3][label]
        for mine, theirs in zip((found.precision, found.recall), (expected[0][label], expected[1][label]), strict=True):
            assert mine is None if math.isnan(theirs) else mine == pytest.approx(theirs)
        assert found.f1 == pytest.approx(expected[2][label])


@pytest.mark.parametrize(("labels", "probabilities"), CASES)
def test_the_roc_curve_and_its_area_are_scikit_learns(labels, probabilities):
    found = roc_curve(labels, probabilities)
    assert found.area == pytest.approx(sklearn.roc_auc_score(labels, probabilities))
    x, y, thresholds = sklearn.roc_curve(labels, probabilities, drop_intermediate=False)
    np.testing.assert_allclose(found.x, x)
    np.testing.assert_allclose(found.y, y)
    np.testing.assert_allclose(found.thresholds, thresholds)


@pytest.mark.parametrize(("labels", "probabilities"), CASES)
def test_the_precision_recall_curve_and_its_area_are_scikit_learns(labels, probabilities):
    found = precision_recall_curve(labels, probabilities)
    assert found.area == pytest.approx(sklearn.average_precision_score(labels, probabilities))
    precision, recall, thresholds = sklearn.precision_recall_curve(labels, probabilities)
    np.testing.assert_allclose(found.x, recall[::-1])
    np.testing.assert_allclose(found.y, precision[::-1])
    np.testing.assert_allclose(found.thresholds[1:], thresholds[::-1])


@pytest.mark.parametrize(("labels", "probabilities"), CASES[:9])
def test_the_reliability_diagram_is_scikit_learns(labels, probabilities):
    # scikit-learn counts an edge to the bin below it and we to the one above: away from edges they are the same
    inside = np.clip(probabilities * 0.98 + 0.0101, 0, 1)
    found = calibration_curve(labels, inside, bins=10)
    actual, predicted = sklearn_calibration.calibration_curve(labels, inside, n_bins=10)
    there = found.counts > 0
    np.testing.assert_allclose(found.actual[there], actual)
    np.testing.assert_allclose(found.predicted[there], predicted)
    assert found.error == pytest.approx(float(np.sum(found.counts[there] * np.abs(actual - predicted)) / len(labels)))


@pytest.mark.parametrize(("labels", "probabilities"), CASES)
def test_loss_and_accuracy_are_scikit_learns(labels, probabilities):
    inside = np.clip(probabilities, 0.01, 0.99)  # where both limit the loss of a sure wrong answer differently
    found = score(labels, inside)
    assert found["accuracy"] == pytest.approx(sklearn.accuracy_score(labels, inside > 0.5))
    assert found["loss"] == pytest.approx(sklearn.log_loss(labels, inside, labels=[0, 1]), rel=1e-6)


def test_a_calibration_error_that_can_be_counted_by_hand():
    # two pictures at 0.2 on average, none of class 1; three at 0.8, two of class 1
    found = calibration_curve(np.array([0, 0, 1, 1, 0]), np.array([0.15, 0.25, 0.8, 0.7, 0.9]), bins=2)
    assert found.counts.tolist() == [2, 3]
    assert found.predicted == pytest.approx([0.2, 0.8])
    assert found.actual == pytest.approx([0, 2 / 3])
    assert found.error == pytest.approx(2 / 5 * 0.2 + 3 / 5 * (0.8 - 2 / 3))


def test_a_perfectly_calibrated_model_has_no_error_and_an_over_sure_one_has_much():
    labels = np.array([0, 1] * 50)
    assert calibration_curve(labels, np.full(100, 0.5)).error == 0
    assert calibration_curve(labels, np.full(100, 1.0)).error == 0.5


def test_probabilities_of_zero_and_one_have_a_bin():
    found = calibration_curve(np.array([0, 1]), np.array([0.0, 1.0]), bins=5)
    assert found.counts.tolist() == [1, 0, 0, 0, 1]
    assert math.isnan(found.actual[1])
    assert found.error == 0


@pytest.mark.parametrize("label", [0, 1])
def test_with_a_single_class_curves_have_no_area_where_none_is_defined(label):
    labels, probabilities = np.full(3, label), np.array([0.2, 0.4, 0.9])
    assert roc_curve(labels, probabilities).area is None
    assert precision_recall_curve(labels, probabilities).area == (1.0 if label else None)
    assert class_scores(labels, probabilities)[1 - label].recall is None


def test_without_any_picture_nothing_is_defined_and_nothing_fails():
    labels, probabilities = np.empty(0, np.int64), np.empty(0)
    assert confusion_matrix(labels, probabilities).tolist() == [[0, 0], [0, 0]]
    assert all((one.precision, one.recall, one.f1) == (None,) * 3 for one in class_scores(labels, probabilities))
    assert roc_curve(labels, probabilities).area is precision_recall_curve(labels, probabilities).area is None
    assert calibration_curve(labels, probabilities).error is None
