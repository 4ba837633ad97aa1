"""A prediction: its class at one threshold and between two, and how confident it is."""

import pytest

from catdog.inference.prediction import UNSURE, Prediction, Thresholds

PETS = ("cats", "dogs")
USUAL = Thresholds()


@pytest.mark.parametrize(
    ("probability", "label"),
    [(0.0, "cats"), (0.349, "cats"), (0.35, UNSURE), (0.5, UNSURE), (0.65, UNSURE), (0.651, "dogs"), (1.0, "dogs")],
)
def test_a_prediction_between_the_thresholds_is_not_sure(probability, label):
    assert Prediction(PETS, probability).label_at(USUAL) == label


def test_thresholds_that_meet_leave_almost_nothing_unsure():
    assert Prediction(PETS, 0.49).label_at(Thresholds(0.5, 0.5)) == "cats"
    assert Prediction(PETS, 0.51).label_at(Thresholds(0.5, 0.5)) == "dogs"
    assert Prediction(PETS, 0.99).label_at(Thresholds(0.0, 1.0)) == UNSURE


def test_thresholds_on_one_side_of_one_half_decide_there_too():
    assert Prediction(PETS, 0.4).label_at(Thresholds(0.2, 0.3)) == "dogs"
    assert Prediction(PETS, 0.6).label_at(Thresholds(0.7, 0.8)) == "cats"
    assert Prediction(PETS, 0.6).probability_of("cats") == pytest.approx(0.4)


@pytest.mark.parametrize(("threshold", "label"), [(0.5, "dogs"), (0.6, "cats"), (0.7, "cats")])
def test_a_single_threshold_always_decides(threshold, label):
    assert Prediction(PETS, 0.6).label_above(threshold) == label


@pytest.mark.parametrize(
    ("probability", "label", "confidence"), [(0.1, "cats", 0.9), (0.5, "cats", 0.5), (1.0, "dogs", 1.0)]
)
def test_the_label_is_the_likelier_class(probability, label, confidence):
    prediction = Prediction(PETS, probability)
    assert (prediction.label, prediction.confidence) == (label, confidence)
    assert prediction.probability_of(label) == confidence
