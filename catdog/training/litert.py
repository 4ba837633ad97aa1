"""Convert a function of a Keras model for LiteRT."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from catdog.images.decode import SIZE

if TYPE_CHECKING:
    import keras
    import tensorflow as tf


def to_litert(model: "keras.Model", function: "Callable[[tf.Tensor], tf.Tensor]") -> bytes:
    """Return a LiteRT file that computes `function` of one picture: float32 (1, 160, 160, 3), 0..255 → (1, …).

    model: the model whose weights the function uses. One picture at a time, since a fixed shape is what LiteRT's fast
    kernels need.
    """
    import tensorflow as tf

    one = tf.function(function, input_signature=[tf.TensorSpec((1, SIZE, SIZE, 3), tf.float32)], autograph=False)
    # plain variables: given the Keras model itself, the converter leaves model1's weights out of the file
    holder = tf.Module()
    holder.weights = [variable.value for variable in model.variables]
    return tf.lite.TFLiteConverter.from_concrete_functions([one.get_concrete_function()], holder).convert()
