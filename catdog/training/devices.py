"""What a training computes on: all graphics processors that TensorFlow sees, one, or the main processor."""

import platform
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    import tensorflow as tf


def replicas() -> list[str]:
    """Return TensorFlow's names of the devices that share each batch; [] where TensorFlow's own choice is right.

    That is so with one graphics processor, which it uses, and with none. A batch is cut into as many parts as there are
    devices; each has a copy of the weights, and all are shifted by the sum of what the parts ask for.
    """
    import tensorflow as tf

    names = [device.name for device in tf.config.list_logical_devices("GPU")]
    return names if len(names) > 1 else []


def strategy() -> "tf.distribute.Strategy":
    """Return the strategy in whose scope a model is to be built: a MirroredStrategy over `replicas`, or the default."""
    import tensorflow as tf

    names = replicas()
    return tf.distribute.MirroredStrategy(names) if names else tf.distribute.get_strategy()


def device_words() -> str:
    """Say what a training computes on here, such as "2 × NVIDIA H100" or "CPU (x86_64, 2 cores)"."""
    import tensorflow as tf

    graphics = tf.config.list_physical_devices("GPU")
    names = [tf.config.experimental.get_device_details(device).get("device_name", "GPU") for device in graphics]
    kinds = [f"{number} × {name}" if (number := names.count(name)) > 1 else name for name in dict.fromkeys(names)]
    cores = psutil.cpu_count() or 1
    return ", ".join(kinds) or f"CPU ({platform.machine()}, {cores} {'cores' if cores > 1 else 'core'})"
