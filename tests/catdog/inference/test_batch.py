"""Many answers: what they come to between two thresholds, which are doubtful, how they do against labels."""

import csv
import io

import numpy as np
import pytest

from catdog.inference.batch import (
    ImagePredictions,
    count_confusion,
    match_label,
    predictions_csv,
    sort_by_uncertainty,
)
from catdog.inference.prediction import UNSURE, Prediction, Thresholds

PETS, BIRDS = ("cats", "dogs"), ("owls", "wrens")
USUAL = Thresholds()


def row(*probabilities: float, label: str | None = None, name: str = "a.jpg", classes=PETS) -> ImagePredictions:
    return ImagePredictions(name, label, tuple(Prediction(classes, one, 0.002) for one in probabilities))


@pytest.mark.parametrize(
    ("probability", "verdict"),
    [(0.0, "cats"), (0.349, "cats"), (0.35, UNSURE), (0.5, UNSURE), (0.65, UNSURE), (0.651, "dogs"), (1.0, "dogs")],
)
def test_an_answer_between_the_thresholds_is_not_sure(probability, verdict):
    assert Prediction(PETS, probability).label_at(USUAL) == verdict


def test_thresholds_that_meet_leave_nearly_no_doubt():
    assert Prediction(PETS, 0.49).label_at(Thresholds(0.5, 0.5)) == "cats"
    assert Prediction(PETS, 0.51).label_at(Thresholds(0.5, 0.5)) == "dogs"
    assert Prediction(PETS, 0.99).label_at(Thresholds(0.0, 1.0)) == UNSURE


def test_thresholds_on_one_side_of_one_half_decide_there_too():
    assert Prediction(PETS, 0.4).label_at(Thresholds(0.2, 0.3)) == "dogs"
    assert Prediction(PETS, 0.6).label_at(Thresholds(0.7, 0.8)) == "cats"
    assert Prediction(PETS, 0.6).probability_of("cats") == pytest.approx(0.4)


def test_doubt_is_how_near_the_average_answer_is_to_one_half():
    assert row(0.5).uncertainty == 1
    assert row(1.0, 1.0).uncertainty == 0
    assert row(0.01, 0.99).uncertainty == pytest.approx(1)  # two certain models that contradict each other
    assert row(0.9, 0.7).uncertainty == pytest.approx(0.4)
    assert row().uncertainty == 0


def test_models_of_other_classes_are_not_averaged():
    mixed = ImagePredictions("a", None, (Prediction(PETS, 0.0), Prediction(BIRDS, 1.0)))
    assert mixed.uncertainty == 0
    assert not mixed.disputed(USUAL)


def test_the_most_doubtful_comes_first_and_equal_ones_stay_in_order():
    assert sort_by_uncertainty([row(0.9), row(0.5), row(0.1), row(0.6)]) == [1, 3, 0, 2]


def test_runs_disagree_only_where_two_are_sure_of_different_classes():
    assert row(0.1, 0.9).disputed(USUAL)
    assert not row(0.1, 0.5).disputed(USUAL)
    assert not row(0.1, 0.2).disputed(USUAL)
    assert not row(0.5, 0.5).disputed(USUAL)
    assert row(0.1, 0.9, 0.5).disputed(USUAL)


def test_a_mistake_is_a_sure_answer_that_the_label_denies():
    assert row(0.9, label="cats").mistaken(USUAL)
    assert not row(0.1, label="cats").mistaken(USUAL)
    assert not row(0.5, label="cats").mistaken(USUAL)
    assert not row(0.9, label=None).mistaken(USUAL)
    assert not row(0.9, label="horses").mistaken(USUAL)


@pytest.mark.parametrize(
    ("truth", "label"),
    [("cats", 0), ("Dog", 1), (" DOGS ", 1), ("horse", None), (None, None), ("", None), ("cat s", None)],
)
def test_a_label_is_found_whatever_its_case_and_number(truth, label):
    assert match_label(truth, PETS) == label


def test_marks_count_right_wrong_and_not_sure():
    rows = [row(0.1, label="cats"), row(0.9, label="cats"), row(0.4, label="cats"), row(0.9, label="dog"), row(0.7)]
    found = count_confusion(rows, 0, USUAL)
    assert found.counts.tolist() == [[1, 1, 1], [0, 1, 0]]
    assert found.classes == PETS
    assert (found.total, found.sure, found.correct) == (4, 3, 3)  # the one that is not sure leans to the right side
    assert found.accuracy == 0.75
    assert found.accuracy_when_sure == pytest.approx(2 / 3)


def test_accuracy_at_one_half_is_that_of_scikit_learn():
    from sklearn.metrics import accuracy_score, confusion_matrix

    rng = np.random.default_rng(4)
    labels, probabilities = rng.integers(0, 2, 200), rng.random(200)
    rows = [row(p, label=PETS[label]) for p, label in zip(probabilities, labels, strict=True)]
    found = count_confusion(rows, 0, Thresholds(0.5, 0.5))
    assert found.accuracy == accuracy_score(labels, probabilities > 0.5)
    assert found.counts[:, :2].tolist() == confusion_matrix(labels, probabilities > 0.5).tolist()


def test_without_labels_there_are_no_marks():
    assert count_confusion([row(0.1), row(0.9, label="horses")], 0, USUAL) is None
    assert count_confusion([], 0, USUAL) is None


def test_all_not_sure_gives_an_accuracy_but_none_when_sure():
    found = count_confusion([row(0.5, label="cats")], 0, USUAL)
    assert found.accuracy == 1.0
    assert found.accuracy_when_sure is None


def test_the_table_to_take_away_is_sorted_by_doubt_and_runs_no_formula():
    rows = [row(0.9, 0.95, name="sure.jpg", label="dogs"), row(0.5, 0.6, name="=HYPERLINK(1).jpg")]
    table = list(csv.DictReader(io.StringIO(predictions_csv(rows, ["model1", "=model4"], USUAL))))
    assert [one["picture"] for one in table] == ["'=HYPERLINK(1).jpg", "sure.jpg"]
    assert table[1]["label"] == "dogs"
    assert table[1]["model1: probability of dogs"] == "0.9"
    assert table[1]["model1: answer"] == "dogs"
    assert table[0]["model1: answer"] == UNSURE
    assert table[0]["model1: milliseconds"] == "2.0"
    assert any(name.startswith("'=model4") for name in table[0])


def test_an_empty_table_has_its_head():
    assert predictions_csv([], ["model1"], USUAL) == "picture,label,doubt\n"
