"""Fine-tuning: which layers of MobileNetV2 it trains, where it is cut, and that the parts are those of the whole."""

import numpy as np
import pytest

from catdog.models.fine_tuning import (
    BACKBONE_LAYERS,
    MOST_LAYERS,
    build_above,
    build_with_cut,
    count_trained_weights,
    find_cut,
    get_backbone,
    unfreeze,
)
from catdog.models.specs import MODELS, build_model

GAIN = 4.0


@pytest.fixture(scope="module")
def model():
    """A model4 of random weights, whose batch normalization lets something through."""
    model = build_model("model4", seed=4)
    for layer in get_backbone(model).layers:
        if type(layer).__name__ == "BatchNormalization":
            layer.gamma.assign(np.full(layer.gamma.shape, GAIN, np.float32))
    return model


@pytest.mark.parametrize("layers", [3, 11, 29, 30, 56, 100, MOST_LAYERS])
def test_as_many_weights_are_trained_as_are_counted(model, layers: int) -> None:
    unfreeze(model, layers)
    assert sum(int(np.prod(weight.shape)) for weight in model.trainable_weights) == count_trained_weights(layers)


def test_batch_normalization_and_the_layers_below_stay_frozen(model) -> None:
    backbone = get_backbone(model)
    assert len(backbone.layers) == BACKBONE_LAYERS
    unfreeze(model, 29)
    trained = [layer.name for layer in backbone.layers if layer.trainable_weights]
    assert trained[0] == "block_14_expand"
    assert trained[-1] == "Conv_1"
    assert not any(layer.trainable for layer in backbone.layers if type(layer).__name__ == "BatchNormalization")
    unfreeze(model, 3)
    assert [layer.name for layer in backbone.layers if layer.trainable_weights] == ["Conv_1"]


def test_without_fine_tuning_only_the_head_is_counted() -> None:
    assert count_trained_weights(0) == MODELS["model4"].trainable_parameters


@pytest.mark.parametrize(
    ("layers", "name"),
    [
        (3, "block_16_project_BN"),
        (11, "block_15_add"),
        (12, "block_14_add"),  # the addition needs what went around block 15
        (20, "block_14_add"),
        (29, "block_13_project_BN"),
        (38, "block_12_add"),
        (56, "block_10_project_BN"),
        (60, "block_10_depthwise"),
    ],
)
def test_the_cut_is_the_highest_layer_that_everything_above_goes_through(model, layers: int, name: str) -> None:
    assert find_cut(model, layers).name == name


def test_the_lowest_cut_is_the_networks_input(model) -> None:
    assert find_cut(model, MOST_LAYERS).output.shape[1:] == (160, 160, 3)


def test_the_parts_below_and_above_a_cut_are_the_whole_network(model) -> None:
    images = np.random.default_rng(0).uniform(0, 255, (2, 160, 160, 3)).astype(np.float32)
    expected = model(images, training=False).numpy()
    assert 0 < expected.min() < expected.max() < 1
    cut = find_cut(model, 29)
    activations, _ = build_with_cut(model, cut)(model.get_layer("scale")(images), training=False)
    assert activations.shape == (2, 5, 5, 160)
    np.testing.assert_allclose(build_above(model, cut)(activations, training=False).numpy(), expected, atol=1e-5)
    np.testing.assert_allclose(build_above(model)(images, training=False).numpy(), expected, atol=1e-5)


def test_batch_normalization_computes_the_same_while_it_trains(model) -> None:
    rng = np.random.default_rng(0)
    cut = find_cut(model, 29)
    above, activations = build_above(model, cut), rng.normal(size=(4, 5, 5, 160)).astype(np.float32)
    unfreeze(model, 29)
    before = {layer.name: layer.get_weights() for layer in get_backbone(model).layers}
    above.compile(optimizer="sgd", loss="binary_crossentropy")
    above.fit(activations, rng.integers(0, 2, (4, 1)), verbose=0)
    changed = {
        name
        for name, weights in before.items()
        if any(map(np.any, map(np.not_equal, weights, get_backbone(model).get_layer(name).get_weights())))
    }
    assert "Conv_1" in changed
    assert changed <= {layer.name for layer in get_backbone(model).layers[-29:]}
    assert not any("BN" in name or name.endswith("_bn") for name in changed)
