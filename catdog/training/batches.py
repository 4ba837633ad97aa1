"""Batches of decoded pictures for Keras, read from the mapped array and augmented as they are needed."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from catdog.augmentation.config import Augmentation
from catdog.augmentation.transforms import drawn_transforms, transform
from catdog.datasets.cache import ImageReader
from catdog.images.decode import SIZE

if TYPE_CHECKING:
    import tensorflow as tf

READY = 2  # batches made beforehand, 10 MB each with 32 pictures


def batches(
    pixels: np.ndarray,
    labels: np.ndarray,
    rows: np.ndarray,
    batch_size: int,
    order: Callable[[], np.random.Generator] | None = None,
    augmentation: Augmentation = Augmentation(),  # noqa: B008  (frozen)
) -> "tf.data.Dataset":
    """Return a tf.data.Dataset of (float32 (B, 160, 160, 3) in 0..255, float32 (B, 1) label) over `rows`.

    pixels: uint8 (N, 160, 160, 3); labels: int (N,); rows: int (M,). The last batch may be smaller. `order` gives the
    random numbers that shuffle the rows, and change the pictures by `augmentation`, anew at each pass; without it they
    stay in order and as they are.
    """
    import tensorflow as tf

    read = ImageReader(pixels)
    changed = order is not None and augmentation.acts

    def generate() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        rng = order() if order else None
        ordered = rng.permutation(rows) if rng else rows
        for first in range(0, len(ordered), batch_size):
            chosen = ordered[first : first + batch_size]
            pictures = read(chosen)
            if changed:
                pictures = transform(pictures, drawn_transforms(augmentation, len(chosen), rng))
            yield pictures, labels[chosen, np.newaxis].astype(np.float32)

    def as_floats(pictures: tf.Tensor, label: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.cast(pictures, tf.float32), label

    signature = (tf.TensorSpec((None, SIZE, SIZE, 3), tf.uint8), tf.TensorSpec((None, 1), tf.float32))
    return generated(generate, signature, -(-len(rows) // batch_size), as_floats)


def generated(
    generate: Callable[[], Iterator[tuple[np.ndarray, np.ndarray]]],
    signature: "tuple[tf.TensorSpec, tf.TensorSpec]",
    number: int,
    change: "Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]] | None" = None,
) -> "tf.data.Dataset":
    """Return a tf.data.Dataset of the `number` batches that each call of `generate` yields, some made beforehand.

    change: what TensorFlow does to each batch.
    """
    import tensorflow as tf

    dataset = tf.data.Dataset.from_generator(generate, output_signature=signature)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(number))
    return _without_autotune((dataset.map(change) if change else dataset).prefetch(READY))


def _without_autotune(dataset: "tf.data.Dataset") -> "tf.data.Dataset":
    """Return the data set with fixed buffers.

    tf.data's tuning thread sleeps for 10, 20, 40 … ms, up to 5 and 10 seconds, and an iterator is not let go before the
    thread next wakes, so that an epoch of 6 s would end after 10.2 s, one of 11 s after 20.5 s.
    """
    import tensorflow as tf

    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)
