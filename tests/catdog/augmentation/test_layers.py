"""The Keras layers of an augmentation: which, in which order, with which numbers; and the code that makes them."""

import numpy as np
import pytest

from catdog.augmentation.config import AUGMENTATION_LAYERS, FILLS, Augmentation
from catdog.augmentation.layers import build_augmentation_layers, write_keras_code
from catdog.augmentation.transforms import apply_transforms, draw_transforms
from catdog.models.specs import build_model

ALL = Augmentation("horizontal_and_vertical", 0.2, 0.3, 0.1, 0.4, 0.25)


@pytest.fixture
def images() -> np.ndarray:
    """Three times the same image without any symmetry, float32 (3, 40, 70, 3)."""
    image = np.random.default_rng(3).integers(0, 256, (1, 40, 70, 3)).astype(np.float32)
    return np.repeat(image, 3, axis=0)


def test_the_layers_flip_first_and_then_turn_as_told() -> None:
    flip, rotation = build_augmentation_layers(Augmentation("vertical", 0.25))
    assert (type(flip).__name__, flip.mode) == ("RandomFlip", "vertical")
    assert (type(rotation).__name__, rotation.factor, rotation.fill_mode) == (
        "RandomRotation",
        (-0.25, 0.25),
        "reflect",
    )


@pytest.mark.parametrize(
    ("flip", "axes"), [("horizontal", [2]), ("vertical", [1]), ("horizontal_and_vertical", [1, 2])]
)
def test_a_flip_of_both_axes_is_a_half_turn_or_nothing_and_never_a_mirror_image(images, flip, axes) -> None:
    many = np.repeat(images[:1], 60, axis=0)
    (layer,) = build_augmentation_layers(Augmentation(flip), seed=4)
    result = np.asarray(layer(many, training=True))
    drawn = draw_transforms(Augmentation(flip), 60, np.random.default_rng(4))
    for flipped in (result, apply_transforms(many, drawn)):
        as_it_was = (flipped == many).all(axis=(1, 2, 3))
        turned = (flipped == np.flip(many, axes)).all(axis=(1, 2, 3))
        assert (as_it_was ^ turned).all()
        assert 10 < turned.sum() < 50


def test_all_layers_come_in_order_with_their_numbers() -> None:
    layers = build_augmentation_layers(ALL)
    assert tuple(layer.name for layer in layers) == AUGMENTATION_LAYERS
    _, _, zoom, translation, contrast, brightness = layers
    assert (zoom.height_lower, zoom.height_upper, zoom.width_factor) == (-0.3, 0.3, None)
    assert (translation.height_upper, translation.width_lower) == (0.1, -0.1)
    assert brightness.factor == (-0.25, 0.25)
    transform = contrast.get_random_transformation(np.zeros((500, 2, 2, 3), np.float32), training=True)
    factors = np.asarray(transform["contrast_factor"])  # a single number would never weaken the contrast
    assert 0.6 <= factors.min() < 0.7
    assert 1.3 < factors.max() <= 1.4


def test_what_is_switched_off_gets_no_layer() -> None:
    assert build_augmentation_layers(Augmentation(fill="wrap")) == []
    assert [layer.name for layer in build_augmentation_layers(Augmentation("horizontal"))] == ["flip"]
    assert [layer.name for layer in build_augmentation_layers(Augmentation(rotation=0.1))] == ["rotation"]
    assert [layer.name for layer in build_augmentation_layers(Augmentation(brightness=0.1))] == ["brightness"]


def test_the_layers_must_not_act_outside_training(images: np.ndarray) -> None:
    for layer in build_augmentation_layers(ALL, seed=1):
        np.testing.assert_array_equal(np.asarray(layer(images, training=False)), images)


def test_a_seed_gives_the_same_images_and_another_seed_others(images: np.ndarray) -> None:
    first, again, another = (apply_layers(images, build_augmentation_layers(ALL, seed)) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, another)
    assert not np.array_equal(first[0], first[1])


def test_flips_and_turns_are_drawn_independently() -> None:
    """One seed for both layers would tie each flip to one sense of rotation."""
    flip, rotation = build_augmentation_layers(Augmentation("horizontal", 0.1), seed=0)
    images = np.zeros((64, 4, 4, 3), np.float32)
    flips = np.asarray(flip.get_random_transformation(images, training=True)["flips"]).ravel()
    angles = np.asarray(rotation.get_random_transformation(images, training=True)["angle"])
    for group in (angles[flips], angles[~flips]):
        assert group.min() < -10
        assert group.max() > 10


@pytest.mark.parametrize("fill", FILLS)
def test_scaled_images_are_changed_as_unscaled_ones(images: np.ndarray, fill: str) -> None:
    """Black is −1 there, not 0, and brightness and contrast end at −1 and 1."""
    augmentation = Augmentation("horizontal", 0.1, 0.5, 0.3, 0.9, 0.6, fill)
    expected = apply_layers(images, build_augmentation_layers(augmentation, seed=2))
    result = apply_layers(images / 127.5 - 1, build_augmentation_layers(augmentation, seed=2, value_range=(-1, 1)))
    np.testing.assert_allclose((result + 1) * 127.5, expected, atol=0.05)


@pytest.mark.parametrize(("name", "low"), [("model1", 0), ("model2", 0), ("model3", -1)])
def test_a_models_layers_know_the_values_that_reach_them(name: str, low: int) -> None:
    model = build_model(
        name, augmentation=Augmentation(zoom=0.5, contrast=0.5, brightness=1.0, fill="constant"), seed=1
    )
    assert model.get_layer("zoom").fill_value == low
    for layer in ("contrast", "brightness"):
        assert list(model.get_layer(layer).value_range) == ([-1, 1] if low else [0, 255])


@pytest.mark.parametrize(
    "augmentation",
    [
        Augmentation(),
        Augmentation("vertical"),
        Augmentation("horizontal_and_vertical", 0.25),
        ALL,
        *(Augmentation(rotation=0.1, zoom=0.2, translation=0.3, fill=fill) for fill in FILLS),
    ],
)
def test_the_code_makes_the_very_layers(augmentation: Augmentation) -> None:
    namespace: dict[str, object] = {}
    exec(write_keras_code(augmentation), namespace)
    assert [layer_options(layer) for layer in namespace["augmentation"].layers] == [
        layer_options(layer) for layer in build_augmentation_layers(augmentation)
    ]


def layer_options(layer) -> dict[str, object]:
    """What a layer was made with, but for its name and the numbers that it draws."""
    return {"class": type(layer)} | {
        key: value for key, value in layer.get_config().items() if key not in ("name", "seed")
    }


def apply_layers(images: np.ndarray, layers: list) -> np.ndarray:
    """The images after all layers."""
    for layer in layers:
        images = layer(images, training=True)
    return np.asarray(images)
