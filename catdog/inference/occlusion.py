"""Where a model looks: how much its prediction depends on each part of an image."""

from collections.abc import Callable

import numpy as np

from catdog.images.decode import SIZE
from catdog.utils.text import format_confidence, format_percent

PATCH, STRIDE = 48, 16  # pixels; a smaller patch hides too little of what a sure model sees
FAINT = 0.05  # a drop in probability, 0..1: a map that nowhere reaches it is drawn without colours
FAINT_LOGIT = 0.2  # the same in units of the logit, where a change of it counts most: at a probability of one half
PAPER = 128.0  # the grey of a map without colours
THINNEST = 0.3  # of the map's opacity where it is lowest

#: Viridis at equal steps: each is as much lighter than the one before to every eye, the colour-blind ones included.
COLOURS = np.array(
    [
        (68, 1, 84),
        (71, 44, 122),
        (59, 81, 139),
        (44, 113, 142),
        (33, 144, 141),
        (39, 173, 129),
        (92, 200, 99),
        (170, 220, 50),
        (253, 231, 37),
    ],
    np.float32,
)
LIGHT = np.array((0.299, 0.587, 0.114), np.float32)  # how light red, green and blue are to the eye


def compute_occlusion(
    predict: Callable[[np.ndarray], np.ndarray], image: np.ndarray, patch: int = PATCH, stride: int = STRIDE
) -> np.ndarray:
    """Compute how much the probability of the predicted class drops where the image is hidden (Zeiler, Fergus 2014).

    A square patch of the image's mean colour is laid over one place after the other, `stride` pixels apart, over the
    edges too, so that a corner is hidden as often as the middle. Each pixel's value is the mean over the patches that
    hid it, those counting most whose middle is near.

    Args:
        predict: uint8 (N, 160, 160, 3) → probability of class 1, (N,), such as Predictor.predict. It is called once,
            with 1 + ceil(160 / stride)² images: 101 by default.
        image: uint8 (160, 160, 3), 0..255.
        patch: The side of the square, in pixels.
        stride: From one square to the next, in pixels; 1 to patch.

    Returns:
        float32 (160, 160), -1..1; below 0 where the model is surer without that place.

    Raises:
        ValueError: The squares would leave places out, or are larger than the image.
    """
    if not 0 < stride <= patch <= SIZE:
        raise ValueError(f"stride must be 1 to patch, and patch at most {SIZE}, not {stride} and {patch}")
    starts = _patch_starts(patch, stride)
    variants = np.repeat(image[np.newaxis], 1 + len(starts) ** 2, axis=0)
    colour = np.round(image.mean(axis=(0, 1))).astype(np.uint8)
    squares = [(_clip_slice(top, patch), _clip_slice(left, patch)) for top in starts for left in starts]
    for index, square in enumerate(squares, start=1):
        variants[index][square] = colour
    probabilities = np.asarray(predict(variants), np.float32)
    confidences = probabilities if probabilities[0] > 0.5 else 1 - probabilities
    return _spread(confidences[0] - confidences[1:].reshape(len(starts), len(starts)), starts, patch)


def overlay_heatmap(image: np.ndarray, heatmap: np.ndarray, opacity: float, faint: float = FAINT) -> np.ndarray:
    """Lay a heatmap over an image: dark violet counts little, yellow most.

    The colours run from 0 to the heatmap's own highest value; values below 0 count as 0. A map that is faint everywhere
    is grey all over, so that a map of nothing does not glow. The image turns grey as the map covers it, so that its own
    colours are not taken for the map's.

    Args:
        image: uint8 (160, 160, 3), 0..255.
        heatmap: float (160, 160).
        opacity: 0 (only the image) to 1 (only the map).
        faint: The highest value, in the heatmap's unit, below which it has no colours.

    Returns:
        uint8 (160, 160, 3).
    """
    opacity = min(1.0, max(0.0, opacity))
    if heatmap.max() < faint:
        strength, colours = np.zeros(heatmap.shape, np.float32), np.float32(PAPER)
    else:
        strength = np.clip(heatmap / heatmap.max(), 0, 1)
        steps = np.linspace(0, 1, len(COLOURS))
        colours = np.stack([np.interp(strength, steps, COLOURS[:, channel]) for channel in range(3)], axis=-1)
    blended = image.astype(np.float32)
    grey = (blended @ LIGHT)[..., np.newaxis]
    blended += (grey - blended) * min(1.0, 2 * opacity)
    # Where nothing counts the map is thinner, so that the image can still be made out below it.
    cover = opacity * (THINNEST + (1 - THINNEST) * strength)[..., np.newaxis]
    return np.round(blended + (colours - blended) * cover).astype(np.uint8)


def describe_occlusion(label: str, confidence: float, heatmap: np.ndarray) -> str:
    """Explain an occlusion map in a few sentences: what this one shows, and what no such map tells.

    Args:
        label: The predicted class.
        confidence: Its probability, 0..1.
        heatmap: As from `compute_occlusion`.
    """
    most = max(0.0, float(heatmap.max()))
    sure = f"The model is {format_confidence(confidence)} sure of {label}."
    if most < FAINT:
        first = (
            f"{sure} Hiding any one place lowers that by {100 * most:.1f} points at most, so the map is grey: no "
            "single place decides."
        )
    else:
        first = f"{sure} Hiding the yellow place lowers that by up to {100 * most:.0f} points."
    return (
        f"{first} The map shows where the model looks, not what it sees there: a yellow place may be a cushion. It "
        "can't show evidence that is in two places at once."
    )


def describe_activation(label: str, confidence: float, heatmap: np.ndarray) -> str:
    """Explain a class activation map in a few sentences: what it shows, and what it does not.

    Args:
        label: The predicted class.
        confidence: Its probability, 0..1.
        heatmap: As from `catdog.inference.activations.compute_class_activation`, for this class.
    """
    sure = f"The model is {format_confidence(confidence)} sure of {label}."
    if heatmap.max() < FAINT_LOGIT:
        first = f"{sure} No place adds as much as 5 points to that, so the map is grey."
    else:
        first = f"{sure} Yellow places speak for {label}: the model adds up 5 × 5 places, and these add most."
    against = float((heatmap < 0).mean())
    objection = f" {format_percent(against, 0)} of the image speaks against it." if against >= 0.005 else ""
    return (
        f"{first}{objection} The map shows where the model looks, not what it sees there. Each place also takes in "
        "much of its surroundings."
    )


def _patch_starts(patch: int, stride: int) -> list[int]:
    """Return where patches begin along one side, evenly and alike at both ends, some beyond the edge."""
    count = -(-SIZE // stride)
    first = (SIZE - patch - (count - 1) * stride) // 2
    return [first + index * stride for index in range(count)]


def _clip_slice(start: int, patch: int) -> slice:
    return slice(max(0, start), max(0, start + patch))


def _spread(drops: np.ndarray, starts: list[int], patch: int) -> np.ndarray:
    """Return the drops, one for each pair of starts (from the top, from the left), as a map of the image's pixels."""
    weights = np.zeros((len(starts), SIZE), np.float32)
    window = 1 - np.abs(np.arange(patch) + 0.5 - patch / 2) / (patch / 2 + 0.5)  # a patch counts less to its edges
    for index, start in enumerate(starts):
        hidden = _clip_slice(start, patch)
        weights[index, hidden] = window[hidden.start - start : min(patch, SIZE - start)]
    weights /= weights.sum(axis=0)
    return (weights.T @ drops @ weights).astype(np.float32)
