"""The layers of the four models, from input to output.

`model1` to `model4` take a Keras tensor of images (N, 160, 160, 3), pixels 0..255, and the layers that prepare them:
scaling and augmentation.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from catdog.errors import WeightsError
from catdog.images import SIZE

if TYPE_CHECKING:
    import keras
    from keras import KerasTensor, Layer

FILTERS, KERNEL, WINDOW = 32, 3, 2  # of every convolution: how many, and pixels across; of every pooling: pixels across
HIDDEN = 2048  # neurons of the hidden dense layer
#: What lies between the input and the dense layers: convolutions and poolings, in order.
CONVOLUTIONS = {
    "model1": "conv pool conv conv pool conv conv pool",
    "model2": "conv conv pool conv conv pool conv conv pool",
    "model3": "conv pool conv pool conv pool",
}
#: The share of its inputs that dropout sets to zero while a model trains.
DROPOUT = {"model1": 0.5, "model2": 0.5, "model3": 0.75, "model4": 0.4}
SCALING = ("model3", "model4")  # the models that scale the pixels, before anything else, unless told otherwise
SCALED = (-1, 1)  # the range of the pixels' values after that


def model1(x: "KerasTensor", prepare: "list[Layer]") -> "KerasTensor":
    """Return model1's two logits, (N, 2); by itself it has raw pixels and no augmentation."""
    from keras import layers

    x = _through(prepare, x)
    x = _convolutions(x, CONVOLUTIONS["model1"])
    x = _hidden(x, DROPOUT["model1"])
    return layers.Dense(2, name="logits")(x)


def model2(x: "KerasTensor", prepare: "list[Layer]") -> "KerasTensor":
    """Return model2's probability of class 1, (N, 1); by itself it has raw pixels that are augmented."""
    from keras import layers

    x = _through(prepare, x)
    x = _convolutions(x, CONVOLUTIONS["model2"])
    x = _hidden(x, DROPOUT["model2"])
    return layers.Dense(1, activation="sigmoid", name="probability")(x)


def model3(x: "KerasTensor", prepare: "list[Layer]") -> "KerasTensor":
    """Return model3's probability of class 1, (N, 1); by itself its pixels are scaled to −1..1, then augmented."""
    from keras import layers

    x = _through(prepare, x)
    x = _convolutions(x, CONVOLUTIONS["model3"])
    x = _hidden(x, DROPOUT["model3"])
    return layers.Dense(1, activation="sigmoid", name="probability")(x)


def model4(x: "KerasTensor", prepare: "list[Layer]", backbone: "keras.Model") -> "KerasTensor":
    """Return model4's probability of class 1, (N, 1), from a small head on a frozen `backbone`."""
    from keras import layers

    x = _through(prepare, x)
    x = backbone(x, training=False)  # (N, 160, 160, 3) -> (N, 5, 5, 1280); batch statistics stay as published
    x = layers.GlobalAveragePooling2D(name="features")(x)  # -> (N, 1280)
    x = layers.Dropout(DROPOUT["model4"], name="dropout")(x)
    return layers.Dense(1, activation="sigmoid", name="probability")(x)


def build_scaling() -> "Layer":
    """Build the layer that turns pixel values of 0..255 into those of `SCALED`."""
    from keras import layers

    return layers.Rescaling(1 / 127.5, offset=-1, name="scale")


def build_mobilenet(weights: Path | None) -> "keras.Model":
    """Build MobileNetV2 without top, frozen: images (N, 160, 160, 3), pixels −1..1, to features (N, 5, 5, 1280).

    Args:
        weights: File to load; None leaves random weights.

    Raises:
        WeightsError: The file doesn't fit.
    """
    import keras

    network = keras.applications.MobileNetV2(input_shape=(SIZE, SIZE, 3), include_top=False, weights=None)
    if weights is not None:
        try:
            network.load_weights(weights)
        except (OSError, ValueError, KeyError) as error:
            raise WeightsError(
                f"The file {weights} does not fit MobileNetV2: name one with its weights without top."
            ) from error
    network.trainable = False
    return network


def _through(layers: "list[Layer]", x: "KerasTensor") -> "KerasTensor":
    for layer in layers:
        x = layer(x)
    return x


def _convolutions(x: "KerasTensor", order: str) -> "KerasTensor":
    """Apply convolutions ("conv") and poolings ("pool") in the given order."""
    from keras import layers

    for position, kind in enumerate(order.split(), start=1):
        if kind == "conv":
            x = layers.Conv2D(FILTERS, KERNEL, activation="relu", name=f"conv{position}")(x)
        else:
            x = layers.MaxPooling2D(WINDOW, name=f"pool{position}")(x)
    return x


def _hidden(x: "KerasTensor", dropout: float) -> "KerasTensor":
    from keras import layers

    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(HIDDEN, activation="relu", name="hidden")(x)
    return layers.Dropout(dropout, name="dropout")(x)
