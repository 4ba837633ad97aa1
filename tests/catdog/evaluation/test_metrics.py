"""Metrics beside scikit-learn's and Keras's, on random, tied and extreme predictions."""

import json
import math

import numpy as np
import pytest

from catdog.evaluation import (
    calibration_curve,
    class_scores,
    confusion_matrix,
    precision_recall_curve,
    roc_curve,
    score,
)


def random(seed, count=400, decimals=6):
    """Labels, and probabilities that have something to do with them; few decimals make ties."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, count)
    probabilities = 1 / (1 + np.exp(-rng.normal(2 * labels - 1, 1.5)))
    return labels, probabilities.round(decimals)


CASES = [random(seed, decimals=decimals) for seed in range(3) for decimals in (1, 2, 6)]
CASES += [(np.array([0, 1]), np.array([0.2, 0.9])), (np.array([0, 0, 1, 1]), np.full(4, 0.5))]
CASES += [(np.array([1, 0, 1, 0]), np.array([0.0, 0.0, 1.0, 1.0]))]


@pytest.mark.parametrize(("labels", "probabilities"), CASES)
@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 0.9, 1.0])
def test_confusion_and_class_scores_are_scikit_learns(labels, probabilities, threshold):
    from sklearn import metrics as sklearn

    predicted = (probabilities > threshold).astype(int)
    assert (
        confusion_matrix(labels, probabilities, threshold).tolist()
        == sklearn.confusion_matrix(labels, predicted).tolist()
    )
    expected = sklearn.precision_recall_fscore_support(labels, predicted, labels=[0, 1], zero_division=np.nan)
    assert not np.isnan(expected[2]).any()  # scikit-learn's F1 is not defined only without images and predictions
    for label, class_score in enumerate(class_scores(labels, probabilities, threshold)):
        assert class_score.support == expected[3][label]
        for value, reference in zip(
            (class_score.precision, class_score.recall), (expected[0][label], expected[1][label]), strict=True
        ):
            assert value is None if math.isnan(reference) else value == pytest.approx(reference)
        assert class_score.f1 == pytest.approx(expected[2][label])


@pytest.mark.parametrize(("labels", "probabilities"), CASES)
def test_the_roc_curve_and_its_area_are_scikit_learns(labels, probabilities):
    from sklearn import metrics as sklearn

    curve = roc_curve(labels, probabilities)
    assert curve.area == pytest.approx(sklearn.roc_auc_score(labels, probabilities))
    x, y, thresholds = sklearn.roc_curve(labels, probabilities, drop_intermediate=False)
    np.testing.assert_allclose(curve.x, x)
    np.testing.assert_allclose(curve.y, y)
    np.testing.assert_allclose(curve.thresholds, thresholds)


@pytest.mark.parametrize(("labels", "probabilities"), CASES)
def test_the_precision_recall_curve_and_its_area_are_scikit_learns(labels, probabilities):
    from sklearn import metrics as sklearn

    curve = precision_recall_curve(labels, probabilities)
    assert curve.area == pytest.approx(sklearn.average_precision_score(labels, probabilities))
    precision, recall, thresholds = sklearn.precision_recall_curve(labels, probabilities)
    np.testing.assert_allclose(curve.x, recall[::-1])
    np.testing.assert_allclose(curve.y, precision[::-1])
    np.testing.assert_allclose(curve.thresholds[1:], thresholds[::-1])


@pytest.mark.parametrize(("labels", "probabilities"), CASES[:9])
def test_the_reliability_diagram_is_scikit_learns(labels, probabilities):
    # scikit-learn counts an edge to the bin below it and we to the one above: away from edges they are the same
    from sklearn import calibration as sklearn_calibration

    inside = np.clip(probabilities * 0.98 + 0.0101, 0, 1)
    calibration = calibration_curve(labels, inside, bins=10)
    actual, predicted = sklearn_calibration.calibration_curve(labels, inside, n_bins=10)
    filled = calibration.counts > 0
    np.testing.assert_allclose(calibration.actual[filled], actual)
    np.testing.assert_allclose(calibration.predicted[filled], predicted)
    assert calibration.error == pytest.approx(
        float(np.sum(calibration.counts[filled] * np.abs(actual - predicted)) / len(labels))
    )


@pytest.mark.parametrize(("labels", "probabilities"), CASES)
def test_loss_and_accuracy_are_scikit_learns(labels, probabilities):
    from sklearn import metrics as sklearn

    inside = np.clip(probabilities, 0.01, 0.99)  # where both limit the loss of a confident mistake differently
    scores = score(labels, inside)
    assert scores["accuracy"] == pytest.approx(sklearn.accuracy_score(labels, inside > 0.5))
    assert scores["loss"] == pytest.approx(sklearn.log_loss(labels, inside, labels=[0, 1]), rel=1e-6)


def test_a_calibration_error_that_can_be_counted_by_hand():
    # two images at 0.2 on average, none of class 1; three at 0.8, two of class 1
    calibration = calibration_curve(np.array([0, 0, 1, 1, 0]), np.array([0.15, 0.25, 0.8, 0.7, 0.9]), bins=2)
    assert calibration.counts.tolist() == [2, 3]
    assert calibration.predicted == pytest.approx([0.2, 0.8])
    assert calibration.actual == pytest.approx([0, 2 / 3])
    assert calibration.error == pytest.approx(2 / 5 * 0.2 + 3 / 5 * (0.8 - 2 / 3))


def test_an_overconfident_model_has_a_high_calibration_error():
    labels = np.array([0, 1] * 50)
    assert calibration_curve(labels, np.full(100, 0.5)).error == 0
    assert calibration_curve(labels, np.full(100, 1.0)).error == 0.5


def test_probabilities_of_zero_and_one_have_a_bin():
    calibration = calibration_curve(np.array([0, 1]), np.array([0.0, 1.0]), bins=5)
    assert calibration.counts.tolist() == [1, 0, 0, 0, 1]
    assert math.isnan(calibration.actual[1])
    assert calibration.error == 0


@pytest.mark.parametrize("label", [0, 1])
def test_with_a_single_class_an_undefined_area_is_none(label):
    labels, probabilities = np.full(3, label), np.array([0.2, 0.4, 0.9])
    assert roc_curve(labels, probabilities).area is None
    assert precision_recall_curve(labels, probabilities).area == (1.0 if label else None)
    assert class_scores(labels, probabilities)[1 - label].recall is None


def test_without_any_image_nothing_is_defined_and_nothing_fails():
    labels, probabilities = np.empty(0, np.int64), np.empty(0)
    assert confusion_matrix(labels, probabilities).tolist() == [[0, 0], [0, 0]]
    assert all(
        (value.precision, value.recall, value.f1) == (None,) * 3 for value in class_scores(labels, probabilities)
    )
    assert roc_curve(labels, probabilities).area is precision_recall_curve(labels, probabilities).area is None
    assert calibration_curve(labels, probabilities).error is None


def test_a_score_that_can_be_counted_by_hand():
    scores = score(np.array([0, 0, 1, 1, 1]), np.array([0.1, 0.8, 0.9, 0.6, 0.2]))
    assert scores["accuracy"] == pytest.approx(3 / 5)
    assert scores["photos"] == 5
    assert scores["confusion"] == [[1, 1], [1, 2]]  # [label][prediction]
    assert scores["loss"] == pytest.approx(-np.mean(np.log([0.9, 0.2, 0.9, 0.6, 0.2])))


def test_a_half_is_class_0():
    assert score([0, 1], [0.5, 0.5])["confusion"] == [[1, 0], [1, 0]]


def test_scores_equal_those_of_keras():
    import keras

    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 500)
    probabilities = rng.beta(0.3, 0.3, 500).astype(np.float32)
    outputs = probabilities[:, np.newaxis]
    accuracy = keras.metrics.BinaryAccuracy()
    accuracy.update_state(labels[:, np.newaxis], outputs)
    loss = keras.losses.BinaryCrossentropy()(labels[:, np.newaxis].astype(np.float32), outputs)
    scores = score(labels, probabilities)
    assert scores["accuracy"] == pytest.approx(float(accuracy.result()), abs=1e-6)
    assert scores["loss"] == pytest.approx(float(loss), rel=1e-4)


def test_scores_of_two_logits_equal_those_of_keras():
    import keras

    rng = np.random.default_rng(1)
    labels, logits = rng.integers(0, 2, 300), rng.normal(0, 3, (300, 2))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, logits.astype(np.float32))
    accuracy = keras.metrics.SparseCategoricalAccuracy()
    accuracy.update_state(labels, logits)
    scores = score(labels, 1 / (1 + np.exp(logits[:, 0] - logits[:, 1])))
    assert scores["loss"] == pytest.approx(float(loss), rel=1e-4)
    assert scores["accuracy"] == pytest.approx(float(accuracy.result()), abs=1e-6)


def test_a_confident_mistake_costs_much_but_not_infinitely():
    assert score([1, 0], [0.0, 1.0])["loss"] == pytest.approx(-np.log(1e-7), rel=0.01)


def test_no_photos_have_no_score():
    assert score([], []) == {"accuracy": None, "loss": None, "photos": 0, "confusion": [[0, 0], [0, 0]]}


def test_a_score_can_be_written_as_json():
    scores = score(np.array([0, 1]), np.array([0.25, 0.75], dtype=np.float32))
    assert json.loads(json.dumps(scores)) == scores
