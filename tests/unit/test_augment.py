"""Augmentation: what it allows, the layers it makes, and what they do to a picture."""

import time

import numpy as np
import pytest

from catdog.augment import FLIPS, Augmentation, augmentation_layers, augmented, random_transforms, transform
from catdog.errors import UsageError

MIDDLE = 32  # of the picture with the dot
REACH = 12  # from there to the dot: so near that no turn brings it to the reflected corners


@pytest.fixture
def noise() -> np.ndarray:
    """A picture without any symmetry, uint8 (40, 70, 3)."""
    return np.random.default_rng(3).integers(0, 256, (40, 70, 3), dtype=np.uint8)


@pytest.fixture
def dot() -> np.ndarray:
    """A white dot to the right of the middle of a black picture, uint8 (65, 65, 3)."""
    picture = np.zeros((65, 65, 3), np.uint8)
    picture[MIDDLE - 2 : MIDDLE + 3, MIDDLE + REACH - 2 : MIDDLE + REACH + 3] = 255
    return picture


def angles(pictures: np.ndarray) -> np.ndarray:
    """The direction in which each picture has its dot, in degrees from −180 to 180; 0 is to the right."""
    found = []
    for picture in pictures[..., 0].astype(float):
        rows, columns = np.indices(picture.shape)
        up = MIDDLE - (rows * picture).sum() / picture.sum()
        right = (columns * picture).sum() / picture.sum() - MIDDLE
        found.append(np.degrees(np.arctan2(up, right)))
    return np.array(found)


def orientations(pictures: np.ndarray, original: np.ndarray) -> set[str]:
    """Which flips occur among the pictures; "other" for a picture that is no flip of the original."""
    known = {
        "as it was": original,
        "left-right": original[:, ::-1],
        "up-down": original[::-1],
        "both": original[::-1, ::-1],
    }
    return {
        next((name for name, flip in known.items() if np.array_equal(picture, flip)), "other") for picture in pictures
    }


def test_an_unknown_flip_is_refused_with_the_four_that_exist() -> None:
    with pytest.raises(UsageError) as error:
        Augmentation(flip="sideways")
    assert all(flip in str(error.value) for flip in ("sideways", *FLIPS))


@pytest.mark.parametrize("rotation", [-0.1, 0.51, 2, float("nan"), "0.2", None])
def test_a_rotation_that_is_no_fraction_up_to_half_a_turn_is_refused(rotation) -> None:
    with pytest.raises(UsageError, match="rotation"):
        Augmentation(rotation=rotation)


def test_a_fifth_of_a_turn_is_72_degrees() -> None:
    assert Augmentation(rotation=0.2).degrees == 72


@pytest.mark.parametrize(
    ("augmentation", "words"),
    [
        (Augmentation(), "left as it is"),
        (Augmentation("horizontal"), "flipped left-right at random"),
        (Augmentation("vertical"), "flipped up-down at random"),
        (Augmentation(rotation=0.25), "turned up to ±90°"),
        (
            Augmentation("horizontal_and_vertical", 0.2),
            "flipped left-right and up-down at random, turned up to ±72°",
        ),
    ],
)
def test_the_words_say_what_is_done(augmentation: Augmentation, words: str) -> None:
    assert augmentation.words == words


def test_the_layers_flip_first_and_then_turn_as_told() -> None:
    flip, rotation = augmentation_layers(Augmentation("vertical", 0.25))
    assert (type(flip).__name__, flip.mode) == ("RandomFlip", "vertical")
    assert (type(rotation).__name__, rotation.factor) == ("RandomRotation", (-0.25, 0.25))


def test_what_is_switched_off_gets_no_layer() -> None:
    assert augmentation_layers(Augmentation()) == []
    assert [layer.name for layer in augmentation_layers(Augmentation("horizontal"))] == ["flip"]
    assert [layer.name for layer in augmentation_layers(Augmentation(rotation=0.1))] == ["rotation"]


def test_the_layers_must_not_act_outside_training(noise: np.ndarray) -> None:
    values = noise[np.newaxis].astype(np.float32)
    for layer in augmentation_layers(Augmentation("horizontal_and_vertical", 0.5), seed=1):
        np.testing.assert_array_equal(np.asarray(layer(values, training=False)), values)


def test_without_augmentation_every_copy_is_the_picture(noise: np.ndarray) -> None:
    assert orientations(augmented(noise, Augmentation(), copies=3, seed=0), noise) == {"as it was"}


@pytest.mark.parametrize(
    ("flip", "flipped"), [("horizontal", "left-right"), ("vertical", "up-down"), ("horizontal_and_vertical", "both")]
)
def test_a_flip_happens_to_some_copies_and_only_along_its_axes(noise: np.ndarray, flip: str, flipped: str) -> None:
    found = orientations(augmented(noise, Augmentation(flip), copies=32, seed=0), noise)
    assert {"as it was", flipped} <= found
    # A Keras that flips each axis for itself may add the single flips where both axes are on.
    allowed = {"left-right", "up-down"} if flipped == "both" else set()
    assert found <= {"as it was", flipped} | allowed


def test_turns_stay_within_the_limit_and_go_both_ways(dot: np.ndarray) -> None:
    turned = angles(augmented(dot, Augmentation(rotation=0.1), copies=64, seed=0))
    assert np.abs(turned).max() <= 36.5
    assert turned.min() < -20
    assert turned.max() > 20


def test_flips_and_turns_are_drawn_independently(dot: np.ndarray) -> None:
    """One seed for both layers would tie each flip to one sense of rotation."""
    turned = angles(augmented(dot, Augmentation("horizontal", 0.1), copies=64, seed=0))
    flipped = np.abs(turned) > 90
    for group in (turned[~flipped], (turned[flipped] % 360) - 180):
        assert group.min() < -10
        assert group.max() > 10


def test_copies_keep_size_and_type_and_leave_the_picture_alone(noise: np.ndarray) -> None:
    before = noise.copy()
    copies = augmented(noise, Augmentation("horizontal", 0.2), copies=5, seed=0)
    assert copies.shape == (5, 40, 70, 3)
    assert copies.dtype == np.uint8
    np.testing.assert_array_equal(noise, before)


def test_a_turned_grey_picture_stays_the_same_grey() -> None:
    """Corners are filled by reflection, not with black, and values are rounded, not cut."""
    grey = np.full((31, 31, 3), 201, np.uint8)
    assert set(np.unique(augmented(grey, Augmentation(rotation=0.5), copies=8, seed=4))) == {201}


def test_the_same_seed_gives_the_same_copies_and_another_seed_others(noise: np.ndarray) -> None:
    both = Augmentation("horizontal_and_vertical", 0.2)
    first, again, other = (augmented(noise, both, copies=4, seed=seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert not np.array_equal(first[0], first[1])


def test_eight_copies_of_a_small_photo_take_less_than_300_ms() -> None:
    picture = np.zeros((160, 160, 3), np.uint8)
    both = Augmentation("horizontal_and_vertical", 0.2)
    augmented(picture, both, copies=8, seed=0)  # loads TensorFlow
    seconds = []
    for seed in range(5):
        start = time.perf_counter()
        augmented(picture, both, copies=8, seed=seed)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.3


@pytest.fixture
def square() -> np.ndarray:
    """A picture in which no two places look alike, uint8 (33, 33, 3)."""
    return np.random.default_rng(5).integers(0, 256, (33, 33, 3), np.uint8)


def in_one_pass(pictures: np.ndarray, augmentation: Augmentation, seed: int) -> np.ndarray:
    """The pictures flipped and turned by one transform each."""
    transforms = random_transforms(augmentation, len(pictures), pictures.shape[1], np.random.default_rng(seed))
    return transform(pictures, transforms)


@pytest.mark.parametrize("flip", FLIPS)
def test_one_pass_shows_what_the_layers_show_for_the_same_flips_and_angles(square: np.ndarray, flip: str) -> None:
    import keras

    class Drawn(np.random.Generator):
        """Gives prescribed numbers."""

        def __init__(self) -> None:
            super().__init__(np.random.PCG64(0))

        def random(self, number: int) -> np.ndarray:
            return np.array([0.2, 0.8, 0.2, 0.8])

        def uniform(self, low: float, high: float, number: int) -> np.ndarray:
            return np.array([0.0, 0.0, 0.11, -0.19])

    pictures = np.repeat(square[np.newaxis], 4, axis=0).astype(np.float32)
    found = transform(pictures, random_transforms(Augmentation(flip, 0.25), 4, square.shape[0], Drawn()))
    expected = pictures.copy()
    axes = {"none": (), "horizontal": (2,), "vertical": (1,), "horizontal_and_vertical": (1, 2)}[flip]
    expected[[0, 2]] = np.flip(expected[[0, 2]], axes)
    for row, turn in ((2, 0.11), (3, -0.19)):
        layer = keras.layers.RandomRotation((turn, turn))
        expected[row] = layer(expected[row : row + 1], training=True)[0]
    np.testing.assert_allclose(found, expected, atol=0.05)


def test_one_pass_flips_about_half_of_the_pictures_along_its_axes_only(square: np.ndarray) -> None:
    pictures = np.repeat(square[np.newaxis], 64, axis=0)
    for flip, word in (("horizontal", "left-right"), ("vertical", "up-down"), ("horizontal_and_vertical", "both")):
        found = in_one_pass(pictures, Augmentation(flip), 0)
        assert orientations(found, square) == {"as it was", word}
        assert 20 <= sum(np.array_equal(picture, square) for picture in found) <= 44


def test_one_pass_turns_both_ways_within_the_limit_and_apart_from_the_flips(dot: np.ndarray) -> None:
    pictures = np.repeat(dot[np.newaxis], 200, axis=0)
    found = angles(in_one_pass(pictures, Augmentation(rotation=0.2), 1))
    assert np.abs(found).max() <= 73
    assert found.min() < -60
    assert found.max() > 60
    assert abs(found.mean()) < 12
    flipped = angles(in_one_pass(pictures, Augmentation("horizontal", 0.1), 1))
    for side in (flipped[np.abs(flipped) < 90], 180 - flipped[np.abs(flipped) > 90] % 360):
        assert side.min() < -15
        assert side.max() > 15


def test_the_same_numbers_give_the_same_transforms(square: np.ndarray) -> None:
    pictures = np.repeat(square[np.newaxis], 5, axis=0)
    one, again, other = (in_one_pass(pictures, Augmentation("horizontal", 0.2), seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
