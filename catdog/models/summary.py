"""The layers of the four models one by one, counted without TensorFlow; a test compares every row with Keras's own."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from catdog.augmentation.config import AUGMENTATION_LAYERS, Augmentation
from catdog.augmentation.layers import BYTES
from catdog.images.decode import SIZE
from catdog.models.networks import AUGMENTED_RANGE, CONVOLUTIONS, DROPOUT, FILTERS, HIDDEN, KERNEL, WINDOW
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
#: MobileNetV2's blocks as (times wider inside, channels handed on, blocks, stride of the first); the first convolution
#: and the last have 32 and 1,280 filters. Table 2 of Sandler and others, MobileNetV2, 2018 (arXiv 1801.04381).
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
    """One row of Keras's summary.

    name, kind: what it is called, and its Keras class. output: the shape of what it hands on, (None, height, width,
    channels) or (None, numbers); None stands for any number of pictures. parameters, trainable_parameters: how many
    numbers it has, and how many of them training changes. does: one plain sentence on what such a layer does.
    """

    name: str
    kind: str
    output: Shape
    parameters: int
    trainable_parameters: int
    does: str

    @property
    def size(self) -> tuple[int, int, int]:
        """Height, width and channels of what it hands on; a row of n numbers is (1, 1, n)."""
        sizes = [length or 1 for length in self.output[1:]]
        return (1, 1, sizes[0]) if len(sizes) == 1 else (sizes[0], sizes[1], sizes[2])

    @property
    def frozen_parameters(self) -> int:
        """How many of its numbers training leaves alone."""
        return self.parameters - self.trainable_parameters


def list_layers(name: str) -> tuple[Layer, ...]:
    """Return the layers of the model called `name`, from the pictures to the answer, as Keras's summary lists them.

    UsageError, which names the four, for any other name.
    """
    chosen = get_spec(name)
    photo = f"The photo as numbers: {SIZE} × {SIZE} pixels, each with a value of 0 to 255 for red, green and blue."
    layers = [Layer("pictures", "InputLayer", (None, SIZE, SIZE, 3), 0, 0, photo)]
    for called, kind in _names_and_kinds(chosen):
        before = layers[-1].output
        parameters = _parameters(called, kind, before)
        trainable = 0 if kind == "Functional" else parameters
        does = _does(called, kind, before, chosen)
        layers.append(Layer(called, kind, _output(called, kind, before), parameters, trainable, does))
    return tuple(layers)


def count_convolutions(name: str) -> int:
    """Return how many convolutions of its own the model called `name` has: model4 has none beside its backbone's."""
    return sum(layer.kind == "Conv2D" for layer in list_layers(name))


def mobilenet() -> tuple[int, int, int]:
    """Return (parameters, convolutions, times smaller) of MobileNetV2 without its top: 2257984, 52 and 32."""
    # Convolutions have no bias here, and after each comes a normalisation of four numbers a channel.
    parameters, number, smaller, channels = KERNEL**2 * 3 * FIRST + 4 * FIRST, 1, 2, FIRST
    for wider, handed_on, blocks, stride in BLOCKS:
        for _ in range(blocks):
            inside = wider * channels
            if wider > 1:
                parameters += channels * inside + 4 * inside
            parameters += (KERNEL**2 * inside + 4 * inside) + (inside * handed_on + 4 * handed_on)
            number += 3 if wider > 1 else 2
            channels = handed_on
        smaller *= stride
    return parameters + channels * LAST + 4 * LAST, number + 1, smaller


def _names_and_kinds(chosen: ModelSpec) -> Iterator[tuple[str, str]]:
    if AUGMENTED_RANGE[chosen.name] != BYTES:
        yield "scale", "Rescaling"
    for name in AUGMENTATION_LAYERS:
        if getattr(chosen.augmentation, name) not in ("none", 0):
            yield name, AUGMENTING[name]
    if chosen.backbone:
        yield BACKBONE, "Functional"
        yield "features", "GlobalAveragePooling2D"
    else:
        for number, kind in enumerate(CONVOLUTIONS[chosen.name].split(), start=1):
            yield f"{kind}{number}", "Conv2D" if kind == "conv" else "MaxPooling2D"
        yield "flatten", "Flatten"
        yield "hidden", "Dense"
    yield "dropout", "Dropout"
    yield "logits" if chosen.logits else "probability", "Dense"


def _neurons(name: str) -> int:
    return {"hidden": HIDDEN, "logits": 2, "probability": 1}[name]


def _output(name: str, kind: str, before: Shape) -> Shape:
    if kind == "Dense":
        return None, _neurons(name)
    if kind == "Flatten":
        return None, math.prod(before[1:])
    if kind == "GlobalAveragePooling2D":
        return None, before[-1]
    if kind in ("Conv2D", "MaxPooling2D", "Functional"):
        _, height, width, channels = before
        if kind == "Conv2D":  # a filter must lie wholly within the picture
            return None, height - KERNEL + 1, width - KERNEL + 1, FILTERS
        if kind == "MaxPooling2D":  # what is left over at the right and at the bottom is dropped
            return None, height // WINDOW, width // WINDOW, channels
        smaller = mobilenet()[2]
        return None, height // smaller, width // smaller, LAST
    return before


def _parameters(name: str, kind: str, before: Shape) -> int:
    if kind == "Functional":
        return mobilenet()[0]
    if kind == "Conv2D":  # each filter weighs all channels of what it lies on, and adds one number
        return (KERNEL * KERNEL * before[-1] + 1) * FILTERS
    return (before[-1] + 1) * _neurons(name) if kind == "Dense" else 0


def _does(name: str, kind: str, before: Shape, chosen: ModelSpec) -> str:
    if name in AUGMENTING:
        only = Augmentation(**{name: getattr(chosen.augmentation, name)})
        return f"While the model trains, photos are {only.words}; afterwards they pass through unchanged."
    numbers, share = f"{before[-1]:,}", format_percent(DROPOUT[chosen.name], 0)
    return {
        "scale": "Turns the values 0 to 255 into −1 to 1: small numbers around zero are easier to learn from.",
        "Conv2D": f"A convolution slides {FILTERS} filters of {KERNEL} × {KERNEL} pixels over the picture; each draws "
        "a map of where its own small pattern is found.",
        "MaxPooling2D": f"Pooling keeps the largest of every {WINDOW} × {WINDOW} numbers: the maps get half as wide "
        "and half as high, and what was found stays.",
        BACKBONE: f"A whole network as one layer: MobileNetV2, {mobilenet()[1]} convolutions that learnt to see from "
        "over a million photos; they are frozen, so training leaves them alone.",
        "features": "Averages each map to one number: how much of its pattern the whole picture holds.",
        "flatten": "Lays all maps out as one long row of numbers; nothing is calculated.",
        "hidden": f"{HIDDEN:,} neurons: each weighs all {numbers} numbers before it and so combines what was found.",
        "dropout": f"While the model trains, sets {share} of the numbers to zero, drawn anew each time, so "
        "that it relies on no single one.",
        "logits": f"One neuron for each class weighs all {numbers} numbers; the class with the larger sum, called a "
        "logit, is the answer.",
        "probability": f"One neuron weighs all {numbers} numbers; the sigmoid, an S-shaped curve, turns its sum into "
        "the probability of the second class.",
    }[name if kind not in ("Conv2D", "MaxPooling2D") else kind]
