"""Draw random transforms for each image of a batch, and apply them in one pass over the pixels."""

from dataclasses import dataclass

import numpy as np

from catdog.augmentation.config import Augmentation

_BORDERS = {
    "reflect": "BORDER_REFLECT",
    "constant": "BORDER_CONSTANT",
    "wrap": "BORDER_WRAP",
    "nearest": "BORDER_REPLICATE",
}
_NUMBERS = 7  # drawn for each image: flip, rotation, zoom, shifts across and down, contrast, brightness
_FLIP, _ZOOM = 0, 2  # where they stand among these
_FIRST = 2  # of them, which flips and rotations need


@dataclass(frozen=True, eq=False)
class Transforms:
    """What is done to each of N images, in this order: one number each, (N,).

    Attributes:
        augmentation: What they were drawn for; it says which axes are flipped and what is seen beyond the edge.
        flipped: Whether the image is flipped, bool.
        turns: Rotations as fractions of a full turn, over 0 to the left (anticlockwise).
        zooms: How much of the image is shown, as a multiple of its width and height: under 1, things look larger.
        across: Shifts to the right, as shares of the width.
        down: Shifts downwards, as shares of the height.
        contrasts: Factors of the distance to a channel's mean.
        brightnesses: Shares of 255 that are added.
    """

    augmentation: Augmentation
    flipped: np.ndarray
    turns: np.ndarray
    zooms: np.ndarray
    across: np.ndarray
    down: np.ndarray
    contrasts: np.ndarray
    brightnesses: np.ndarray

    def describe(self, index: int) -> str:
        """Return what is done to an image, such as "flipped left-right, −41°, 1.2× zoom"; "" for nothing."""
        parts = []
        if self.flipped[index]:
            ways = {
                "horizontal": "left-right",
                "vertical": "up-down",
                "horizontal_and_vertical": "both ways",
            }
            parts.append(f"flipped {ways[self.augmentation.flip]}")
        if degrees := round(360 * self.turns[index]):
            parts.append(f"{'+' if degrees > 0 else '−'}{abs(degrees)}°")
        if (larger := f"{1 / self.zooms[index]:.2f}") != "1.00":
            parts.append(f"{larger}× zoom")
        for shift, ways in ((self.across[index], ("left", "right")), (self.down[index], ("up", "down"))):
            if share := round(100 * abs(shift)):
                parts.append(f"{share}% {ways[int(shift > 0)]}")
        if (contrast := f"{self.contrasts[index]:.2f}") != "1.00":
            parts.append(f"{contrast}× contrast")
        if share := round(100 * abs(self.brightnesses[index])):
            parts.append(f"{share}% {'brighter' if self.brightnesses[index] > 0 else 'darker'}")
        return ", ".join(parts)


def draw_transforms(augmentation: Augmentation, count: int, rng: np.random.Generator) -> Transforms:
    """Draw what is done to `count` images of a training, with the next numbers of `rng`.

    Without other effects only flips and rotations are drawn, as they were before there were any others: the same seed
    still gives the same training.
    """
    beyond_turns = augmentation.zoom or augmentation.translation or augmentation.relights
    numbers = np.full((_NUMBERS, count), 0.5)
    used = numbers if beyond_turns else numbers[:_FIRST]
    used[:] = rng.random(used.shape)
    return _scale(augmentation, numbers)


def preview_transforms(augmentation: Augmentation, count: int, seed: int) -> Transforms:
    """Draw what is done to `count` images of a preview, each effect from random numbers of its own.

    So all else holds still while the user changes one effect, or adds images.
    """
    numbers = [np.random.default_rng((seed, effect)).random(count) for effect in range(_NUMBERS)]
    return _scale(augmentation, np.stack(numbers))


def strongest_transforms(augmentation: Augmentation) -> Transforms:
    """Return what does to one image all that an augmentation may do at most: flipped, each effect at its limit.

    The photo turns to the left, grows larger, moves to the lower right, and gains contrast and brightness.
    """
    limits = np.ones((_NUMBERS, 1))
    limits[[_FLIP, _ZOOM]] = 0  # the smallest number flips, and shows least of the image
    return _scale(augmentation, limits)


def apply_transforms(images: np.ndarray, transforms: Transforms) -> np.ndarray:
    """Return images transformed; the result has the shape and type of `images`.

    OpenCV does in a sixth of the processor time what TensorFlow's operation does, which works out each place anew for
    each channel. Values between pixels are interpolated as in the layers, for uint8 then rounded to whole numbers.
    Flip, rotation, zoom and shift are one step here: what the layers, one after the other, fill in beyond the edge and
    move on, is filled in once.

    Args:
        images: (N, H, W, 3), uint8 or float32, pixels 0..255.
        transforms: Those of N images.
    """
    import cv2

    result = np.empty_like(images)
    height, width = images.shape[1:3]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    border = getattr(cv2, _BORDERS[transforms.augmentation.fill])
    for image, matrix, target in zip(images, _matrices(transforms, width, height), result, strict=True):
        cv2.warpAffine(image, matrix, (width, height), dst=target, flags=flags, borderMode=border)
    if transforms.augmentation.relights:
        _relight(result, transforms)
    return result


def _scale(augmentation: Augmentation, numbers: np.ndarray) -> Transforms:
    """Return the transforms that numbers from 0 to 1, (7, N), stand for."""
    flips, turns, zooms, across, down, contrasts, brightnesses = numbers

    def around(middle: float, most: float, share: np.ndarray) -> np.ndarray:
        return middle - most + 2 * most * share

    return Transforms(
        augmentation,
        flipped=(flips < 0.5) & (augmentation.flip != "none"),
        turns=around(0, augmentation.rotation, turns),
        zooms=around(1, augmentation.zoom, zooms),
        across=around(0, augmentation.translation, across),
        down=around(0, augmentation.translation, down),
        contrasts=around(1, augmentation.contrast, contrasts),
        brightnesses=around(0, augmentation.brightness, brightnesses),
    )


def _matrices(transforms: Transforms, width: int, height: int) -> np.ndarray:
    """Return what flips, rotates, zooms and shifts in one, float64 (N, 2, 3).

    Each 2×3 matrix maps a pixel (x, y, 1) of the result to the place (x, y) in the original that it shows: it goes back
    the shift, the zoom and the rotation around the middle, and the flip.
    """
    angles = 2 * np.pi * transforms.turns
    cosines, sines = transforms.zooms * np.cos(angles), transforms.zooms * np.sin(angles)
    right, bottom = width - 1, height - 1
    # where the middle of the original comes to lie
    x, y = right / 2 + transforms.across * width, bottom / 2 + transforms.down * height
    across = np.stack([cosines, -sines, right / 2 - cosines * x + sines * y])
    down = np.stack([sines, cosines, bottom / 2 - sines * x - cosines * y])
    if transforms.augmentation.flip in ("horizontal", "horizontal_and_vertical"):
        across = np.where(transforms.flipped, [[0], [0], [right]] - across, across)
    if transforms.augmentation.flip in ("vertical", "horizontal_and_vertical"):
        down = np.where(transforms.flipped, [[0], [0], [bottom]] - down, down)
    return np.stack([across, down]).transpose(2, 0, 1)


def _relight(images: np.ndarray, transforms: Transforms) -> None:
    """Change contrast and brightness of the images in place, each cut off at 0 and 255 as by its layer."""
    import cv2

    levels = np.arange(256, dtype=np.float32)[:, np.newaxis]
    for image, contrast, brightness in zip(images, transforms.contrasts, transforms.brightnesses, strict=True):
        means = cv2.mean(image)[:3]
        values = levels if image.dtype == np.uint8 else image
        values = np.clip((values - np.float32(means)) * np.float32(contrast) + np.float32(means), 0, 255)
        values = np.clip(values + np.float32(255 * brightness), 0, 255)
        if image.dtype == np.uint8:  # there are only 256 values to work out
            cv2.LUT(image, np.rint(values).astype(np.uint8)[np.newaxis], dst=image)
        else:
            image[:] = values
