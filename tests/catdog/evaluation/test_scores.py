"""Scores: equal to what Keras computes, and to what can be counted by hand."""

import numpy as np
import pytest

from catdog.evaluation import score


def test_a_score_that_can_be_counted_by_hand() -> None:
    found = score(np.array([0, 0, 1, 1, 1]), np.array([0.1, 0.8, 0.9, 0.6, 0.2]))
    assert found["accuracy"] == pytest.approx(3 / 5)
    assert found["photos"] == 5
    assert found["confusion"] == [[1, 1], [1, 2]]  # [true label][answer]
    assert found["loss"] == pytest.approx(-np.mean(np.log([0.9, 0.2, 0.9, 0.6, 0.2])))


def test_a_half_is_no_answer_for_class_1() -> None:
    assert score([0, 1], [0.5, 0.5])["confusion"] == [[1, 0], [1, 0]]


def test_scores_equal_those_of_keras() -> None:
    import keras

    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 500)
    probabilities = rng.beta(0.3, 0.3, 500).astype(np.float32)
    answers = probabilities[:, np.newaxis]
    accuracy = keras.metrics.BinaryAccuracy()
    accuracy.update_state(labels[:, np.newaxis], answers)
    loss = keras.losses.BinaryCrossentropy()(labels[:, np.newaxis].astype(np.float32), answers)
    found = score(labels, probabilities)
    assert found["accuracy"] == pytest.approx(float(accuracy.result()), abs=1e-6)
    assert found["loss"] == pytest.approx(float(loss), rel=1e-4)


def test_scores_of_two_logits_equal_those_of_keras() -> None:
    import keras

    rng = np.random.default_rng(1)
    labels, logits = rng.integers(0, 2, 300), rng.normal(0, 3, (300, 2))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, logits.astype(np.float32))
    accuracy = keras.metrics.SparseCategoricalAccuracy()
    accuracy.update_state(labels, logits)
    found = score(labels, 1 / (1 + np.exp(logits[:, 0] - logits[:, 1])))
    assert found["loss"] == pytest.approx(float(loss), rel=1e-4)
    assert found["accuracy"] == pytest.approx(float(accuracy.result()), abs=1e-6)


def test_a_sure_wrong_answer_costs_much_but_not_infinitely() -> None:
    assert score([1, 0], [0.0, 1.0])["loss"] == pytest.approx(-np.log(1e-7), rel=0.01)


def test_no_photos_have_no_score() -> None:
    assert score([], []) == {"accuracy": None, "loss": None, "photos": 0, "confusion": [[0, 0], [0, 0]]}


def test_a_score_can_be_written_as_json() -> None:
    import json

    found = score(np.array([0, 1]), np.array([0.25, 0.75], dtype=np.float32))
    assert json.loads(json.dumps(found)) == found
