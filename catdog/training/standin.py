"""The stand-in: a model of the same layers and weights that is trained in a model's place, with less to compute."""

from functools import cache
from typing import TYPE_CHECKING

from catdog.augmentation.config import AUGMENTATION_LAYERS
from catdog.models.specs import compile_like

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

POOLED_FIRST = "ReLU after pooling, on a quarter of the values (same numbers)"


def stand_in(model: "keras.Model", name: str) -> "keras.Model":
    """Return what is trained in the place of the compiled model1, model2 or model3, called `name`.

    It shares layers, weights and optimizer with `model`, so that training it trains `model`. The pictures it takes,
    float32 (N, 160, 160, 3) in 0..255, are augmented already: it has no layers for that. Where a convolution
    with ReLU is followed by pooling, it pools first: the largest of four values after ReLU is ReLU of the largest, and
    the gradient goes the same way.
    """
    import keras

    first, *layers = (layer for layer in model.layers if layer.name not in AUGMENTATION_LAYERS)
    pictures = output = keras.Input(first.batch_shape[1:])
    while layers:
        layer = layers.pop(0)
        if isinstance(layer, keras.layers.Conv2D) and layers and isinstance(layers[0], keras.layers.MaxPooling2D):
            layer = _pooled_first()(layer, layers.pop(0))
        output = layer(output)
    return compile_like(keras.Model(pictures, output), model, name)


@cache
def _pooled_first() -> "type[keras.Layer]":
    import keras

    class PooledFirst(keras.Layer):
        """A convolution with ReLU and the pooling after it, in the other order."""

        def __init__(self, convolution: keras.layers.Conv2D, pooling: keras.layers.MaxPooling2D) -> None:
            super().__init__(name=convolution.name)
            self.convolution, self.pooling = convolution, pooling

        def call(self, pictures: "tf.Tensor", training: bool = False) -> "tf.Tensor":
            """Return (N, H // 2 - 1, W // 2 - 1, 32) of pictures (N, H, W, C)."""
            import tensorflow as tf

            layer = self.convolution
            if not training:  # ReLU costs nothing as part of the convolution, only its gradient does
                return self.pooling(layer(pictures))
            patterns = tf.nn.bias_add(layer.convolution_op(pictures, layer.kernel), layer.bias)
            return layer.activation(self.pooling(patterns))

    return PooledFirst
