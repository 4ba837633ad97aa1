"""What a model computes before its prediction: its first filters and, for model4, the features that decide."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from catdog.errors import RunError
from catdog.images.decode import SIZE

if TYPE_CHECKING:
    from ai_edge_litert.interpreter import Interpreter

CELL, KERNEL, MARGIN = 80, 24, 4  # pixels of a map, of its filter in the corner, and between two maps
COLUMNS = 8  # maps side by side
PAPER = 128  # the grey between them, which stands out from light and dark pages


@dataclass(frozen=True, eq=False)
class Activations:
    """What a model computed for one image.

    Attributes:
        filters: The first convolution's weights, float32 (F, 3, 3, 3), by filter, row, column and colour.
        maps: Its output after ReLU, float32 (H, W, F).
        features: What is averaged before the last layer, float32 (h, w, C); None if the model averages nothing.
        weights: The last layer's weights, float32 (C,); None if the model averages nothing.
    """

    filters: np.ndarray
    maps: np.ndarray
    features: np.ndarray | None = None
    weights: np.ndarray | None = None


def compute_activations(path: Path, image: np.ndarray) -> Activations:
    """Run a model on an image and keep what it computes on the way.

    It takes some hundredths of a second: LiteRT's fast kernels keep no intermediate results, so its plain ones run.

    Args:
        path: The model.tflite of a run.
        image: uint8 (160, 160, 3), 0..255.

    Raises:
        RunError: The file is missing, damaged, no convolutional network, or computes NaN.
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
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image[np.newaxis].astype(np.float32))
        interpreter.invoke()
        activations = _read_activations(interpreter)
    except (OSError, ValueError, RuntimeError, IndexError, StopIteration) as error:
        raise RunError(f"The model {path} can't be looked into ({error}): train it again.") from error
    if not all(np.isfinite(values).all() for values in vars(activations).values() if values is not None):
        raise RunError(f"The model {path} computes what are no numbers, since its training diverged: train it again.")
    return activations


def _read_activations(interpreter: "Interpreter") -> Activations:
    # there is no public list of a model's operations; the tests notice if this one changes
    operations = interpreter._get_ops_details()
    first = next(operation for operation in operations if operation["op_name"] == "CONV_2D")
    filters, maps = interpreter.get_tensor(first["inputs"][1]), interpreter.get_tensor(first["outputs"][0])[0]
    means = [index for index, operation in enumerate(operations) if operation["op_name"] == "MEAN"]
    if not means:
        return Activations(filters, maps)
    mean, last = operations[means[-1]], operations[means[-1] + 1]
    features, weights = interpreter.get_tensor(mean["inputs"][0])[0], interpreter.get_tensor(last["inputs"][1])[0]
    return Activations(filters, maps, features, weights)


def compute_class_activation(activations: Activations, label: int) -> np.ndarray:
    """Compute the class activation map (Zhou et al. 2016): how much each place speaks for a class.

    It is exact, not an estimate: the last layer adds up the features' means, each times its weight, so the same sum at
    one place is what that place adds. The mean over all places plus the layer's bias is the logit that becomes the
    probability. Between the few places that the model has (5 × 5) the map is interpolated.

    Args:
        activations: Of the image.
        label: The class, 0 or 1.

    Returns:
        float32 (160, 160), in units of the logit; below 0 where a place speaks for the other class.

    Raises:
        ValueError: The model averages no features.
    """
    import cv2

    if activations.features is None or activations.weights is None:
        raise ValueError("this model averages no features, so it has no class-activation map")
    contributions = activations.features @ activations.weights
    return cv2.resize(contributions if label else -contributions, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR)


def draw_filters(activations: Activations) -> np.ndarray:
    """Draw all maps of the first convolution side by side, each with its filter in the corner.

    A map is as bright as its filter's output, from 0 (black) to its own highest value (white). A filter's colours go
    from its most negative weight (black) to its most positive one (white); grey is no weight at all.

    Returns:
        uint8 (H, W, 3), 8 maps a row.
    """
    import cv2

    count = len(activations.filters)
    step, rows = CELL + MARGIN, -(-count // COLUMNS)
    sheet = np.full((rows * step - MARGIN, COLUMNS * step - MARGIN, 3), PAPER, np.uint8)
    for index in range(count):
        top, left = index // COLUMNS * step, index % COLUMNS * step
        values = activations.maps[:, :, index]
        grey = np.clip(255 * values / max(float(values.max()), 1e-9), 0, 255).astype(np.uint8)
        cell = cv2.resize(grey, (CELL, CELL), interpolation=cv2.INTER_AREA)
        sheet[top : top + CELL, left : left + CELL] = cell[..., np.newaxis]
        weights = activations.filters[index]
        kernel = (127.5 + 127.5 * weights / max(float(np.abs(weights).max()), 1e-9)).astype(np.uint8)
        framed = np.full((KERNEL + 2, KERNEL + 2, 3), PAPER, np.uint8)
        framed[:KERNEL, 2:] = cv2.resize(kernel, (KERNEL, KERNEL), interpolation=cv2.INTER_NEAREST)
        sheet[top : top + KERNEL + 2, left + CELL - KERNEL - 2 : left + CELL] = framed
    return sheet
