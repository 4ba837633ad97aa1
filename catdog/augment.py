"""Augmentation: photos flipped and turned at random, so that a model seldom sees the same picture twice."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from catdog.errors import UsageError

if TYPE_CHECKING:
    import keras

FLIPS = ("none", "horizontal", "vertical", "horizontal_and_vertical")
AUGMENTATION_LAYERS = ("flip", "rotation")  # names of the layers, in order
_FLIP_WORDS = {
    "horizontal": "flipped left-right at random",
    "vertical": "flipped up-down at random",
    "horizontal_and_vertical": "flipped left-right and up-down at random",
}


@dataclass(frozen=True)
class Augmentation:
    """What is done to photos at random while a model trains; the default does nothing.

    flip: one of FLIPS, the axes along which a photo is flipped, each time with probability one half.
    rotation: largest turn either way, as a fraction of a full turn from 0 to 0.5 (0.2 = ±72°).

    Raises UsageError for any other value.
    """

    flip: str = "none"
    rotation: float = 0.0

    def __post_init__(self) -> None:
        if self.flip not in FLIPS:
            raise UsageError(f"The flip is {self.flip!r}, but must be one of {', '.join(FLIPS)}.")
        if not isinstance(self.rotation, int | float) or not 0 <= self.rotation <= 0.5:
            raise UsageError(f"The rotation is {self.rotation!r}, but must be a fraction of a full turn from 0 to 0.5.")

    @property
    def degrees(self) -> float:
        """The largest turn either way in degrees, rounded to a tenth."""
        return round(self.rotation * 360, 1)

    @property
    def words(self) -> str:
        """What is done, in words for a caption, such as "flipped left-right at random, turned up to ±72°"."""
        parts = [_FLIP_WORDS[self.flip]] if self.flip in _FLIP_WORDS else []
        if self.rotation:
            parts.append(f"turned up to ±{self.degrees:g}°")
        return ", ".join(parts) or "left as it is"


def rotation_of(degrees: float) -> float:
    """Return a turn of 0 to 180 degrees as Augmentation's rotation; raise UsageError for any other number."""
    if isinstance(degrees, bool) or not isinstance(degrees, int | float) or not 0 <= degrees <= 180:
        raise UsageError(f"The turn is {degrees!r}, but must be a number of degrees from 0 to 180.")
    return degrees / 360


def augmentation_layers(augmentation: Augmentation, seed: int | None = None) -> "list[keras.Layer]":
    """Return the Keras layers that carry `augmentation` out, in order: a RandomFlip, then a RandomRotation.

    Only what is switched on gets a layer, so the list may be empty. The layers take and give float pictures
    (N, H, W, 3) of any pixel range, keep their size, and act only when called with training=True. Corners
    left empty by a turn are filled by reflection. With a seed, layers built anew draw the same numbers again;
    without one, Keras picks their seeds (repeatably after `keras.utils.set_random_seed`).

    Keras 3 flips "horizontal_and_vertical" along both axes at once or not at all: half of the photos are
    turned by 180°.
    """
    from keras import layers

    # Two layers of one seed would draw the same numbers: each flip would go with one sense of rotation.
    seeds = [None, None] if seed is None else np.random.SeedSequence(seed).generate_state(2, np.uint32)
    flip_seed, rotation_seed = (None if value is None else int(value) % 2**31 for value in seeds)
    wanted: list[keras.Layer] = []
    if augmentation.flip != "none":
        wanted.append(layers.RandomFlip(augmentation.flip, seed=flip_seed, name="flip"))
    if augmentation.rotation:
        wanted.append(layers.RandomRotation(augmentation.rotation, seed=rotation_seed, name="rotation"))
    return wanted


def random_transforms(augmentation: Augmentation, number: int, side: int, rng: np.random.Generator) -> np.ndarray:
    """Draw what is done to `number` square pictures of `side` pixels: a flip and a turn in one, float64 (number, 2, 3).

    Each 2×3 matrix maps a pixel (x, y, 1) of the changed picture to the place (x, y) in the original that it shows. It
    is what the layers of augmentation_layers do one after the other, drawn from `rng`: one draw decides the flip along
    all axes at once, as in Keras 3.
    """
    flipped = rng.random(number) < 0.5
    angles = 2 * np.pi * rng.uniform(-augmentation.rotation, augmentation.rotation, number)
    cosines, sines, end = np.cos(angles), np.sin(angles), side - 1
    # around the centre of the picture
    across = np.stack([cosines, -sines, end / 2 * (1 - cosines + sines)])
    down = np.stack([sines, cosines, end / 2 * (1 - sines - cosines)])
    if augmentation.flip in ("horizontal", "horizontal_and_vertical"):
        across = np.where(flipped, [[0], [0], [end]] - across, across)
    if augmentation.flip in ("vertical", "horizontal_and_vertical"):
        down = np.where(flipped, [[0], [0], [end]] - down, down)
    return np.stack([across, down]).transpose(2, 0, 1)


def transform(pictures: np.ndarray, transforms: np.ndarray) -> np.ndarray:
    """Flip and turn pictures (N, H, W, 3), uint8 or float32, as `transforms` (N, 2, 3) of random_transforms says.

    OpenCV does in a sixth of the processor time what TensorFlow's operation does, which works out each place anew for
    each colour. Values between pixels are interpolated as in the layers, for uint8 then rounded to whole numbers.
    """
    import cv2

    changed = np.empty_like(pictures)
    size = pictures.shape[2], pictures.shape[1]
    for before, matrix, after in zip(pictures, transforms, changed, strict=True):
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        cv2.warpAffine(before, matrix, size, dst=after, flags=flags, borderMode=cv2.BORDER_REFLECT)
    return changed


def augmented(picture: np.ndarray, augmentation: Augmentation, copies: int, seed: int) -> np.ndarray:
    """Return `copies` of a picture, each flipped and turned anew by the layers of a model.

    picture: uint8 (H, W, 3). Returns uint8 (copies, H, W, 3); the same seed gives the same copies.
    """
    pictures = np.repeat(picture[np.newaxis], copies, axis=0)
    layers = augmentation_layers(augmentation, seed)
    if not layers:
        return pictures
    values = pictures.astype(np.float32)
    for layer in layers:
        values = layer(values, training=True)
    return np.clip(np.rint(np.asarray(values)), 0, 255).astype(np.uint8)
