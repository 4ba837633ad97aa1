"""A model put together from a prepared backbone and a fitted head."""

import numpy as np
import pytest

from catdog.features.assemble import make_keras_file, make_litert_file, read_head
from catdog.features.head import Head
from catdog.inference.predictor import Predictor
from catdog.models.litert import convert_to_litert

HEAD = Head(np.array([0.5, -1.25, 0.75], np.float32), -0.3, 0.01)
PIXELS = np.random.default_rng(0).integers(0, 256, (4, 160, 160, 3), np.uint8)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> tuple[bytes, bytes]:
    """A backbone that averages each channel over the image: as a file for LiteRT, and within a model for Keras."""
    import keras

    images = keras.Input((160, 160, 3))
    scaled = keras.layers.Rescaling(1 / 127.5, offset=-1, name="scale")(images)
    features = keras.layers.GlobalAveragePooling2D(name="features")(scaled)
    dropped = keras.layers.Dropout(0.4)(features)
    model = keras.Model(images, keras.layers.Dense(1, activation="sigmoid", name="probability")(dropped))
    path = tmp_path_factory.mktemp("template") / "model.keras"
    model.save(path)
    backbone = keras.Model(images, features)
    return convert_to_litert(backbone, lambda pixels: backbone(pixels, training=False)), path.read_bytes()


def expected() -> np.ndarray:
    return HEAD.predict(PIXELS.mean(axis=(1, 2), dtype=np.float32) / 127.5 - 1)


def test_litert_answers_images_as_the_head_answers_features(prepared, tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(make_litert_file(prepared[0], HEAD))
    predictor = Predictor(path)
    np.testing.assert_allclose(predictor.predict(PIXELS), expected(), atol=1e-6)
    assert predictor.outputs(PIXELS).shape == (4, 1)


def test_keras_answers_images_as_the_head_answers_features(prepared, tmp_path):
    import keras

    path = tmp_path / "model.keras"
    path.write_bytes(make_keras_file(prepared[1], HEAD))
    model = keras.saving.load_model(path, compile=False)
    answers = np.asarray(model(PIXELS.astype(np.float32), training=False))
    np.testing.assert_allclose(answers[:, 0], expected(), atol=1e-6)


def test_the_head_is_read_back_as_it_was(prepared):
    head = read_head(make_keras_file(prepared[1], HEAD))
    np.testing.assert_array_equal(head.weights, HEAD.weights)
    assert head.bias == np.float32(HEAD.bias)


def test_a_head_takes_the_place_of_another(prepared):
    twice = make_keras_file(make_keras_file(prepared[1], Head(np.ones(3, np.float32), 1.0, 1.0)), HEAD)
    np.testing.assert_array_equal(read_head(twice).weights, HEAD.weights)
