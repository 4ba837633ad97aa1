"""Batches of decoded pictures for Keras, read from the mapped array as they are needed."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from catdog.pictures import SIZE

if TYPE_CHECKING:
    import tensorflow as tf


def batches(
    pixels: np.ndarray,
    labels: np.ndarray,
    rows: np.ndarray,
    batch_size: int,
    order: Callable[[], np.random.Generator] | None = None,
) -> "tf.data.Dataset":
    """Return a tf.data.Dataset of (float32 (B, 160, 160, 3) in 0..255, float32 (B, 1) label) over `rows`.

    pixels: uint8 (N, 160, 160, 3); labels: int (N,); rows: int (M,). The last batch may be smaller. `order` gives the
    random numbers that shuffle the rows anew at each pass; without it they stay in order.
    """
    import tensorflow as tf

    def generate() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        ordered = order().permutation(rows) if order else rows
        for first in range(0, len(ordered), batch_size):
            chosen = ordered[first : first + batch_size]
            yield pixels[chosen], labels[chosen, np.newaxis].astype(np.float32)

    signature = (
        tf.TensorSpec((None, SIZE, SIZE, 3), tf.uint8),
        tf.TensorSpec((None, 1), tf.float32),
    )
    dataset = tf.data.Dataset.from_generator(generate, output_signature=signature)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(-(-len(rows) // batch_size)))
    return dataset.map(lambda pictures, label: (tf.cast(pictures, tf.float32), label)).prefetch(tf.data.AUTOTUNE)
