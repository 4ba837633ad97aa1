"""Activations through LiteRT: the first filters, and the exact class activation map."""

import numpy as np
import pytest

from catdog.errors import RunError
from catdog.inference.activations import Activations, compute_activations, compute_class_activation, draw_filters
from catdog.inference.predictor import Predictor
from catdog.models.litert import convert_to_litert


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
    inputs = keras.Input((160, 160, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = layers.Conv2D(4, 3, activation="relu")(x)
    x = layers.AveragePooling2D(32)(x)
    x = layers.Conv2D(6, 1, activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid", bias_initializer="ones")(x))
    return model, convert(model, tmp_path_factory.mktemp("activations") / "averaging.tflite")


@pytest.fixture(scope="module")
def flattening(tmp_path_factory):
    """A small network like model1's to model3's: convolution, pooling, dense."""
    import keras

    keras.utils.set_random_seed(4)
    layers = keras.layers
    inputs = keras.Input((160, 160, 3))
    x = layers.Conv2D(5, 3, activation="relu")(inputs)
    x = layers.Flatten()(layers.MaxPooling2D(40)(x))
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
    return model, convert(model, tmp_path_factory.mktemp("activations") / "flattening.tflite")


@pytest.fixture
def image():
    return np.random.default_rng(5).integers(0, 256, (160, 160, 3), dtype=np.uint8)


def test_the_mean_of_the_map_and_the_bias_are_exactly_the_logit(averaging, image):
    model, path = averaging
    activations = compute_activations(path, image)
    probability = float(Predictor(path).predict(image[np.newaxis])[0])
    bias = float(model.layers[-1].get_weights()[1][0])
    contributions = activations.features @ activations.weights
    assert float(contributions.mean()) + bias == pytest.approx(np.log(probability / (1 - probability)), abs=1e-4)
    np.testing.assert_allclose(activations.weights, model.layers[-1].get_weights()[0][:, 0], rtol=1e-6)


def test_what_speaks_for_one_class_speaks_against_the_other(averaging, image):
    activations = compute_activations(averaging[1], image)
    for_second, for_first = compute_class_activation(activations, 1), compute_class_activation(activations, 0)
    assert for_second.shape == (160, 160)
    assert for_second.dtype == np.float32
    np.testing.assert_array_equal(for_second, -for_first)


def test_the_map_is_high_where_the_features_that_count_are():
    features = np.zeros((5, 5, 2), np.float32)
    features[0, 4] = (3, 0)  # speaks for class 1, in the upper right corner
    features[4, 0] = (0, 3)  # against it, in the lower left one
    activations = Activations(
        np.zeros((1, 3, 3, 3), np.float32), np.zeros((4, 4, 1), np.float32), features, np.array([1, -1], np.float32)
    )
    heatmap = compute_class_activation(activations, 1)
    assert heatmap[5, 155] == heatmap.max() == 3
    assert heatmap[155, 5] == heatmap.min() == -3


def test_the_first_filters_and_their_outputs_are_those_of_keras(flattening, image):
    import keras

    model, path = flattening
    activations = compute_activations(path, image)
    kernels = model.layers[1].get_weights()[0]  # row, column, colour, filter
    np.testing.assert_allclose(activations.filters, kernels.transpose(3, 0, 1, 2), rtol=1e-6)
    first = keras.Model(model.inputs[0], model.layers[1].output)
    expected = first.predict(image[np.newaxis].astype(np.float32), verbose=0)[0]
    np.testing.assert_allclose(activations.maps, expected, atol=1e-2)


def test_a_model_that_averages_nothing_has_no_activation_map(flattening, image):
    activations = compute_activations(flattening[1], image)
    assert activations.features is activations.weights is None
    with pytest.raises(ValueError, match="averages no features"):
        compute_class_activation(activations, 1)


def test_sheet_has_every_map_with_its_filter_in_the_corner(flattening, image):
    sheet = draw_filters(compute_activations(flattening[1], image))
    assert sheet.dtype == np.uint8
    assert sheet.shape == (80, 8 * 84 - 4, 3)
    grey = sheet[:, 5 * 84 :]
    assert (grey == 128).all()  # five filters, so the sixth place is empty
    map_alone = sheet[30:80, :80]
    assert (map_alone[..., 0] == map_alone[..., 2]).all()  # a map has no colour
    assert not (sheet[:24, 56:80, 0] == sheet[:24, 56:80, 2]).all()  # a filter has


def test_a_filter_without_any_output_is_black():
    dead = Activations(np.zeros((1, 3, 3, 3), np.float32), np.zeros((158, 158, 1), np.float32))
    assert (draw_filters(dead)[30:80, :80] == 0).all()


@pytest.mark.parametrize("content", [None, b"", b"no model"])
def test_a_missing_or_damaged_file_is_one_sentence(tmp_path, image, content):
    path = tmp_path / "model.tflite"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RunError, match="can't be looked into"):
        compute_activations(path, image)


def test_a_model_that_computes_nan_is_one_sentence(flattening, image):
    with pytest.raises(RunError, match=r"computes what are no numbers[^.]*: train it again\.$"):
        compute_activations(flattening[1], np.full(image.shape, np.nan, np.float32))
