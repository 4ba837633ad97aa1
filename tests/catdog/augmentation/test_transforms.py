"""Transforms: what is drawn for each image, and that one pass over the pixels does what Keras's layers do."""

from dataclasses import replace

import numpy as np
import pytest

from catdog.augmentation.config import FILLS, FLIPS, Augmentation
from catdog.augmentation.transforms import (
    Transforms,
    apply_transforms,
    draw_transforms,
    preview_transforms,
    strongest_transforms,
)

SIDE = 32
MIDDLE = 32  # of the image with the dot
REACH = 12  # from there to the dot: so near that no turn brings it to the reflected corners
ALL = Augmentation("horizontal", 0.2, 0.4, 0.3, 0.5, 0.25)


@pytest.fixture
def square() -> np.ndarray:
    """An image in which no two places look alike, uint8 (32, 32, 3)."""
    return np.random.default_rng(5).integers(0, 256, (SIDE, SIDE, 3), np.uint8)


@pytest.fixture
def dot() -> np.ndarray:
    """A white dot to the right of the middle of a black image, uint8 (65, 65, 3)."""
    image = np.zeros((65, 65, 3), np.uint8)
    image[MIDDLE - 2 : MIDDLE + 3, MIDDLE + REACH - 2 : MIDDLE + REACH + 3] = 255
    return image


def make_transforms(augmentation: Augmentation, count: int, **values: list[float]) -> Transforms:
    """Transforms that do nothing but what `values` say."""
    still = replace(
        preview_transforms(Augmentation(), count, 0),
        augmentation=augmentation,
        flipped=np.zeros(count, bool),
    )
    return replace(still, **{name: np.array(numbers) for name, numbers in values.items()})


def repeat_image(image: np.ndarray, count: int) -> np.ndarray:
    """The image so many times, float32."""
    return np.repeat(image[np.newaxis], count, axis=0).astype(np.float32)


def apply_layer(kind: str, images: np.ndarray, numbers: dict[str, np.ndarray], *arguments, **options) -> np.ndarray:
    """What a Keras layer makes of the images where it has drawn `numbers`."""
    import keras

    layer = getattr(keras.layers, kind)(*arguments, **options)
    return np.asarray(layer.transform_images(images, numbers, training=True))


def rotate_by_layer(images: np.ndarray, turns: list[float], fill: str) -> np.ndarray:
    """What Keras's layer makes of the images where it has drawn these turns."""
    import keras

    turned = images.copy()
    for row, turn in enumerate(turns):
        layer = keras.layers.RandomRotation((turn, turn), fill_mode=fill)
        turned[row] = layer(images[row : row + 1], training=True)[0]
    return turned


def measure_angles(images: np.ndarray) -> np.ndarray:
    """The direction in which each image has its dot, in degrees from −180 to 180; 0 is to the right."""
    angles = []
    for image in images[..., 0].astype(float):
        rows, columns = np.indices(image.shape)
        up = MIDDLE - (rows * image).sum() / image.sum()
        right = (columns * image).sum() / image.sum() - MIDDLE
        angles.append(np.degrees(np.arctan2(up, right)))
    return np.array(angles)


@pytest.mark.parametrize("flip", FLIPS)
def test_flips_and_turns_are_those_of_the_layers(square: np.ndarray, flip: str) -> None:
    images, turns = repeat_image(square, 4), [0.0, 0.0, 0.11, -0.19]
    flipped = np.array([True, False, True, False])
    result = apply_transforms(images, make_transforms(Augmentation(flip, 0.25), 4, flipped=flipped, turns=turns))
    if flip != "none":
        numbers = {"flips": flipped[:, np.newaxis, np.newaxis, np.newaxis]}
        images = apply_layer("RandomFlip", images, numbers, flip)
    np.testing.assert_allclose(result, rotate_by_layer(images, turns, "reflect"), atol=0.05)


@pytest.mark.parametrize("fill", FILLS)
def test_turns_fill_the_corners_as_the_layer_does(square: np.ndarray, fill: str) -> None:
    images, turns = repeat_image(square, 3), [0.03, 0.2, -0.4]
    result = apply_transforms(images, make_transforms(Augmentation(rotation=0.5, fill=fill), 3, turns=turns))
    assert nearly_equal(result, rotate_by_layer(images, turns, fill), fill)


@pytest.mark.parametrize("fill", FILLS)
def test_zooms_are_those_of_the_layer(square: np.ndarray, fill: str) -> None:
    images, zooms = repeat_image(square, 4), np.array([0.5, 0.83, 1.3, 1.9])
    result = apply_transforms(images, make_transforms(Augmentation(zoom=0.9, fill=fill), 4, zooms=zooms))
    numbers = {"height_zoom": zooms[:, np.newaxis], "width_zoom": zooms[:, np.newaxis]}
    assert nearly_equal(result, apply_layer("RandomZoom", images, numbers, 0.9, fill_mode=fill), fill)


@pytest.mark.parametrize("fill", FILLS)
def test_shifts_are_those_of_the_layer(square: np.ndarray, fill: str) -> None:
    across, down = np.array([0.25, -0.125, 0.0, 0.5]), np.array([0.0, 0.5, -0.25, 0.75])  # whole pixels
    images = repeat_image(square, 4)
    result = apply_transforms(
        images, make_transforms(Augmentation(translation=1.0, fill=fill), 4, across=across, down=down)
    )
    numbers = {"translations": np.stack([across, down], axis=1).astype(np.float32) * SIDE}
    expected = apply_layer("RandomTranslation", images, numbers, 1.0, 1.0, fill_mode=fill)
    np.testing.assert_allclose(result, expected, atol=0.05)
    np.testing.assert_allclose(result[0, :, 8:], images[0, :, :-8])  # to the right


def test_contrast_and_brightness_are_those_of_the_layers(square: np.ndarray) -> None:
    contrasts, lights = np.array([0.4, 1.7, 1.0, 1.6]), np.array([0.0, 0.0, -0.3, 0.4])
    images = repeat_image(square, 4)
    augmentation = Augmentation(contrast=1.0, brightness=1.0)
    changes = make_transforms(augmentation, 4, contrasts=contrasts, brightnesses=lights)
    column = (slice(None), np.newaxis, np.newaxis, np.newaxis)
    expected = apply_layer("RandomContrast", images, {"contrast_factor": contrasts[column].astype(np.float32)}, 1.0)
    expected = apply_layer("RandomBrightness", expected, {"rgb_delta": 255 * lights[column]}, 1.0)
    np.testing.assert_allclose(apply_transforms(images, changes), expected, atol=0.05)
    whole = apply_transforms(images.astype(np.uint8), changes)
    assert whole.dtype == np.uint8
    np.testing.assert_allclose(whole, expected, atol=0.51)


def test_all_effects_at_once_come_in_the_order_of_the_layers() -> None:
    """Away from the edges, where the layers fill in one after the other, and on an image without sharp details."""
    rows, columns = np.indices((96, 96)) / 96
    image = 127 + 60 * np.stack([np.sin(3 * rows + 5 * columns), np.cos(6 * rows), np.sin(4 * columns)], axis=-1)
    images = repeat_image(image, 2)
    augmentation = Augmentation("horizontal", 0.5, 0.9, 1.0, 1.0, 1.0)
    numbers = {"turns": [0.06, -0.05], "zooms": [0.8, 0.9], "across": [0.125, -0.125], "down": [0.25, 0.0]}
    light = {"contrasts": [1.3, 0.6], "brightnesses": [-0.1, 0.2]}
    result = apply_transforms(images, make_transforms(augmentation, 2, flipped=[True, False], **numbers, **light))
    column = (slice(None), np.newaxis, np.newaxis, np.newaxis)
    values = apply_layer("RandomFlip", images, {"flips": np.array([True, False])[column]}, "horizontal")
    values = rotate_by_layer(values, numbers["turns"], "reflect")
    zooms = np.array(numbers["zooms"])[:, np.newaxis]
    values = apply_layer("RandomZoom", values, {"height_zoom": zooms, "width_zoom": zooms}, 0.9)
    shifts = 96 * np.array([numbers["across"], numbers["down"]], np.float32).T
    values = apply_layer("RandomTranslation", values, {"translations": shifts}, 1.0, 1.0)
    contrasts = np.array(light["contrasts"], np.float32)[column]
    values = apply_layer("RandomContrast", values, {"contrast_factor": contrasts}, 1.0)
    values = apply_layer("RandomBrightness", values, {"rgb_delta": 255 * np.array(light["brightnesses"])[column]}, 1.0)
    middle = (slice(None), slice(40, 70), slice(30, 66))
    np.testing.assert_allclose(result[middle], values[middle], atol=3)
    assert np.abs(result[middle] - images[middle]).mean() > 10


def test_flips_and_turns_alone_are_drawn_as_in_the_first_version() -> None:
    augmentation = Augmentation("horizontal", 0.2, fill="constant")
    rng, again = np.random.default_rng(7), np.random.default_rng(7)
    for _ in range(2):
        transforms = draw_transforms(augmentation, 5, rng)
        np.testing.assert_array_equal(transforms.flipped, again.random(5) < 0.5)
        np.testing.assert_allclose(transforms.turns, again.uniform(-0.2, 0.2, 5))
        assert set(transforms.zooms) == set(transforms.contrasts) == {1.0}
        assert set(transforms.across) == set(transforms.down) == set(transforms.brightnesses) == {0.0}


@pytest.mark.parametrize("draw", ["training", "preview"])
def test_each_effect_is_drawn_apart_both_ways_within_its_limit(draw: str) -> None:
    if draw == "training":
        transforms = draw_transforms(ALL, 500, np.random.default_rng(1))
    else:
        transforms = preview_transforms(ALL, 500, 1)
    assert 0.4 < transforms.flipped.mean() < 0.6
    limits = {"turns": (0, 0.2), "zooms": (1, 0.4), "across": (0, 0.3), "down": (0, 0.3)}
    limits |= {"contrasts": (1, 0.5), "brightnesses": (0, 0.25)}
    values = [transforms.flipped.astype(float)]
    for name, (middle, most) in limits.items():
        numbers = getattr(transforms, name)
        assert middle - most <= numbers.min() < middle - 0.95 * most, name
        assert middle + 0.95 * most < numbers.max() <= middle + most, name
        values.append(numbers)
    assert np.abs(np.corrcoef(values) - np.eye(7)).max() < 0.2


def test_pixels_turn_both_ways_within_the_limit_whatever_the_flip(dot: np.ndarray) -> None:
    images = np.repeat(dot[np.newaxis], 200, axis=0)
    transforms = draw_transforms(Augmentation("horizontal", 0.1), 200, np.random.default_rng(1))
    angles = measure_angles(apply_transforms(images, transforms))
    np.testing.assert_array_equal(np.abs(angles) > 90, transforms.flipped)
    for side in (angles[np.abs(angles) < 90], 180 - angles[np.abs(angles) > 90] % 360):
        assert -37 <= side.min() < -15
        assert 15 < side.max() <= 37


def test_a_preview_changes_only_the_effect_that_was_changed() -> None:
    before = preview_transforms(ALL, 6, 3)
    for name, effects in {
        "flip": {"flipped"},
        "rotation": {"turns"},
        "zoom": {"zooms"},
        "translation": {"across", "down"},
        "contrast": {"contrasts"},
        "brightness": {"brightnesses"},
    }.items():
        after = preview_transforms(replace(ALL, **{name: "none" if name == "flip" else 0.1}), 6, 3)
        names = ("flipped", "turns", "zooms", "across", "down", "contrasts", "brightnesses")
        changed = {field for field in names if not np.array_equal(getattr(before, field), getattr(after, field))}
        assert changed == effects, name


def test_more_preview_images_keep_the_first_and_another_seed_none() -> None:
    few, many, another = preview_transforms(ALL, 4, 3), preview_transforms(ALL, 9, 3), preview_transforms(ALL, 4, 4)
    np.testing.assert_array_equal(few.turns, many.turns[:4])
    np.testing.assert_array_equal(few.zooms, many.zooms[:4])
    assert not np.isin(few.turns, another.turns).any()


def test_transforms_are_described_in_words() -> None:
    transforms = make_transforms(
        Augmentation("horizontal_and_vertical", 0.2),
        4,
        flipped=[True, False, False, False],
        turns=[-41 / 360, 0.001, 12 / 360, 0.0],
        zooms=[1 / 1.2, 1.001, 2.0, 1.0],
        across=[0.12, 0.0, -0.3, 0.0],
        down=[-0.05, 0.004, 0.2, 0.0],
        contrasts=[1.3, 1.001, 0.7, 1.0],
        brightnesses=[0.12, 0.0, -0.08, 0.0],
    )
    assert [transforms.describe(index) for index in range(4)] == [
        "flipped both ways, −41°, 1.20× zoom, 12% right, 5% up, 1.30× contrast, 12% brighter",
        "",
        "+12°, 0.50× zoom, 30% left, 20% down, 0.70× contrast, 8% darker",
        "",
    ]


def test_the_strongest_version_has_each_effect_at_its_limit() -> None:
    strongest = strongest_transforms(replace(ALL, zoom=0.2))
    assert strongest.describe(0) == (
        "flipped left-right, +72°, 1.25× zoom, 30% right, 30% down, 1.50× contrast, 25% brighter"
    )
    assert strongest_transforms(Augmentation()).describe(0) == ""


def test_images_keep_size_and_type_and_the_originals_stay() -> None:
    images = np.random.default_rng(3).integers(0, 256, (5, 40, 70, 3), np.uint8)
    before = images.copy()
    changed = apply_transforms(images, preview_transforms(ALL, 5, 0))
    assert (changed.shape, changed.dtype) == (images.shape, np.uint8)
    np.testing.assert_array_equal(images, before)
    np.testing.assert_array_equal(apply_transforms(images, preview_transforms(Augmentation(), 5, 0)), images)


def test_a_turned_and_zoomed_grey_image_stays_the_same_grey() -> None:
    """What is beyond the edge is filled by reflection, not with black, and values are rounded, not cut."""
    grey = np.full((8, 31, 31, 3), 201, np.uint8)
    augmentation = Augmentation(rotation=0.5, zoom=0.9, translation=1.0)
    assert set(np.unique(apply_transforms(grey, preview_transforms(augmentation, 8, 4)))) == {201}
    assert 0 in apply_transforms(grey, preview_transforms(replace(augmentation, fill="constant"), 8, 4))


def nearly_equal(result: np.ndarray, expected: np.ndarray, fill: str) -> bool:
    """Whether images are alike; at the seam of a wrapped image TensorFlow does not interpolate between the ends."""
    share = np.isclose(result, expected, atol=0.05).mean()
    return share > 0.9 if fill == "wrap" else share == 1.0
