"""What makes training faster than the notebook: bfloat16, a fused Adam, augmentation outside the network."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from catdog.augmentation.config import AUGMENTATION_LAYERS
from catdog.models.specs import compile_like
from catdog.training.config import TrainConfig
from catdog.training.devices import list_replicas

if TYPE_CHECKING:
    import keras

BFLOAT16 = "convolutions and matrix products in bfloat16 while training (the saved model is float32)"
FUSED_ADAM = "Adam's update in one pass over the weights (same arithmetic)"
ONE_PASS = "augmentation in one pass over the images, rounded to whole pixel values"
# model4's depthwise convolutions have no fast bfloat16 path
BFLOAT16_MODELS = ("model1", "model2", "model3")
BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})


def processor_has_bfloat16(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Tell whether this processor multiplies bfloat16 numbers itself; False where the system does not say so."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    flags = next((line for line in lines if line.startswith("flags")), "")
    return bool(BFLOAT16_FLAGS & set(flags.split()))


def list_arithmetic_speedups(config: TrainConfig) -> list[str]:
    """Return what a run computes faster on this machine, a phrase each.

    Returns:
        `BFLOAT16`, `FUSED_ADAM`, both or neither; nothing for a run with `exact`.
    """
    import tensorflow as tf

    if config.exact:
        return []
    bfloat16 = config.model in BFLOAT16_MODELS and processor_has_bfloat16()
    speedups = [BFLOAT16] if bfloat16 and not tf.config.list_physical_devices("GPU") else []
    # the fused update handles one copy of the weights only
    return speedups if list_replicas() else [*speedups, FUSED_ADAM]


@contextmanager
def use_fast_arithmetic(config: TrainConfig) -> Iterator[None]:
    """Use bfloat16 while the context lasts, if `list_arithmetic_speedups` names it.

    bfloat16 keeps float32's range with 8 bits of precision. TensorFlow's graph rewrite uses it for convolutions and
    matrix products only; weights, gradients' sums and what is saved stay float32. Only graphs made within the context
    are rewritten, so scores and exported models made after it are in float32.
    """
    if BFLOAT16 not in list_arithmetic_speedups(config):
        yield
        return
    import tensorflow as tf

    rewrite = "auto_mixed_precision_onednn_bfloat16"
    tf.config.optimizer.set_experimental_options({rewrite: True})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({rewrite: False})


@cache
def get_fused_adam() -> "type[keras.optimizers.Adam]":
    """Return a Keras Adam whose update reads and writes each number once.

    Keras's own update goes over the weights and their two moments several times, which for 17 to 21 million of them
    takes as long again as the update itself. The arithmetic is the same.
    """
    import keras
    import tensorflow as tf

    @keras.saving.register_keras_serializable(package="catdog")
    class FusedAdam(keras.optimizers.Adam):
        """Adam by TensorFlow's fused kernel."""

        def update_step(self, gradient, variable, learning_rate) -> None:
            """Update one weight array and its moments; called by Keras within its training graph."""
            index = self._get_variable_index(variable)
            step = tf.cast(self.iterations.value + 1, variable.dtype)
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=self._momentums[index].value.handle,
                v=self._velocities[index].value.handle,
                beta1_power=tf.pow(tf.cast(self.beta_1, variable.dtype), step),
                beta2_power=tf.pow(tf.cast(self.beta_2, variable.dtype), step),
                lr=tf.cast(learning_rate, variable.dtype),
                beta1=self.beta_1,
                beta2=self.beta_2,
                epsilon=self.epsilon,
                grad=tf.cast(gradient, variable.dtype),
            )

    return FusedAdam


def strip_augmentation(model: "keras.Model", name: str) -> "keras.Model":
    """Return the same network without its augmentation layers, to be trained in the model's place.

    It shares layers, weights and optimizer with `model`, so training it trains `model`.

    Args:
        model: A compiled model1, model2 or model3.
        name: Which of them it is.

    Returns:
        A compiled model whose input, float32 (N, 160, 160, 3) in 0..255, must be augmented already.
    """
    import keras

    input_layer, *layers = (layer for layer in model.layers if layer.name not in AUGMENTATION_LAYERS)
    images = output = keras.Input(input_layer.batch_shape[1:])
    for layer in layers:
        output = layer(output)
    return compile_like(keras.Model(images, output), model, name)
