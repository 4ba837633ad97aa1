"""The layers counted without TensorFlow: each row is Keras's own, and the sums are those of the models' facts."""

import pytest

from catdog.augmentation.config import AUGMENTATION_LAYERS, Augmentation
from catdog.augmentation.layers import build_augmentation_layers
from catdog.errors import UsageError
from catdog.models.specs import MODELS, build_model
from catdog.models.summary import AUGMENTING, count_mobilenet, list_layers


def keras_row(layer):
    """Return a layer as Keras' summary shows it, and how many of its parameters are trained."""
    shape = layer.batch_shape if type(layer).__name__ == "InputLayer" else layer.output.shape
    trained = sum(int(weight.value.shape.num_elements()) for weight in layer.trainable_weights)
    return layer.name, type(layer).__name__, tuple(shape), layer.count_params(), trained


@pytest.mark.parametrize("name", MODELS)
def test_every_row_is_the_one_that_keras_counts(name):
    counted = [
        (layer.name, layer.kind, layer.output, layer.parameters, layer.trainable_parameters)
        for layer in list_layers(name)
    ]
    assert counted == [keras_row(layer) for layer in build_model(name).layers]


@pytest.mark.parametrize("name", MODELS)
def test_the_rows_add_up_to_the_models_facts(name):
    layers = list_layers(name)
    assert sum(layer.parameters for layer in layers) == MODELS[name].parameters
    assert sum(layer.trainable_parameters for layer in layers) == MODELS[name].trainable_parameters
    frozen = MODELS[name].parameters - MODELS[name].trainable_parameters
    assert sum(layer.frozen_parameters for layer in layers) == frozen


def test_each_augmentation_layer_is_of_the_class_that_is_trained_with():
    augmentation = Augmentation("horizontal", 0.1, 0.1, 0.1, 0.1, 0.1)
    built = {layer.name: type(layer).__name__ for layer in build_augmentation_layers(augmentation)}
    assert built == AUGMENTING
    assert tuple(AUGMENTING) == AUGMENTATION_LAYERS


def test_the_backbone_is_one_row_that_no_training_changes():
    (row,) = [layer for layer in list_layers("model4") if layer.kind == "Functional"]
    assert (row.name, row.output, row.parameters) == ("mobilenetv2_1.00_160", (None, 5, 5, 1280), 2_257_984)
    assert (row.trainable_parameters, row.frozen_parameters) == (0, 2_257_984)


def test_mobilenets_convolutions_are_counted_as_keras_does():
    import keras

    network = keras.applications.MobileNetV2(input_shape=(160, 160, 3), include_top=False, weights=None)
    assert count_mobilenet()[1] == sum(type(layer).__name__.endswith("Conv2D") for layer in network.layers)


@pytest.mark.parametrize("name", MODELS)
def test_every_layer_says_in_one_sentence_what_it_does(name):
    for layer in list_layers(name):
        assert layer.does.endswith("."), layer.name
        assert layer.does.count(". ") == 0, layer.name


def test_the_sentences_carry_the_models_own_numbers():
    texts = {name: " ".join(layer.does for layer in list_layers(name)) for name in MODELS}
    assert "sets 75% of the numbers to zero" in texts["model3"]
    assert "rotated up to ±72°" in texts["model4"]
    assert "weighs all 8,192 numbers" in texts["model1"]


def test_a_row_of_numbers_is_one_pixel_with_many_channels():
    sizes = {layer.name: layer.size for layer in list_layers("model3")}
    assert sizes["conv1"] == (158, 158, 32)
    assert sizes["flatten"] == (1, 1, 18 * 18 * 32)


def test_an_unknown_model_is_refused_with_the_four_that_exist():
    with pytest.raises(UsageError, match="model1, model2, model3, model4"):
        list_layers("model5")
