"""A look inside a model, through LiteRT: first filters, and the exact class-activation map."""

import numpy as np
import pytest

from catdog.errors import RunError
from catdog.inference.activations import Activations, compute_activations, compute_class_activation, draw_filters
from catdog.inference.predictor import Predictor
from catdog.training.litert import convert_to_litert


def convert(model, path):
    """Write a Keras model that gives (N, 1) as a LiteRT file."""
    path.write_bytes(convert_to_litert(model, lambda pixels: model(pixels, training=False)))
    return path


@pytest.fixture(scope="module")
def averaging(tmp_path_factory):
    """A small network like model4's: scaling, a convolution, a mean over all places, one dense layer."""
    import keras

    keras.utils.set_random_seed(3)
    layers = keras.layers
    pictures = keras.Input((160, 160, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(pictures)
    x = layers.Conv2D(4, 3, activation="relu")(x)
    x = layers.AveragePooling2D(32)(x)
    x = layers.Conv2D(6, 1, activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(pictures, layers.Dense(1, activation="sigmoid", bias_initializer="ones")(x))
    return model, convert(model, tmp_path_factory.mktemp("inside") / "averaging.tflite")


@pytest.fixture(scope="module")
def flattening(tmp_path_factory):
    """A small network like model1's to model3's: convolution, pooling, dense."""
    import keras

    keras.utils.set_random_seed(4)
    layers = keras.layers
    pictures = keras.Input((160, 160, 3))
    x = layers.Conv2D(5, 3, activation="relu")(pictures)
    x = layers.Flatten()(layers.MaxPooling2D(40)(x))
    model = keras.Model(pictures, layers.Dense(1, activation="sigmoid")(x))
    return model, convert(model, tmp_path_factory.mktemp("inside") / "flattening.tflite")


@pytest.fixture
def photo():
    return np.random.default_rng(5).integers(0, 256, (160, 160, 3), dtype=np.uint8)


def test_the_mean_of_the_map_and_the_bias_are_exactly_the_answer(averaging, photo):
    model, path = averaging
    inside = compute_activations(path, photo)
    probability = float(Predictor(path).predict(photo[np.newaxis])[0])
    bias = float(model.layers[-1].get_weights()[1][0])
    added = inside.features @ inside.weights
    assert float(added.mean()) + bias == pytest.approx(np.log(probability / (1 - probability)), abs=1e-4)
    np.testing.assert_allclose(inside.weights, model.layers[-1].get_weights()[0][:, 0], rtol=1e-6)


def test_what_speaks_for_one_class_speaks_against_the_other(averaging, photo):
    inside = compute_activations(averaging[1], photo)
    for_one, for_other = compute_class_activation(inside, 1), compute_class_activation(inside, 0)
    assert for_one.shape == (160, 160)
    assert for_one.dtype == np.float32
    np.testing.assert_array_equal(for_one, -for_other)


def test_the_map_is_high_where_the_features_that_count_are():
    features = np.zeros((5, 5, 2), np.float32)
    features[0, 4] = (3, 0)  # speaks for class 1, in the upper right corner
    features[4, 0] = (0, 3)  # against it, in the lower left one
    inside = Activations(
        np.zeros((1, 3, 3, 3), np.float32), np.zeros((4, 4, 1), np.float32), features, np.array([1, -1], np.float32)
    )
    heat = compute_class_activation(inside, 1)
    assert heat[5, 155] == heat.max() == 3
    assert heat[155, 5] == heat.min() == -3


def test_the_first_filters_and_their_answers_are_those_of_keras(flattening, photo):
    import keras

    model, path = flattening
    inside = compute_activations(path, photo)
    kernels = model.layers[1].get_weights()[0]  # row, column, colour, filter
    np.testing.assert_allclose(inside.filters, kernels.transpose(3, 0, 1, 2), rtol=1e-6)
    first = keras.Model(model.inputs[0], model.layers[1].output)
    expected = first.predict(photo[np.newaxis].astype(np.float32), verbose=0)[0]
    np.testing.assert_allclose(inside.maps, expected, atol=1e-2)


def test_a_model_that_averages_nothing_has_no_activation_map(flattening, photo):
    inside = compute_activations(flattening[1], photo)
    assert inside.features is inside.weights is None
    with pytest.raises(ValueError, match="averages no features"):
        compute_class_activation(inside, 1)


def test_the_sheet_has_a_map_for_each_filter_with_the_filter_in_its_corner(flattening, photo):
    sheet = draw_filters(compute_activations(flattening[1], photo))
    assert sheet.dtype == np.uint8
    assert sheet.shape == (80, 8 * 84 - 4, 3)
    grey = sheet[:, 5 * 84 :]
    assert (grey == 128).all()  # five filters, so the sixth place is empty
    map_alone = sheet[30:80, :80]
    assert (map_alone[..., 0] == map_alone[..., 2]).all()  # a map has no colour
    assert not (sheet[:24, 56:80, 0] == sheet[:24, 56:80, 2]).all()  # a filter has


def test_a_filter_that_answers_nothing_is_black_and_nothing_fails():
    dead = Activations(np.zeros((1, 3, 3, 3), np.float32), np.zeros((158, 158, 1), np.float32))
    assert (draw_filters(dead)[30:80, :80] == 0).all()


@pytest.mark.parametrize("content", [None, b"", b"no model"])
def test_a_missing_or_damaged_file_is_one_sentence(tmp_path, photo, content):
    path = tmp_path / "model.tflite"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RunError, match="can't be looked into"):
        compute_activations(path, photo)
