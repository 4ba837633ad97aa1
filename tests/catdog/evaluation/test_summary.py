"""The summary of a model's answers: what the other modules compute, ready for JSON."""

import json

import numpy as np
import pytest

from catdog.evaluation import (
    Predictions,
    accuracy_interval,
    calibration_curve,
    precision_recall_curve,
    roc_curve,
    score,
)
from catdog.evaluation.summary import summarize

ADDED = {"interval", "threshold", "classes", "roc_area", "average_precision", "calibration_error"}


def answers(labels, probabilities):
    number = len(labels)
    values = np.array(probabilities, np.float64)
    return Predictions(tuple(map(str, range(number))), np.array(labels, np.int64), values, np.full(number, "test"))


@pytest.fixture
def some():
    rng = np.random.default_rng(5)
    return answers(rng.integers(0, 2, 90), rng.random(90).astype(np.float32))


def test_at_one_half_its_old_numbers_are_those_of_score(some):
    found, old = summarize(some), score(some.labels, some.probabilities)
    assert {key: found[key] for key in old} == old
    assert set(found) == set(old) | ADDED


def test_what_it_adds_is_what_the_metrics_say(some):
    found = summarize(some)
    right = int(some.correct().sum())
    assert tuple(found["interval"]) == accuracy_interval(right, 90)
    assert found["roc_area"] == roc_curve(some.labels, some.probabilities).area
    assert found["average_precision"] == precision_recall_curve(some.labels, some.probabilities).area
    assert found["calibration_error"] == calibration_curve(some.labels, some.probabilities).error
    assert [one["photos"] for one in found["classes"]] == np.bincount(some.labels).tolist()


def test_the_threshold_changes_answers_but_neither_loss_nor_areas(some):
    half, high = summarize(some), summarize(some, 0.9)
    assert high["accuracy"] == pytest.approx(some.correct(0.9).mean())
    assert high["confusion"] != half["confusion"]
    for same in ("loss", "roc_area", "average_precision", "calibration_error"):
        assert high[same] == half[same]


@pytest.mark.parametrize("these", [answers([], []), answers([1, 1], [0.2, 1.0])])
def test_what_is_not_defined_is_null_in_json(these):
    found = json.loads(json.dumps(summarize(these), allow_nan=False))
    assert found["roc_area"] is None
    assert found["classes"][0]["recall"] is None
    assert (found["accuracy"] is None) == (len(these) == 0)
