"""The stand-in: the same function, the same gradients, the same weights."""

import keras
import numpy as np
import pytest

from catdog.augmentation.config import Augmentation
from catdog.models.specs import build_model, compile_model
from catdog.training.standin import stand_in

NAMES = ("model1", "model2", "model3")


@pytest.fixture
def pictures() -> np.ndarray:
    """Four pictures of noise, float32 (4, 160, 160, 3)."""
    return np.random.default_rng(2).integers(0, 256, (4, 160, 160, 3)).astype(np.float32)


@pytest.fixture(params=NAMES)
def model(request: pytest.FixtureRequest) -> keras.Model:
    """A compiled model with augmentation and without dropout, which would draw other numbers each time."""
    model = build_model(request.param, augmentation=Augmentation("horizontal", 0.2, 0.1, 0.1, 0.1, 0.1), seed=1)
    next(layer for layer in model.layers if isinstance(layer, keras.layers.Dropout)).rate = 0
    compile_model(model, request.param, 0.001)
    return model


def test_it_answers_as_the_model_does_also_in_training_where_it_leaves_pictures_as_they_are(
    model: keras.Model, pictures: np.ndarray
) -> None:
    other = stand_in(model, model.name)
    expected = np.asarray(model(pictures, training=False))
    for training in (False, True):
        np.testing.assert_allclose(other(pictures, training=training), expected, rtol=1e-5, atol=1e-5)


def test_its_gradients_are_those_of_the_model(model: keras.Model, pictures: np.ndarray) -> None:
    import tensorflow as tf

    def gradients(of: keras.Model) -> list[np.ndarray]:
        with tf.GradientTape() as tape:
            # small pixels keep model1's and model2's answers off the flat ends of the sigmoid
            loss = tf.reduce_sum(tf.square(of(pictures / 255, training=of is not model)))
        return [np.asarray(one) for one in tape.gradient(loss, [each.value for each in model.trainable_variables])]

    ours, expected = gradients(stand_in(model, model.name)), gradients(model)
    assert all(np.abs(one).max() > 0 for one in expected)
    for one, other in zip(ours, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5 * np.abs(other).max())


def test_training_it_trains_the_model(model: keras.Model, pictures: np.ndarray) -> None:
    other = stand_in(model, model.name)
    before = model.get_weights()
    other.train_on_batch(pictures, np.arange(len(pictures))[:, np.newaxis] % 2)
    assert not any(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True) if a.ndim == 4)
    assert int(model.optimizer.iterations) == 1
    assert other.loss is model.loss
    assert other.count_params() == model.count_params()
