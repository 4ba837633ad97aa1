"""What training computes on: all GPUs that TensorFlow sees, one of them, or the CPU."""

import platform
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    import tensorflow as tf


def list_replicas() -> list[str]:
    """Return TensorFlow's names of the devices that share each batch.

    A batch is cut into as many parts as there are devices; each has a copy of the weights, and all copies are updated
    with the sum of the gradients.

    Returns:
        The names of all GPUs, or [] where TensorFlow's own choice is right: with one GPU, which it uses, and with none.
    """
    import tensorflow as tf

    names = [device.name for device in tf.config.list_logical_devices("GPU")]
    return names if len(names) > 1 else []


def get_strategy() -> "tf.distribute.Strategy":
    """Return the strategy in whose scope to build a model: a MirroredStrategy over the replicas, or the default."""
    import tensorflow as tf

    names = list_replicas()
    return tf.distribute.MirroredStrategy(names) if names else tf.distribute.get_strategy()


def describe_device() -> str:
    """Return what training computes on here, such as "2 × NVIDIA H100" or "CPU (x86_64, 2 cores)"."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    names = [tf.config.experimental.get_device_details(gpu).get("device_name", "GPU") for gpu in gpus]
    kinds = [f"{count} × {name}" if (count := names.count(name)) > 1 else name for name in dict.fromkeys(names)]
    return ", ".join(kinds) or describe_processor()


def describe_processor() -> str:
    """Return what a training computes on that uses no TensorFlow, such as "CPU (x86_64, 2 cores)"."""
    cores = psutil.cpu_count() or 1
    return f"CPU ({platform.machine()}, {cores} {'cores' if cores > 1 else 'core'})"
