"""Fine-tuning: the top layers of model4's backbone are trained on with its head, at a small rate.

What stays frozen, and why, follows Keras' guide "Transfer learning & fine-tuning"
(https://keras.io/guides/transfer_learning): the lower layers, whose simple patterns fit any photo, and batch
normalization, which would otherwise take on the averages of the few photos at hand and spoil what was learned.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from catdog.models.networks import KERNEL
from catdog.models.summary import BLOCKS, FIRST, LAST

if TYPE_CHECKING:
    import keras

BACKBONE_LAYERS = 154  # of MobileNetV2 without its top, as Keras counts them: its input is one, too
#: How many of them can be fine-tuned: fewer would hold no convolution, more would be its input.
FEWEST_LAYERS, MOST_LAYERS = 3, BACKBONE_LAYERS - 1
HEAD_WEIGHTS = LAST + 1  # of the last layer: one for each feature, and a bias


def count_trained_weights(layers: int) -> int:
    """Return how many weights of model4 are trained while the top `layers` of its backbone are fine-tuned.

    Args:
        layers: 0 to `MOST_LAYERS`; with 0 it is the head alone.
    """
    return HEAD_WEIGHTS + sum(list(_convolution_weights())[BACKBONE_LAYERS - layers :])


def get_backbone(model: "keras.Model") -> "keras.Model":
    """Return the MobileNetV2 inside a model4."""
    return next(layer for layer in model.layers if layer.name.startswith("mobilenetv2"))


def unfreeze(model: "keras.Model", layers: int) -> None:
    """Let the top `layers` of a model4's backbone be trained, but for their batch normalization.

    The model must be compiled afterwards.
    """
    backbone = get_backbone(model)
    backbone.trainable = True
    for position, layer in enumerate(reversed(backbone.layers)):
        layer.trainable = position < layers and type(layer).__name__ != "BatchNormalization"


def find_cut(model: "keras.Model", layers: int) -> "keras.Layer":
    """Return the highest layer of a model4's backbone that lies below its top `layers` and that all above goes through.

    Inside a block with a shortcut, what is above depends on two layers, so the cut is then below the block.
    """
    below = get_backbone(model).layers
    sources = {id(layer.output): index for index, layer in enumerate(below)}
    cut = len(below) - layers - 1
    while any(
        sources[id(tensor)] < cut
        for layer in below[cut + 1 :]
        for tensor in (layer.input if isinstance(layer.input, list) else [layer.input])
    ):
        cut -= 1
    return below[cut]


def build_with_cut(model: "keras.Model", cut: "keras.Layer") -> "keras.Model":
    """Return a model4's backbone with two outputs: those of the layer `cut`, and its own."""
    import keras

    backbone = get_backbone(model)
    return keras.Model(backbone.input, [cut.output, backbone.output])


def build_above(model: "keras.Model", cut: "keras.Layer | None" = None) -> "keras.Model":
    """Return the part of a model4 above a layer of its backbone as a model of its own, not compiled.

    It shares its layers with `model`, so training it trains `model`.

    Args:
        model: A model4.
        cut: The layer whose output, float32 (N, height, width, channels), the part takes; None for the whole network
            without its augmentation, which takes images, float32 (N, 160, 160, 3) in 0..255.

    Returns:
        A model that gives the probability of class 1, (N, 1).
    """
    import keras

    backbone = get_backbone(model)
    if cut is None:
        inputs = keras.Input(model.input.shape[1:])
        x = backbone(model.get_layer("scale")(inputs), training=False)
    else:
        inputs = keras.Input(cut.output.shape[1:])
        # without training=False, batch normalization would take each batch's own averages
        x = keras.Model(cut.output, backbone.output)(inputs, training=False)
    for name in ("features", "dropout", "probability"):
        x = model.get_layer(name)(x)
    return keras.Model(inputs, x)


def _convolution_weights() -> Iterator[int]:
    """Yield the weights of each of MobileNetV2's layers, from its input on: a convolution's number of them, else 0.

    After each convolution comes a batch normalization, and after most a ReLU; a block that halves the maps pads them
    first, and one that keeps their size and number adds its input to its output.
    """
    yield from (0, KERNEL**2 * 3 * FIRST, 0, 0)
    channels = FIRST
    for expansion, output, blocks, first_stride in BLOCKS:
        for position in range(blocks):
            stride = 1 if position else first_stride
            inside = expansion * channels
            if expansion > 1:
                yield from (channels * inside, 0, 0)
            if stride > 1:
                yield 0
            yield from (KERNEL**2 * inside, 0, 0, inside * output, 0)
            if stride == 1 and channels == output:
                yield 0
            channels = output
    yield from (channels * LAST, 0, 0)
