"""Temperature scaling, beside scipy's minimum and data whose temperature is known."""

import numpy as np
import pytest

from catdog.evaluation import Predictions, scale_temperature
from catdog.evaluation.temperature import (
    COLDEST,
    HOTTEST,
    apply_temperature,
    estimate_chance_error,
    fit_temperature,
)


def sigmoid(logits):
    """1 / (1 + e^-x)."""
    return 1 / (1 + np.exp(-logits))


def overconfident(count, temperature, seed):
    """Predictions whose labels follow sigmoid(logit / temperature), for numbered images."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 4, count)
    labels = (rng.random(count) < sigmoid(logits / temperature)).astype(np.int64)
    return Predictions(tuple(map(str, range(count))), labels, sigmoid(logits), np.full(count, "test"))


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_temperature_that_made_the_labels_is_found(temperature):
    predictions = overconfident(20_000, temperature, seed=1)
    assert fit_temperature(predictions.labels, predictions.probabilities) == pytest.approx(temperature, rel=0.05)


@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_minimum_of_the_negative_log_likelihood(seed):
    from scipy import optimize

    predictions = overconfident(300, 2.0, seed)
    logits = np.log(predictions.probabilities / (1 - predictions.probabilities))

    def loss(temperature):
        signed = np.where(predictions.labels == 1, logits, -logits) / temperature
        return np.logaddexp(0, -signed).mean()

    expected = optimize.minimize_scalar(loss, bounds=(COLDEST, HOTTEST), method="bounded", options={"xatol": 1e-7}).x
    assert fit_temperature(predictions.labels, predictions.probabilities) == pytest.approx(expected, abs=1e-4)


def test_an_overconfident_model_is_mended_and_its_accuracy_stays():
    scaling = scale_temperature(overconfident(800, 4.0, seed=2), overconfident(400, 4.0, seed=3))
    assert 3 < scaling.temperature < 5
    assert scaling.before.error > 0.15
    assert scaling.after.error < 0.08
    assert scaling.after.loss < scaling.before.loss
    assert scaling.after.accuracy == scaling.before.accuracy
    assert scaling.after.roc_area == pytest.approx(scaling.before.roc_area)
    assert not scaling.at_limit


@pytest.mark.parametrize("temperature", [COLDEST, 0.7, 9.0, HOTTEST])
def test_no_temperature_changes_a_predicted_class_or_the_order(temperature):
    half = np.float32(0.5)
    near = [np.nextafter(half, np.float32(0)), half, np.nextafter(half, np.float32(1))]
    probabilities = np.array([0.0, 1e-9, 0.2, *map(float, near), 0.8, 1.0])
    scaled = apply_temperature(probabilities, temperature)
    assert ((scaled > 0.5) == (probabilities > 0.5)).all()
    assert (np.diff(scaled) >= 0).all()


@pytest.mark.parametrize(
    ("labels", "probabilities", "expected"),
    [([0, 1], [0.0, 1.0], COLDEST), ([1, 0], [0.1, 0.9], HOTTEST), ([0, 1], [0.5, 0.5], 1.0)],
)
def test_without_a_best_temperature_the_search_ends_at_its_limit(labels, probabilities, expected):
    assert fit_temperature(np.array(labels), np.array(probabilities)) == expected


def test_images_of_one_class_have_no_roc_area():
    one_class = Predictions(("a", "b"), np.array([1, 1]), np.array([0.9, 0.4]), np.array(["test", "test"]))
    scaling = scale_temperature(one_class, one_class)
    assert scaling.before.roc_area is None
    assert scaling.after.accuracy == 0.5


def test_the_error_that_chance_makes_shrinks_with_more_images():
    few, many = (overconfident(count, 1.0, seed=5).probabilities for count in (100, 2_500))
    assert estimate_chance_error(many) < 0.02 < estimate_chance_error(few)
    assert estimate_chance_error(few) == estimate_chance_error(few)
