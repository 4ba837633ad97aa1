"""Faster arithmetic for training: bfloat16 where the processor has it, and Adam in one pass over the weights."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from catdog.training.config import TrainConfig
from catdog.training.devices import replicas

if TYPE_CHECKING:
    import keras

BFLOAT16 = "convolutions and matrix products in bfloat16 while training (the saved model is float32)"
FUSED_ADAM = "Adam's update in one pass over the weights (same arithmetic)"
# model4's depthwise convolutions have no fast bfloat16 path
BFLOAT16_MODELS = ("model1", "model2", "model3")
FLAGS = frozenset({"avx512_bf16", "amx_bf16"})


def processor_has_bfloat16(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Tell whether this processor multiplies bfloat16 numbers itself; False where the system does not say so."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    flags = next((line for line in lines if line.startswith("flags")), "")
    return bool(FLAGS & set(flags.split()))


def faster_arithmetic(config: TrainConfig) -> list[str]:
    """Return what a run of `config` does faster on this machine, in words; nothing for an exact run."""
    import tensorflow as tf

    if config.exact:
        return []
    shorter = config.model in BFLOAT16_MODELS and processor_has_bfloat16()
    found = [BFLOAT16] if shorter and not tf.config.list_physical_devices("GPU") else []
    # the fused update knows one copy of the weights only
    return found if replicas() else [*found, FUSED_ADAM]


@contextmanager
def fast_arithmetic(config: TrainConfig) -> Iterator[None]:
    """Use bfloat16 while the context lasts, if faster_arithmetic says so.

    bfloat16 keeps float32's range with 8 bits of precision. TensorFlow's graph rewrite uses it for convolutions and
    matrix products only; weights, gradients' sums and what is saved stay float32. Only graphs made within the context
    are rewritten, so scores and exported models made after it are in float32.
    """
    if BFLOAT16 not in faster_arithmetic(config):
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
def fused_adam() -> "type[keras.optimizers.Adam]":
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
            place = self._get_variable_index(variable)
            step = tf.cast(self.iterations.value + 1, variable.dtype)
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=self._momentums[place].value.handle,
                v=self._velocities[place].value.handle,
                beta1_power=tf.pow(tf.cast(self.beta_1, variable.dtype), step),
                beta2_power=tf.pow(tf.cast(self.beta_2, variable.dtype), step),
                lr=tf.cast(learning_rate, variable.dtype),
                beta1=self.beta_1,
                beta2=self.beta_2,
                epsilon=self.epsilon,
                grad=tf.cast(gradient, variable.dtype),
            )

    return FusedAdam
