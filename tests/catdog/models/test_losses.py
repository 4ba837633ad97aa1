"""Losses: what label smoothing makes of them, checked against their formulas."""

import numpy as np
import pytest

from catdog.models.losses import CROSS_ENTROPY, make_loss, make_metrics
from catdog.models.specs import MODELS, compile_model

LOGITS = np.array([[2.0, -1.0], [0.3, 0.4], [-3.0, 1.0], [0.0, 5.0]], np.float32)
LABELS = np.array([0, 0, 1, 0])


def cross_entropy(probability_of_1: np.ndarray, smoothing: float) -> float:
    """The mean over the images, by the formula; the labels are moved from 0 and 1 towards one half."""
    target = LABELS * (1 - smoothing) + smoothing / 2
    return float(-(target * np.log(probability_of_1) + (1 - target) * np.log(1 - probability_of_1)).mean())


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.99])
@pytest.mark.parametrize("shape", [(4,), (4, 1)])
@pytest.mark.parametrize("name", ["model1", "model2"])
def test_the_loss_is_that_of_labels_moved_towards_one_half(name: str, shape: tuple, smoothing: float) -> None:
    probability = 1 / (1 + np.exp(LOGITS[:, 0] - LOGITS[:, 1]))
    spec = MODELS[name]
    outputs = LOGITS if spec.logits else probability.reshape(shape)
    loss = make_loss(spec.loss, spec.logits, smoothing)
    actual = float(loss(LABELS.reshape(shape).astype(np.float32), outputs))
    assert actual == pytest.approx(cross_entropy(probability, smoothing), rel=1e-4)


@pytest.mark.parametrize("name", list(MODELS))
def test_without_smoothing_loss_and_metric_are_kerass_own(name: str) -> None:
    import keras

    spec = MODELS[name]
    assert type(make_loss(spec.loss, spec.logits)) is getattr(keras.losses, spec.loss)
    assert [metric.name for metric in make_metrics(spec.logits)] == ["accuracy"]


@pytest.mark.parametrize("name", ["model1", "model3"])
def test_with_smoothing_the_loss_of_the_labels_as_they_are_is_measured_too(name: str) -> None:
    import keras

    logits = MODELS[name].logits
    keras.utils.set_random_seed(1)
    layers = [keras.Input((2,)), keras.layers.Dense(2 if logits else 1, None if logits else "sigmoid")]
    model = keras.Sequential(layers)
    compile_model(model, name, label_smoothing=0.4)
    measured = model.evaluate(LOGITS, LABELS[:, np.newaxis].astype(np.float32), verbose=0, return_dict=True)
    outputs = model.predict(LOGITS, verbose=0)
    probability = 1 / (1 + np.exp(outputs[:, 0] - outputs[:, 1])) if logits else outputs[:, 0]
    assert measured[CROSS_ENTROPY] == pytest.approx(cross_entropy(probability, 0), rel=1e-4)
    assert measured["loss"] == pytest.approx(cross_entropy(probability, 0.4), rel=1e-4)
    assert measured["accuracy"] == np.mean((probability > 0.5) == LABELS)


def test_the_smoothed_loss_is_made_again_from_what_keras_stores() -> None:
    import keras

    loss = make_loss("SparseCategoricalCrossentropy", True, 0.3)
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert float(again(LABELS, LOGITS)) == float(loss(LABELS, LOGITS))
