"""The summary of a model's predictions: what the other modules compute, ready for JSON."""

import json
from pathlib import Path

import numpy as np
import pytest

from catdog.evaluation import (
    Predictions,
    accuracy_interval,
    calibration_curve,
    precision_recall_curve,
    read_predictions,
    roc_curve,
    score,
)
from catdog.evaluation.summary import summarize

ADDED = {"interval", "threshold", "classes", "roc_area", "average_precision", "calibration_error"}


def predict(labels, probabilities):
    count = len(labels)
    values = np.array(probabilities, np.float64)
    return Predictions(tuple(map(str, range(count))), np.array(labels, np.int64), values, np.full(count, "test"))


@pytest.fixture
def predictions():
    rng = np.random.default_rng(5)
    return predict(rng.integers(0, 2, 90), rng.random(90).astype(np.float32))


def test_at_one_half_its_old_numbers_are_those_of_score(predictions):
    summary, stored = summarize(predictions), score(predictions.labels, predictions.probabilities)
    assert {key: summary[key] for key in stored} == stored
    assert set(summary) == set(stored) | ADDED


def test_what_it_adds_is_what_the_metrics_say(predictions):
    summary = summarize(predictions)
    correct = int(predictions.correct().sum())
    assert tuple(summary["interval"]) == accuracy_interval(correct, 90)
    assert summary["roc_area"] == roc_curve(predictions.labels, predictions.probabilities).area
    assert summary["average_precision"] == precision_recall_curve(predictions.labels, predictions.probabilities).area
    assert summary["calibration_error"] == calibration_curve(predictions.labels, predictions.probabilities).error
    assert [values["photos"] for values in summary["classes"]] == np.bincount(predictions.labels).tolist()


def test_the_threshold_changes_neither_loss_nor_areas(predictions):
    half, high = summarize(predictions), summarize(predictions, 0.9)
    assert high["accuracy"] == pytest.approx(predictions.correct(0.9).mean())
    assert high["confusion"] != half["confusion"]
    for key in ("loss", "roc_area", "average_precision", "calibration_error"):
        assert high[key] == half[key]


@pytest.mark.parametrize("predictions", [predict([], []), predict([1, 1], [0.2, 1.0])])
def test_what_is_not_defined_is_null_in_json(predictions):
    summary = json.loads(json.dumps(summarize(predictions), allow_nan=False))
    assert summary["roc_area"] is None
    assert summary["classes"][0]["recall"] is None
    assert (summary["accuracy"] is None) == (len(predictions) == 0)


def test_one_run_has_one_accuracy_also_for_probabilities_next_to_one_half(tmp_path: Path) -> None:
    half = np.float32(0.5)
    probabilities = np.array([np.nextafter(half, half - 1), half, np.nextafter(half, half + 1)] * 2, np.float32)
    labels = np.array([0, 0, 0, 1, 1, 1])
    rows = [f"{row}.jpg,{label},{p:.9g},test" for row, (label, p) in enumerate(zip(labels, probabilities, strict=True))]
    file = tmp_path / "predictions.csv"
    file.write_text("\n".join(["path,label,probability,split", *rows]) + "\n")
    stored = read_predictions(file)
    assert score(labels, probabilities)["accuracy"] == summarize(stored)["accuracy"] == stored.correct().mean() == 0.5
