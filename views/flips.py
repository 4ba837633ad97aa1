"""The words that the pages have for flips."""

from catdog.augment import Augmentation

FLIPS = {
    "none": "none",
    "left-right": "horizontal",
    "up-down": "vertical",
    "both": "horizontal_and_vertical",
}


def flip_word(augmentation: Augmentation) -> str:
    """Return the word for the flip of an augmentation."""
    return next(word for word, flip in FLIPS.items() if flip == augmentation.flip)
