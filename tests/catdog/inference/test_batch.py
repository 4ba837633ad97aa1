"""Predictions of many images: between thresholds, by uncertainty, against labels, as CSV."""

import csv
import io

import numpy as np
import pytest

from catdog.inference.batch import (
    ImagePredictions,
    align_predictions,
    count_confusion,
    predictions_csv,
    sort_by_uncertainty,
)
from catdog.inference.prediction import UNSURE, Prediction, Thresholds

PETS, BIRDS = ("cats", "dogs"), ("owls", "wrens")
USUAL = Thresholds()


def row(*probabilities: float, label: str | None = None, name: str = "a.jpg", classes=PETS) -> ImagePredictions:
    return ImagePredictions(
        name, label, tuple(Prediction(classes, probability, 0.002) for probability in probabilities)
    )


def test_uncertainty_is_how_near_the_mean_is_to_one_half():
    assert row(0.5).uncertainty == 1
    assert row(1.0, 1.0).uncertainty == 0
    assert row(0.01, 0.99).uncertainty == pytest.approx(1)  # two certain models that contradict each other
    assert row(0.9, 0.7).uncertainty == pytest.approx(0.4)
    assert row().uncertainty == 0


def test_models_of_other_classes_are_not_averaged():
    mixed = ImagePredictions("a", None, (Prediction(PETS, 0.0), Prediction(BIRDS, 1.0)))
    assert mixed.uncertainty == 0


def test_the_most_uncertain_comes_first_and_equals_stay_in_order():
    assert sort_by_uncertainty([row(0.9), row(0.5), row(0.1), row(0.6)]) == [1, 3, 0, 2]


def test_a_mistake_is_a_sure_prediction_against_the_label():
    assert row(0.9, label="cats").mistaken(USUAL)
    assert not row(0.1, label="cats").mistaken(USUAL)
    assert not row(0.5, label="cats").mistaken(USUAL)
    assert not row(0.9, label=None).mistaken(USUAL)
    assert not row(0.9, label="horses").mistaken(USUAL)


def test_runs_that_name_the_same_classes_otherwise_are_compared_in_one_order():
    shouted, turned = Prediction(("CAT", "DOG"), 0.1, 0.5), Prediction(("dog", "cat"), 0.9)
    aligned = align_predictions([Prediction(PETS, 0.2), shouted, Prediction(BIRDS, 0.3), turned])
    assert aligned == (
        Prediction(PETS, 0.2),
        Prediction(PETS, 0.1, 0.5),
        Prediction(BIRDS, 0.3),
        Prediction(PETS, pytest.approx(0.1)),
    )
    assert not ImagePredictions("a", "Cat", aligned).mistaken(USUAL)
    assert count_confusion([ImagePredictions("a", "Cats", aligned)], 3, USUAL).counts.tolist() == [[1, 0, 0], [0, 0, 0]]


def test_confusion_counts_right_wrong_and_not_sure():
    rows = [row(0.1, label="cats"), row(0.9, label="cats"), row(0.4, label="cats"), row(0.9, label="dog"), row(0.7)]
    confusion = count_confusion(rows, 0, USUAL)
    assert confusion.counts.tolist() == [[1, 1, 1], [0, 1, 0]]
    assert confusion.classes == PETS
    # the unsure prediction is correct at one half
    assert (confusion.total, confusion.sure, confusion.correct) == (4, 3, 3)
    assert confusion.accuracy == 0.75
    assert confusion.accuracy_when_sure == pytest.approx(2 / 3)


def test_accuracy_at_one_half_is_that_of_scikit_learn():
    from sklearn.metrics import accuracy_score, confusion_matrix

    rng = np.random.default_rng(4)
    labels, probabilities = rng.integers(0, 2, 200), rng.random(200)
    rows = [row(p, label=PETS[label]) for p, label in zip(probabilities, labels, strict=True)]
    confusion = count_confusion(rows, 0, Thresholds(0.5, 0.5))
    assert confusion.accuracy == accuracy_score(labels, probabilities > 0.5)
    assert confusion.counts[:, :2].tolist() == confusion_matrix(labels, probabilities > 0.5).tolist()


def test_without_labels_nothing_is_counted():
    assert count_confusion([row(0.1), row(0.9, label="horses")], 0, USUAL) is None
    assert count_confusion([], 0, USUAL) is None


def test_all_not_sure_gives_an_accuracy_but_none_when_sure():
    confusion = count_confusion([row(0.5, label="cats")], 0, USUAL)
    assert confusion.accuracy == 1.0
    assert confusion.accuracy_when_sure is None


def test_csv_is_sorted_by_uncertainty_and_runs_no_formula():
    rows = [row(0.9, 0.95, name="sure.jpg", label="dogs"), row(0.5, 0.6, name="=HYPERLINK(1).jpg")]
    table = list(csv.DictReader(io.StringIO(predictions_csv(rows, ["model1", "=model4"], USUAL))))
    assert [line["image"] for line in table] == ["'=HYPERLINK(1).jpg", "sure.jpg"]
    assert table[1]["label"] == "dogs"
    assert table[1]["model1: probability of dogs"] == "0.9"
    assert table[1]["model1: answer"] == "dogs"
    assert table[0]["model1: answer"] == UNSURE
    assert table[0]["model1: milliseconds"] == "2.0"
    assert any(name.startswith("'=model4") for name in table[0])


def test_an_empty_table_has_its_head():
    assert predictions_csv([], ["model1"], USUAL) == "image,label,uncertainty\n"
