"""Transforms: what is drawn for each picture, and that one pass over the pixels does what Keras's layers do."""

import time
from dataclasses import replace

import numpy as np
import pytest

from catdog.augmentation.config import FILLS, FLIPS, Augmentation
from catdog.augmentation.transforms import Transforms, drawn_transforms, rolled_transforms, transform

SIDE = 32
MIDDLE = 32  # of the picture with the dot
REACH = 12  # from there to the dot: so near that no turn brings it to the reflected corners
ALL = Augmentation("horizontal", 0.2, 0.4, 0.3, 0.5, 0.25)


@pytest.fixture
def square() -> np.ndarray:
    """A picture in which no two places look alike, uint8 (32, 32, 3)."""
    return np.random.default_rng(5).integers(0, 256, (SIDE, SIDE, 3), np.uint8)


@pytest.fixture
def dot() -> np.ndarray:
    """A white dot to the right of the middle of a black picture, uint8 (65, 65, 3)."""
    picture = np.zeros((65, 65, 3), np.uint8)
    picture[MIDDLE - 2 : MIDDLE + 3, MIDDLE + REACH - 2 : MIDDLE + REACH + 3] = 255
    return picture


def prescribed(augmentation: Augmentation, number: int, **values: list[float]) -> Transforms:
    """Transforms that do nothing but what `values` say."""
    still = replace(
        rolled_transforms(Augmentation(), number, 0),
        augmentation=augmentation,
        flipped=np.zeros(number, bool),
    )
    return replace(still, **{name: np.array(each) for name, each in values.items()})


def copies(picture: np.ndarray, number: int) -> np.ndarray:
    """The picture so many times, float32."""
    return np.repeat(picture[np.newaxis], number, axis=0).astype(np.float32)


def by_layer(kind: str, pictures: np.ndarray, numbers: dict[str, np.ndarray], *arguments, **options) -> np.ndarray:
    """What a Keras layer makes of the pictures where it has drawn `numbers`."""
    import keras

    layer = getattr(keras.layers, kind)(*arguments, **options)
    return np.asarray(layer.transform_images(pictures, numbers, training=True))


def turned_by_layer(pictures: np.ndarray, turns: list[float], fill: str) -> np.ndarray:
    """What Keras's layer makes of the pictures where it has drawn these turns."""
    import keras

    turned = pictures.copy()
    for row, turn in enumerate(turns):
        layer = keras.layers.RandomRotation((turn, turn), fill_mode=fill)
        turned[row] = layer(pictures[row : row + 1], training=True)[0]
    return turned


def angles(pictures: np.ndarray) -> np.ndarray:
    """The direction in which each picture has its dot, in degrees from −180 to 180; 0 is to the right."""
    found = []
    for picture in pictures[..., 0].astype(float):
        rows, columns = np.indices(picture.shape)
        up = MIDDLE - (rows * picture).sum() / picture.sum()
        right = (columns * picture).sum() / picture.sum() - MIDDLE
        found.append(np.degrees(np.arctan2(up, right)))
    return np.array(found)


@pytest.mark.parametrize("flip", FLIPS)
def test_flips_and_turns_are_those_of_the_layers(square: np.ndarray, flip: str) -> None:
    pictures, turns = copies(square, 4), [0.0, 0.0, 0.11, -0.19]
    flipped = np.array([True, False, True, False])
    found = transform(pictures, prescribed(Augmentation(flip, 0.25), 4, flipped=flipped, turns=turns))
    if flip != "none":
        numbers = {"flips": flipped[:, np.newaxis, np.newaxis, np.newaxis]}
        pictures = by_layer("RandomFlip", pictures, numbers, flip)
    np.testing.assert_allclose(found, turned_by_layer(pictures, turns, "reflect"), atol=0.05)


@pytest.mark.parametrize("fill", FILLS)
def test_turns_fill_the_corners_as_the_layer_does(square: np.ndarray, fill: str) -> None:
    pictures, turns = copies(square, 3), [0.03, 0.2, -0.4]
    found = transform(pictures, prescribed(Augmentation(rotation=0.5, fill=fill), 3, turns=turns))
    assert alike(found, turned_by_layer(pictures, turns, fill), fill)


@pytest.mark.parametrize("fill", FILLS)
def test_zooms_are_those_of_the_layer(square: np.ndarray, fill: str) -> None:
    pictures, zooms = copies(square, 4), np.array([0.5, 0.83, 1.3, 1.9])
    found = transform(pictures, prescribed(Augmentation(zoom=0.9, fill=fill), 4, zooms=zooms))
    numbers = {"height_zoom": zooms[:, np.newaxis], "width_zoom": zooms[:, np.newaxis]}
    assert alike(found, by_layer("RandomZoom", pictures, numbers, 0.9, fill_mode=fill), fill)


@pytest.mark.parametrize("fill", FILLS)
def test_shifts_are_those_of_the_layer(square: np.ndarray, fill: str) -> None:
    across, down = np.array([0.25, -0.125, 0.0, 0.5]), np.array([0.0, 0.5, -0.25, 0.75])  # whole pixels
    pictures = copies(square, 4)
    found = transform(pictures, prescribed(Augmentation(translation=1.0, fill=fill), 4, across=across, down=down))
    numbers = {"translations": np.stack([across, down], axis=1).astype(np.float32) * SIDE}
    expected = by_layer("RandomTranslation", pictures, numbers, 1.0, 1.0, fill_mode=fill)
    np.testing.assert_allclose(found, expected, atol=0.05)
    np.testing.assert_allclose(found[0, :, 8:], pictures[0, :, :-8])  # to the right


def test_contrast_and_brightness_are_those_of_the_layers_one_after_the_other(square: np.ndarray) -> None:
    contrasts, lights = np.array([0.4, 1.7, 1.0, 1.6]), np.array([0.0, 0.0, -0.3, 0.4])
    pictures = copies(square, 4)
    augmentation = Augmentation(contrast=1.0, brightness=1.0)
    changes = prescribed(augmentation, 4, contrasts=contrasts, brightnesses=lights)
    each = (slice(None), np.newaxis, np.newaxis, np.newaxis)
    expected = by_layer("RandomContrast", pictures, {"contrast_factor": contrasts[each].astype(np.float32)}, 1.0)
    expected = by_layer("RandomBrightness", expected, {"rgb_delta": 255 * lights[each]}, 1.0)
    np.testing.assert_allclose(transform(pictures, changes), expected, atol=0.05)
    whole = transform(pictures.astype(np.uint8), changes)
    assert whole.dtype == np.uint8
    np.testing.assert_allclose(whole, expected, atol=0.51)


def test_all_effects_at_once_come_in_the_order_of_the_layers() -> None:
    """Away from the edges, where the layers fill in one after the other, and on a picture without sharp details."""
    rows, columns = np.indices((96, 96)) / 96
    picture = 127 + 60 * np.stack([np.sin(3 * rows + 5 * columns), np.cos(6 * rows), np.sin(4 * columns)], axis=-1)
    pictures = copies(picture, 2)
    augmentation = Augmentation("horizontal", 0.5, 0.9, 1.0, 1.0, 1.0)
    numbers = {"turns": [0.06, -0.05], "zooms": [0.8, 0.9], "across": [0.125, -0.125], "down": [0.25, 0.0]}
    light = {"contrasts": [1.3, 0.6], "brightnesses": [-0.1, 0.2]}
    found = transform(pictures, prescribed(augmentation, 2, flipped=[True, False], **numbers, **light))
    each = (slice(None), np.newaxis, np.newaxis, np.newaxis)
    values = by_layer("RandomFlip", pictures, {"flips": np.array([True, False])[each]}, "horizontal")
    values = turned_by_layer(values, numbers["turns"], "reflect")
    zooms = np.array(numbers["zooms"])[:, np.newaxis]
    values = by_layer("RandomZoom", values, {"height_zoom": zooms, "width_zoom": zooms}, 0.9)
    shifts = 96 * np.array([numbers["across"], numbers["down"]], np.float32).T
    values = by_layer("RandomTranslation", values, {"translations": shifts}, 1.0, 1.0)
    contrasts = np.array(light["contrasts"], np.float32)[each]
    values = by_layer("RandomContrast", values, {"contrast_factor": contrasts}, 1.0)
    values = by_layer("RandomBrightness", values, {"rgb_delta": 255 * np.array(light["brightnesses"])[each]}, 1.0)
    middle = (slice(None), slice(40, 70), slice(30, 66))
    np.testing.assert_allclose(found[middle], values[middle], atol=3)
    assert np.abs(found[middle] - pictures[middle]).mean() > 10


def test_a_training_with_flips_and_turns_alone_draws_what_it_drew_before_there_were_other_effects() -> None:
    wanted = Augmentation("horizontal", 0.2, fill="constant")
    rng, again = np.random.default_rng(7), np.random.default_rng(7)
    for _ in range(2):
        drawn = drawn_transforms(wanted, 5, rng)
        np.testing.assert_array_equal(drawn.flipped, again.random(5) < 0.5)
        np.testing.assert_allclose(drawn.turns, again.uniform(-0.2, 0.2, 5))
        assert set(drawn.zooms) == set(drawn.contrasts) == {1.0}
        assert set(drawn.across) == set(drawn.down) == set(drawn.brightnesses) == {0.0}


@pytest.mark.parametrize("draw", ["training", "preview"])
def test_each_effect_stays_within_its_limit_goes_both_ways_and_is_drawn_apart(draw: str) -> None:
    if draw == "training":
        drawn = drawn_transforms(ALL, 500, np.random.default_rng(1))
    else:
        drawn = rolled_transforms(ALL, 500, 1)
    assert 0.4 < drawn.flipped.mean() < 0.6
    limits = {"turns": (0, 0.2), "zooms": (1, 0.4), "across": (0, 0.3), "down": (0, 0.3)}
    limits |= {"contrasts": (1, 0.5), "brightnesses": (0, 0.25)}
    values = [drawn.flipped.astype(float)]
    for name, (middle, most) in limits.items():
        found = getattr(drawn, name)
        assert middle - most <= found.min() < middle - 0.95 * most, name
        assert middle + 0.95 * most < found.max() <= middle + most, name
        values.append(found)
    assert np.abs(np.corrcoef(values) - np.eye(7)).max() < 0.2


def test_turns_of_pictures_go_both_ways_within_the_limit_and_apart_from_the_flips(dot: np.ndarray) -> None:
    pictures = np.repeat(dot[np.newaxis], 200, axis=0)
    drawn = drawn_transforms(Augmentation("horizontal", 0.1), 200, np.random.default_rng(1))
    found = angles(transform(pictures, drawn))
    np.testing.assert_array_equal(np.abs(found) > 90, drawn.flipped)
    for side in (found[np.abs(found) < 90], 180 - found[np.abs(found) > 90] % 360):
        assert -37 <= side.min() < -15
        assert 15 < side.max() <= 37


def test_in_a_preview_all_else_holds_still_while_one_effect_is_set_otherwise() -> None:
    before = rolled_transforms(ALL, 6, 3)
    for name, effects in {
        "flip": {"flipped"},
        "rotation": {"turns"},
        "zoom": {"zooms"},
        "translation": {"across", "down"},
        "contrast": {"contrasts"},
        "brightness": {"brightnesses"},
    }.items():
        after = rolled_transforms(replace(ALL, **{name: "none" if name == "flip" else 0.1}), 6, 3)
        every = ("flipped", "turns", "zooms", "across", "down", "contrasts", "brightnesses")
        other = {one for one in every if not np.array_equal(getattr(before, one), getattr(after, one))}
        assert other == effects, name


def test_in_a_preview_more_pictures_leave_the_first_ones_as_they_are_and_another_seed_none() -> None:
    few, many, other = rolled_transforms(ALL, 4, 3), rolled_transforms(ALL, 9, 3), rolled_transforms(ALL, 4, 4)
    np.testing.assert_array_equal(few.turns, many.turns[:4])
    np.testing.assert_array_equal(few.zooms, many.zooms[:4])
    assert not np.isin(few.turns, other.turns).any()


def test_what_is_drawn_is_said_in_words() -> None:
    drawn = prescribed(
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
    assert [drawn.words(number) for number in range(4)] == [
        "flipped both ways, −41°, 1.20× zoom, 12 % right, 5 % up, 1.30× contrast, 12 % brighter",
        "",
        "+12°, 0.50× zoom, 30 % left, 20 % down, 0.70× contrast, 8 % darker",
        "",
    ]


def test_pictures_keep_size_and_type_and_the_originals_are_left_alone() -> None:
    pictures = np.random.default_rng(3).integers(0, 256, (5, 40, 70, 3), np.uint8)
    before = pictures.copy()
    changed = transform(pictures, rolled_transforms(ALL, 5, 0))
    assert (changed.shape, changed.dtype) == (pictures.shape, np.uint8)
    np.testing.assert_array_equal(pictures, before)
    np.testing.assert_array_equal(transform(pictures, rolled_transforms(Augmentation(), 5, 0)), pictures)


def test_a_turned_and_zoomed_grey_picture_stays_the_same_grey() -> None:
    """What is beyond the edge is filled by reflection, not with black, and values are rounded, not cut."""
    grey = np.full((8, 31, 31, 3), 201, np.uint8)
    wanted = Augmentation(rotation=0.5, zoom=0.9, translation=1.0)
    assert set(np.unique(transform(grey, rolled_transforms(wanted, 8, 4)))) == {201}
    assert 0 in transform(grey, rolled_transforms(replace(wanted, fill="constant"), 8, 4))


def test_24_versions_with_all_effects_take_less_than_100_ms() -> None:
    pictures = np.random.default_rng(3).integers(0, 256, (24, 240, 240, 3), np.uint8)
    seconds = []
    for seed in range(3):
        start = time.perf_counter()
        transform(pictures, rolled_transforms(ALL, 24, seed))
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.1


def alike(found: np.ndarray, expected: np.ndarray, fill: str) -> bool:
    """Whether pictures are alike; at the seam of a wrapped picture TensorFlow does not interpolate between the ends."""
    share = np.isclose(found, expected, atol=0.05).mean()
    return share > 0.9 if fill == "wrap" else share == 1.0
