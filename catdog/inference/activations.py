"""What a model computes on the way to its answer: its first filters and, of model4, the features that it decides by."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from catdog.errors import RunError
from catdog.images.decode import SIZE

if TYPE_CHECKING:
    from ai_edge_litert.interpreter import Interpreter

CELL, KERNEL, BETWEEN = 80, 24, 4  # pixels of a map, of its filter in the corner, and between two maps
ACROSS = 8  # maps side by side
PAPER = 128  # the grey between them, which stands out from light and dark pages


@dataclass(frozen=True, eq=False)
class Activations:
    """What was computed of one picture.

    filters: float32 (F, 3, 3, 3), the first convolution's weights by filter, row, column and colour; maps: float32
    (H, W, F), what each filter answers at each place, after ReLU; features: float32 (h, w, C), what is averaged before
    the last layer, and weights: float32 (C,), that layer's weights: both None where the model averages nothing.
    """

    filters: np.ndarray
    maps: np.ndarray
    features: np.ndarray | None = None
    weights: np.ndarray | None = None


def compute_activations(path: Path, pixels: np.ndarray) -> Activations:
    """Return what the model in this LiteRT file computes of a picture, uint8 (160, 160, 3); nothing is trained anew.

    Takes some hundredths of a second: LiteRT's fast kernels keep nothing of what is between, so its plain ones are
    used. Raises RunError where the file is missing, damaged, or no convolutional network.
    """
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    try:
        interpreter = Interpreter(
            model_path=str(path),
            num_threads=2,
            experimental_preserve_all_tensors=True,
            experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
        interpreter.allocate_tensors()
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], pixels[np.newaxis].astype(np.float32))
        interpreter.invoke()
        return _of(interpreter)
    except (OSError, ValueError, RuntimeError, IndexError, StopIteration) as error:
        raise RunError(f"The model {path} can't be looked into ({error}): train it again.") from error


def _of(interpreter: "Interpreter") -> Activations:
    # there is no public list of a model's operations; the tests notice if this one changes
    operations = interpreter._get_ops_details()
    first = next(one for one in operations if one["op_name"] == "CONV_2D")
    filters, maps = interpreter.get_tensor(first["inputs"][1]), interpreter.get_tensor(first["outputs"][0])[0]
    averaged = [number for number, one in enumerate(operations) if one["op_name"] == "MEAN"]
    if not averaged:
        return Activations(filters, maps)
    mean, last = operations[averaged[-1]], operations[averaged[-1] + 1]
    features, weights = interpreter.get_tensor(mean["inputs"][0])[0], interpreter.get_tensor(last["inputs"][1])[0]
    return Activations(filters, maps, features, weights)


def compute_class_activation(inside: Activations, answer: int) -> np.ndarray:
    """Return how much each place speaks for a class, float32 (160, 160), below 0 where it speaks for the other one.

    answer: 0 or 1. It is exact, not an estimate: the last layer adds up the features' means, each times its weight, so
    the same sum at one place is what that place adds, and the mean over all places (with the layer's bias) is the
    number that becomes the probability: class activation mapping (Zhou and others, 2016). Between the few places that
    the model knows (5 × 5) the map is interpolated. Raises ValueError where the model averages no features.
    """
    import cv2

    if inside.features is None or inside.weights is None:
        raise ValueError("this model averages no features, so it has no class-activation map")
    added = inside.features @ inside.weights
    return cv2.resize(added if answer else -added, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR)


def draw_filters(inside: Activations) -> np.ndarray:
    """Return all maps of the first convolution side by side, each with its filter in the corner, uint8 (H, W, 3).

    A map is as bright as its filter's answer, from 0 (black) to its own highest (white). A filter's colours go from its
    most negative weight (black) to its most positive one (white), grey being no weight at all.
    """
    import cv2

    number = len(inside.filters)
    step, rows = CELL + BETWEEN, -(-number // ACROSS)
    sheet = np.full((rows * step - BETWEEN, ACROSS * step - BETWEEN, 3), PAPER, np.uint8)
    for place in range(number):
        top, left = place // ACROSS * step, place % ACROSS * step
        found = inside.maps[:, :, place]
        shown = np.clip(255 * found / max(float(found.max()), 1e-9), 0, 255).astype(np.uint8)
        sheet[top : top + CELL, left : left + CELL] = cv2.resize(shown, (CELL, CELL), interpolation=cv2.INTER_AREA)[
            ..., np.newaxis
        ]
        weights = inside.filters[place]
        kernel = (127.5 + 127.5 * weights / max(float(np.abs(weights).max()), 1e-9)).astype(np.uint8)
        framed = np.full((KERNEL + 2, KERNEL + 2, 3), PAPER, np.uint8)
        framed[:KERNEL, 2:] = cv2.resize(kernel, (KERNEL, KERNEL), interpolation=cv2.INTER_NEAREST)
        sheet[top : top + KERNEL + 2, left + CELL - KERNEL - 2 : left + CELL] = framed
    return sheet
