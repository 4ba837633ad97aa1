"""Where a model looks: which parts of a picture its answer hangs on."""

from collections.abc import Callable

import numpy as np

from catdog.images.decode import SIZE
from catdog.utils.text import format_percent

PATCH, STRIDE = 48, 16  # pixels; a smaller patch hides too little of what a sure model sees
FAINTEST = 0.001  # a map whose highest value, 0..1, is below this one has no place in the strongest colour
HARDLY = 0.01  # a fall in probability, 0..1, that says next to nothing
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
    predict: Callable[[np.ndarray], np.ndarray], pixels: np.ndarray, patch: int = PATCH, stride: int = STRIDE
) -> np.ndarray:
    """Return how much the probability of the model's answer falls where the picture is hidden, float32 (160, 160).

    A square patch of the picture's mean colour is laid over one place after the other, `stride` pixels apart, over the
    edges too, so that a corner is hidden as often as the middle. Each pixel's value is the mean over the patches that
    hid it, those counting most whose middle is near; -1..1, below 0 where the model is surer without that place.

    predict: uint8 (N, 160, 160, 3) → probability of class 1, (N,), such as Predictor.predict; it is asked once, for
    1 + ceil(160 / stride)² pictures: 101 by default. pixels: uint8 (160, 160, 3), 0..255.
    """
    if not 0 < stride <= patch <= SIZE:
        raise ValueError(f"stride must be 1 to patch, and patch at most {SIZE}, not {stride} and {patch}")
    places = _places(patch, stride)
    asked = np.repeat(pixels[np.newaxis], 1 + len(places) ** 2, axis=0)
    colour = np.round(pixels.mean(axis=(0, 1))).astype(np.uint8)
    spots = [(_inside(top, patch), _inside(left, patch)) for top in places for left in places]
    for number, spot in enumerate(spots, start=1):
        asked[number][spot] = colour
    answers = np.asarray(predict(asked), np.float32)
    sure = answers if answers[0] > 0.5 else 1 - answers
    return _spread(sure[0] - sure[1:].reshape(len(places), len(places)), places, patch)


def overlay_heatmap(pixels: np.ndarray, heat: np.ndarray, opacity: float) -> np.ndarray:
    """Return the picture with a heat map over it, uint8 (160, 160, 3): dark violet counts little, yellow most.

    The map's colours run from 0 to its own highest value (at least a tenth of a percentage point, so that a map of
    nothing doesn't glow); values below 0 count as 0. The picture turns grey as the map covers it, so that its own
    colours are not taken for the map's. pixels: uint8 (160, 160, 3); heat: float (160, 160); opacity: 0 (picture) to
    1 (map).
    """
    opacity = min(1.0, max(0.0, opacity))
    strength = np.clip(heat / max(float(heat.max()), FAINTEST), 0, 1)
    steps = np.linspace(0, 1, len(COLOURS))
    colours = np.stack([np.interp(strength, steps, COLOURS[:, channel]) for channel in range(3)], axis=-1)
    picture = pixels.astype(np.float32)
    grey = (picture @ LIGHT)[..., np.newaxis]
    picture += (grey - picture) * min(1.0, 2 * opacity)
    # Where nothing counts the map is thinner, so that the picture can still be made out below it.
    cover = opacity * (THINNEST + (1 - THINNEST) * strength)[..., np.newaxis]
    return np.round(picture + (colours - picture) * cover).astype(np.uint8)


def describe_occlusion(answer: str, sure: float, heat: np.ndarray) -> str:
    """Say what a heat map shows, in two sentences: the first of this one, the second of what no such map tells.

    answer: the class that the model answered; sure: its probability, 0..1.
    """
    most = 100 * float(heat.max())
    if most < 100 * HARDLY:
        found = (
            f"The model is {format_percent(sure)} sure of {answer}, and hardly less so ({max(0.0, most):.1f} points at most, "
            "where it is yellow) whichever place is hidden: it sees it in many places at once, or in none."
        )
    else:
        found = (
            f"The model is {format_percent(sure)} sure of {answer}. Where it is yellow, hiding that place lowers this by up "
            f"to {most:.0f} point{'' if round(most) == 1 else 's'}; where it is grey, by next to nothing."
        )
    return (
        f"{found} This shows on which places the answer hangs, but not what the model sees there, nor that it "
        "understands it: the place may be a cushion. What is told by two places at once does not show at all."
    )


def describe_activation(answer: str, sure: float, heat: np.ndarray) -> str:
    """Say what a class-activation map (see catdog.inference.activations) shows, and what it does not.

    answer: the class that the model answered; sure: its probability, 0..1; heat: what each place adds for this class.
    """
    against = float((heat < 0).mean())
    other = (
        f" Over {format_percent(against, 0)} of the picture, the places speak against it." if against >= 0.005 else ""
    )
    return (
        f"The model is {format_percent(sure)} sure of {answer}. What speaks for that, place by place, is yellow: the model "
        f"adds up 5 × 5 places, and this is what each one adds, exactly.{other} This shows where it found what counts, "
        "but not what it saw there, nor that it understands it; and each place has seen a good deal of what is around."
    )


def _places(patch: int, stride: int) -> list[int]:
    """Return where patches begin along one side, evenly and alike at both ends, some beyond the edge."""
    number = -(-SIZE // stride)
    first = (SIZE - patch - (number - 1) * stride) // 2
    return [first + step * stride for step in range(number)]


def _inside(begin: int, patch: int) -> slice:
    return slice(max(0, begin), max(0, begin + patch))


def _spread(falls: np.ndarray, places: list[int], patch: int) -> np.ndarray:
    """Return the falls, one for each pair of places (from the top, from the left), as a map of the picture's pixels."""
    weights = np.zeros((len(places), SIZE), np.float32)
    window = 1 - np.abs(np.arange(patch) + 0.5 - patch / 2) / (patch / 2 + 0.5)  # a patch counts less to its edges
    for number, begin in enumerate(places):
        seen = _inside(begin, patch)
        weights[number, seen] = window[seen.start - begin : min(patch, SIZE - begin)]
    weights /= weights.sum(axis=0)
    return (weights.T @ falls @ weights).astype(np.float32)
