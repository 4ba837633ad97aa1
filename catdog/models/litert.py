"""Convert a function of a Keras model for LiteRT."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from catdog.images.decode import SIZE
from catdog.models.specs import get_spec

if TYPE_CHECKING:
    import keras
    import tensorflow as tf


def make_probability_function(model: "keras.Model", name: str) -> "tf.types.experimental.PolymorphicFunction":
    """Return a TensorFlow function that computes the probability of class 1.

    It calls the model with training=False: Keras's own export puts the augmentation's random operations into the file,
    which neither LiteRT nor ONNX has.

    Args:
        model: The trained model.
        name: "model1" to "model4"; it decides whether the model gives logits.

    Returns:
        A function of `pixels`, float32 (N, 160, 160, 3) in 0..255, that gives float32 (N, 1).
    """
    import tensorflow as tf

    signature = [tf.TensorSpec((None, SIZE, SIZE, 3), tf.float32, name="pixels")]

    @tf.function(input_signature=signature, autograph=False)
    def probability(pixels: tf.Tensor) -> tf.Tensor:
        outputs = model(pixels, training=False)
        return tf.nn.softmax(outputs)[:, 1:2] if get_spec(name).logits else outputs

    return probability


def convert_to_litert(
    model: "keras.Model", function: "Callable[[tf.Tensor], tf.Tensor]", optimizations: "Sequence[tf.lite.Optimize]" = ()
) -> bytes:
    """Return a LiteRT file that computes a function of one image at a time.

    A fixed shape is what LiteRT's fast kernels need.

    Args:
        model: The model whose weights the function uses.
        function: Takes float32 (1, 160, 160, 3) in 0..255 and returns a tensor (1, …).
        optimizations: What the converter may do to make the file smaller; nothing by default.
    """
    import tensorflow as tf

    single = tf.function(function, input_signature=[tf.TensorSpec((1, SIZE, SIZE, 3), tf.float32)], autograph=False)
    concrete = single.get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], hold_weights(model))
    converter.optimizations = list(optimizations)
    return converter.convert()


def hold_weights(model: "keras.Model") -> "tf.Module":
    """Return a module that holds the model's weights as plain variables.

    Given the Keras model itself, the converter leaves model1's weights out of the file.
    """
    import tensorflow as tf

    module = tf.Module()
    module.weights = [variable.value for variable in model.variables]
    return module
