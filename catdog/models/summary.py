"""The layers of the four models, counted without TensorFlow; a test compares every row with Keras' own summary."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from catdog.augmentation.config import AUGMENTATION_LAYERS, Augmentation
from catdog.images import SIZE
from catdog.models.networks import CONVOLUTIONS, DROPOUT, FILTERS, HIDDEN, KERNEL, SCALING, WINDOW
from catdog.models.specs import ModelSpec, get_spec
from catdog.utils.text import format_percent

#: The Keras class of each augmentation layer, by its name.
AUGMENTING = {
    "flip": "RandomFlip",
    "rotation": "RandomRotation",
    "zoom": "RandomZoom",
    "translation": "RandomTranslation",
    "contrast": "RandomContrast",
    "brightness": "RandomBrightness",
}
BACKBONE = f"mobilenetv2_1.00_{SIZE}"  # as Keras names it
#: MobileNetV2's blocks as (expansion factor, output channels, blocks, stride of the first); the first convolution and
#: the last have 32 and 1,280 filters. Table 2 of Sandler et al., MobileNetV2, 2018 (arXiv 1801.04381).
BLOCKS = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
FIRST, LAST = 32, 1280

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Layer:
    """One row of Keras' summary.

    Attributes:
        name: What the layer is called.
        kind: Its Keras class.
        output: The shape of its output, (None, height, width, channels) or (None, numbers); None stands for the
            batch.
        parameters: How many it has.
        trainable_parameters: How many of them training changes.
        does: One plain sentence on what such a layer does.
    """

    name: str
    kind: str
    output: Shape
    parameters: int
    trainable_parameters: int
    does: str

    @property
    def size(self) -> tuple[int, int, int]:
        """Height, width and channels of its output; a row of n numbers is (1, 1, n)."""
        sizes = [length or 1 for length in self.output[1:]]
        return (1, 1, sizes[0]) if len(sizes) == 1 else (sizes[0], sizes[1], sizes[2])

    @property
    def frozen_parameters(self) -> int:
        """How many of its parameters training leaves alone."""
        return self.parameters - self.trainable_parameters


def list_layers(name: str) -> tuple[Layer, ...]:
    """Return the layers of the model called `name`, from input to output, as Keras' summary lists them.

    Raises:
        UsageError: There is no such model.
    """
    spec = get_spec(name)
    photo = f"The photo as numbers: {SIZE} × {SIZE} pixels, each with a value of 0 to 255 for red, green and blue."
    layers = [Layer("pictures", "InputLayer", (None, SIZE, SIZE, 3), 0, 0, photo)]
    for layer_name, kind in _names_and_kinds(spec):
        shape = layers[-1].output
        parameters = _parameters(layer_name, kind, shape)
        trainable = 0 if kind == "Functional" else parameters
        does = _explain(layer_name, kind, shape, spec)
        layers.append(Layer(layer_name, kind, _output(layer_name, kind, shape), parameters, trainable, does))
    return tuple(layers)


def count_convolutions(name: str) -> int:
    """Return how many convolutions of its own the model called `name` has: model4 has none beside its backbone's."""
    return sum(layer.kind == "Conv2D" for layer in list_layers(name))


def count_mobilenet() -> tuple[int, int, int]:
    """Return (parameters, convolutions, downsampling) of MobileNetV2 without its top: 2257984, 52 and 32."""
    # convolutions have no bias here, and after each comes a batch normalization of four parameters a channel
    parameters, convolutions, downsampling, channels = KERNEL**2 * 3 * FIRST + 4 * FIRST, 1, 2, FIRST
    for expansion, output, blocks, stride in BLOCKS:
        for _ in range(blocks):
            inside = expansion * channels
            if expansion > 1:
                parameters += channels * inside + 4 * inside
            parameters += (KERNEL**2 * inside + 4 * inside) + (inside * output + 4 * output)
            convolutions += 3 if expansion > 1 else 2
            channels = output
        downsampling *= stride
    return parameters + channels * LAST + 4 * LAST, convolutions + 1, downsampling


def _names_and_kinds(spec: ModelSpec) -> Iterator[tuple[str, str]]:
    if spec.name in SCALING:
        yield "scale", "Rescaling"
    for name in AUGMENTATION_LAYERS:
        if getattr(spec.augmentation, name) not in ("none", 0):
            yield name, AUGMENTING[name]
    if spec.backbone:
        yield BACKBONE, "Functional"
        yield "features", "GlobalAveragePooling2D"
    else:
        for position, kind in enumerate(CONVOLUTIONS[spec.name].split(), start=1):
            yield f"{kind}{position}", "Conv2D" if kind == "conv" else "MaxPooling2D"
        yield "flatten", "Flatten"
        yield "hidden", "Dense"
    yield "dropout", "Dropout"
    yield "logits" if spec.logits else "probability", "Dense"


def _neurons(name: str) -> int:
    return {"hidden": HIDDEN, "logits": 2, "probability": 1}[name]


def _output(name: str, kind: str, shape: Shape) -> Shape:
    if kind == "Dense":
        return None, _neurons(name)
    if kind == "Flatten":
        return None, math.prod(shape[1:])
    if kind == "GlobalAveragePooling2D":
        return None, shape[-1]
    if kind in ("Conv2D", "MaxPooling2D", "Functional"):
        _, height, width, channels = shape
        if kind == "Conv2D":  # a filter must lie wholly within its input
            return None, height - KERNEL + 1, width - KERNEL + 1, FILTERS
        if kind == "MaxPooling2D":  # what is left over at the right and at the bottom is dropped
            return None, height // WINDOW, width // WINDOW, channels
        downsampling = count_mobilenet()[2]
        return None, height // downsampling, width // downsampling, LAST
    return shape


def _parameters(name: str, kind: str, shape: Shape) -> int:
    if kind == "Functional":
        return count_mobilenet()[0]
    if kind == "Conv2D":  # each filter has a weight for every channel of every pixel it lies on, and a bias
        return (KERNEL * KERNEL * shape[-1] + 1) * FILTERS
    return (shape[-1] + 1) * _neurons(name) if kind == "Dense" else 0


def _explain(name: str, kind: str, shape: Shape, spec: ModelSpec) -> str:
    if name in AUGMENTING:
        effect = Augmentation(**{name: getattr(spec.augmentation, name)})
        return f"While the model trains, photos are {effect.description}; afterwards they pass through unchanged."
    numbers, share = f"{shape[-1]:,}", format_percent(DROPOUT[spec.name], 0)
    return {
        "scale": "Turns the values 0 to 255 into −1 to 1: small numbers around zero are easier to learn from.",
        "Conv2D": f"A convolution slides {FILTERS} filters of {KERNEL} × {KERNEL} pixels over the image; each draws "
        "a map of where its own small pattern is found.",
        "MaxPooling2D": f"Pooling keeps the largest of every {WINDOW} × {WINDOW} numbers: the maps get half as wide "
        "and half as high, and what was found stays.",
        BACKBONE: f"A whole network as one layer: MobileNetV2, {count_mobilenet()[1]} convolutions that learned to see "
        "from over a million photos; they are frozen, so training leaves them alone.",
        "features": "Averages each map to one number: how much of its pattern the whole image holds.",
        "flatten": "Lays all maps out as one long row of numbers; nothing is calculated.",
        "hidden": f"{HIDDEN:,} neurons: each weighs all {numbers} numbers before it and so combines what was found.",
        "dropout": f"While the model trains, sets {share} of the numbers to zero, drawn anew each time, so "
        "that it relies on no single one.",
        "logits": f"One neuron for each class weighs all {numbers} numbers; the class with the larger sum, called a "
        "logit, is the answer.",
        "probability": f"One neuron weighs all {numbers} numbers; the sigmoid, an S-shaped curve, turns its sum into "
        "the probability of the second class.",
    }[name if kind not in ("Conv2D", "MaxPooling2D") else kind]
