"""Batches of decoded images for Keras, read and augmented as they are needed."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from catdog.augmentation.config import Augmentation
from catdog.augmentation.transforms import apply_transforms, draw_transforms
from catdog.datasets.decoded import DecodedImages
from catdog.images.decode import SIZE

if TYPE_CHECKING:
    import tensorflow as tf

PREFETCHED = 2  # batches made beforehand, 10 MB each with 32 images


def make_batches(
    pixels: DecodedImages | np.ndarray,
    labels: np.ndarray,
    rows: np.ndarray,
    batch_size: int,
    order: Callable[[], np.random.Generator] | None = None,
    augmentation: Augmentation = Augmentation(),  # noqa: B008  (frozen)
) -> "tf.data.Dataset":
    """Return the batches of the given rows.

    Args:
        pixels: uint8 (N, 160, 160, 3).
        labels: Integers (N,).
        rows: The rows to take, integers (M,).
        batch_size: B; the last batch may be smaller.
        order: Gives the random numbers that shuffle the rows and augment the images, anew at each pass; without it
            they stay in order and as they are.
        augmentation: What is done to the images at random.

    Returns:
        A dataset of (images, float32 (B, 160, 160, 3) in 0..255; labels, float32 (B, 1)).
    """
    import tensorflow as tf

    augments = order is not None and augmentation.active

    def generate() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        rng = order() if order else None
        ordered = rng.permutation(rows) if rng else rows
        for first in range(0, len(ordered), batch_size):
            batch_rows = ordered[first : first + batch_size]
            images = pixels[batch_rows]
            if augments:
                images = apply_transforms(images, draw_transforms(augmentation, len(batch_rows), rng))
            yield images, labels[batch_rows, np.newaxis].astype(np.float32)

    def as_floats(images: tf.Tensor, label: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.cast(images, tf.float32), label

    signature = (tf.TensorSpec((None, SIZE, SIZE, 3), tf.uint8), tf.TensorSpec((None, 1), tf.float32))
    return batches_from(generate, signature, -(-len(rows) // batch_size), as_floats)


def batches_from(
    generate: Callable[[], Iterator[tuple[np.ndarray, np.ndarray]]],
    signature: "tuple[tf.TensorSpec, tf.TensorSpec]",
    count: int,
    change: "Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]] | None" = None,
) -> "tf.data.Dataset":
    """Return the batches of a generator as a dataset, some of them made beforehand.

    Args:
        generate: Called for each pass; yields (inputs, labels).
        signature: The shapes and types of what it yields.
        count: How many batches a pass has.
        change: What TensorFlow does to each batch.
    """
    import tensorflow as tf

    dataset = tf.data.Dataset.from_generator(generate, output_signature=signature)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(count))
    return _without_autotune((dataset.map(change) if change else dataset).prefetch(PREFETCHED))


def _without_autotune(dataset: "tf.data.Dataset") -> "tf.data.Dataset":
    """Return the dataset with fixed buffers.

    tf.data's tuning thread sleeps for 10, 20, 40 … ms, up to 5 and 10 seconds, and an iterator is not released before
    the thread next wakes, so that an epoch of 6 s would end after 10.2 s, one of 11 s after 20.5 s.
    """
    import tensorflow as tf

    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)
