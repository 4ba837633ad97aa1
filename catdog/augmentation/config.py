"""Augmentation: training images changed a little at random, so that a model seldom sees the same one twice."""

from dataclasses import dataclass

from catdog.errors import UsageError

FLIPS = ("none", "horizontal", "vertical", "horizontal_and_vertical")
FILLS = ("reflect", "constant", "wrap", "nearest")
AUGMENTATION_LAYERS = ("flip", "rotation", "zoom", "translation", "contrast", "brightness")  # names, in order
_FLIP_WORDS = {
    "horizontal": "flipped left-right at random",
    "vertical": "flipped up-down at random",
    "horizontal_and_vertical": "flipped both ways at once at random (a half turn)",
}
_FILL_WORDS = {
    "constant": "with black beyond the edge",
    "wrap": "with the opposite side beyond the edge",
    "nearest": "with the edge drawn out beyond it",
}
#: The largest value of each effect. A zoom by 1 would show a single pixel.
LIMITS = {"rotation": 0.5, "zoom": 0.9, "translation": 1.0, "contrast": 1.0, "brightness": 1.0}


@dataclass(frozen=True)
class Augmentation:
    """What is done to images at random while a model trains, in this order; the default does nothing.

    The numbers mean what they mean in Keras' layers. Any other value raises a UsageError.

    Attributes:
        flip: One of FLIPS, the axes along which an image is flipped, each time with probability one half. With two
            axes Keras 3 flips along both at once or not at all: a half turn, so no mirror image ever comes.
        rotation: Largest rotation either way, as a fraction of a full turn from 0 to 0.5 (0.2 = ±72°).
        zoom: How much more or less of the image is shown at most, 0 to 0.9 (0.2: 0.8 to 1.2 times its width and
            height).
        translation: Largest shift across and down, as a share of width and height, 0 to 1.
        contrast: How far a channel's distance from its mean grows or shrinks at most, 0 to 1 (0.2: 0.8 to 1.2 times).
        brightness: What is added or taken away at most, as a share of the whole range of values, 0 to 1.
        fill: One of FILLS, what is seen beyond the image's edge: its mirror image, black, its opposite side or the
            nearest pixel.
    """

    flip: str = "none"
    rotation: float = 0.0
    zoom: float = 0.0
    translation: float = 0.0
    contrast: float = 0.0
    brightness: float = 0.0
    fill: str = "reflect"

    def __post_init__(self) -> None:
        """Check the values; raise UsageError for one that is not allowed."""
        for name, allowed in (("flip", FLIPS), ("fill", FILLS)):
            if getattr(self, name) not in allowed:
                raise UsageError(f"The {name} is {getattr(self, name)!r}, but must be one of {', '.join(allowed)}.")
        for name, most in LIMITS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
                kind = "fraction of a full turn" if name == "rotation" else "number"
                called = "shift" if name == "translation" else name
                raise UsageError(f"The {called} is {value!r}, but must be a {kind} from 0 to {most:g}.")

    @property
    def degrees(self) -> float:
        """The largest rotation either way in degrees, rounded to a tenth."""
        return round(self.rotation * 360, 1)

    @property
    def moves(self) -> bool:
        """Whether it may show what lies beyond an image's edge, so that the fill matters."""
        return bool(self.rotation or self.zoom or self.translation)

    @property
    def relights(self) -> bool:
        """Whether it changes the values of pixels."""
        return bool(self.contrast or self.brightness)

    @property
    def active(self) -> bool:
        """Whether it changes any image at all."""
        return self.flip != "none" or self.moves or self.relights

    @property
    def description(self) -> str:
        """What is done, for a caption, such as "flipped left-right at random, rotated up to ±72°"."""
        parts = [_FLIP_WORDS[self.flip]] if self.flip in _FLIP_WORDS else []
        if self.rotation:
            parts.append(f"rotated up to ±{self.degrees:g}°")
        if self.zoom:
            parts.append(f"zoomed {1 / (1 + self.zoom):.3g}× to {1 / (1 - self.zoom):.3g}×")
        if self.translation:
            parts.append(f"shifted up to {100 * self.translation:.3g}% each way")
        if self.contrast:
            parts.append(f"contrast changed up to ±{100 * self.contrast:.3g}%")
        if self.brightness:
            parts.append(f"brightness changed up to ±{100 * self.brightness:.3g}%")
        if self.moves and self.fill in _FILL_WORDS:
            parts.append(_FILL_WORDS[self.fill])
        return ", ".join(parts) or "left as it is"


def rotation_from_degrees(degrees: float) -> float:
    """Return 0 to 180 degrees as Augmentation's rotation; raise UsageError for any other number."""
    if isinstance(degrees, bool) or not isinstance(degrees, int | float) or not 0 <= degrees <= 180:
        raise UsageError(f"The rotation is {degrees!r}, but must be a number of degrees from 0 to 180.")
    return degrees / 360
