"""Stored features: what model4's frozen layers compute of every image, once and not in every epoch.

The head is trained on the backbone's output. Fine-tuning is trained on activations, the output of the last layer of the
backbone that stays frozen; both come from one pass over the images.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from catdog.augmentation.config import Augmentation
from catdog.augmentation.transforms import apply_transforms, draw_transforms
from catdog.datasets import VALIDATION, Dataset
from catdog.features.backbone import convert_backbone
from catdog.features.shared import SharedFeatures
from catdog.inference.predictor import parallel_outputs
from catdog.models.specs import compile_like
from catdog.training.batches import batches_from
from catdog.training.reporter import Reporter

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

VARIANTS = 4  # augmented variants of each training image; an epoch draws one of them for each image
BATCH = 64
MOST_ACTIVATIONS = 2**30  # bytes of memory that stored activations may take


@dataclass(frozen=True, eq=False)
class Features:
    """What the frozen layers compute.

    Attributes:
        training: The backbone's output, averaged over the image, float32 (variants, M, 1280), of the training rows in
            their order.
        validation: The same, float32 (V, 1280).
        activations: Of the training rows at the cut, float16 (variants, M, height, width, channels); None without a
            cut. Half precision takes half the memory and loses 3 digits of 7, far less than augmentation changes.
        validation_activations: The same, float16 (V, height, width, channels).
    """

    training: np.ndarray
    validation: np.ndarray
    activations: np.ndarray | None = None
    validation_activations: np.ndarray | None = None


def describe_features(augmentation: Augmentation) -> str:
    """Return what is stored, in words for config.json."""
    if count_variants(augmentation) == 1:
        return "features of the frozen backbone stored for each image"
    return f"features of the frozen backbone stored for {VARIANTS} augmented variants of each image"


def describe_variants(augmentation: Augmentation) -> str:
    """Return how many versions of a training image all epochs together see, such as "4 stored versions"."""
    count = count_variants(augmentation)
    return "1 stored version" if count == 1 else f"{count} stored versions"


def count_variants(augmentation: Augmentation) -> int:
    """Return for how many variants of each training image features are stored."""
    return VARIANTS if augmentation.active else 1


def activation_bytes(shape: tuple[int, ...], variants: int, training: int, validation: int) -> int:
    """Return how much memory stored activations take, in bytes.

    Args:
        shape: Of an image's activations, (height, width, channels).
        variants: How many variants of each training image are stored.
        training: How many training images there are.
        validation: How many validation images.
    """
    return np.dtype(np.float16).itemsize * math.prod(shape) * (variants * training + validation)


def compute_features(
    model: "keras.Model",
    dataset: Dataset,
    rows: np.ndarray,
    augmentation: Augmentation,
    seed: int,
    reporter: Reporter,
    cache: Path,
    cut: "keras.Layer | None" = None,
    shared: SharedFeatures | None = None,
) -> Features:
    """Run the training and validation images through the backbone, by LiteRT, unless they have been already.

    Args:
        model: A model4.
        dataset: What the run learns from.
        rows: The training images, int64 (M,).
        augmentation: What makes the variants of a training image.
        seed: Decides the variants, alone: a resumed run gets the same ones.
        reporter: Gets the progress.
        cache: Folder where the converted backbone is kept.
        cut: The layer of the backbone whose activations are stored, too; None for none.
        shared: The features of the images as they are, by the same backbone; None where nobody has computed them.

    Raises:
        StopRequested: The run was told to stop.
    """
    validation = dataset.catalog.indices(VALIDATION)
    variants = count_variants(augmentation)
    total, done = variants * len(rows) + len(validation) * (shared is None), 0
    width = model.get_layer("features").output.shape[1]
    shape = cut.output.shape[1:] if cut is not None else ()
    # in place, since a copy of the features of a large dataset takes as much memory again
    features = Features(
        np.empty((variants, len(rows), width), np.float32),
        np.empty((len(validation), width), np.float32),
        np.empty((variants, len(rows), *shape), np.float16) if shape else None,
        np.empty((len(validation), *shape), np.float16) if shape else None,
    )
    if shared is not None:
        features.validation[:] = shared.values[validation]
        if not augmentation.active:
            features.training[0] = shared.values[rows]
            return features
    with parallel_outputs(shared.extractor if shared else convert_backbone(model, cache, cut)) as extract:

        def fill(
            values: np.ndarray,
            activations: np.ndarray | None,
            chosen: np.ndarray,
            change: Callable[[np.ndarray], np.ndarray],
        ) -> None:
            nonlocal done
            for first in range(0, len(chosen), BATCH):
                reporter.say(done, total, "looking at the images once with the frozen backbone")
                part = slice(first, first + BATCH)
                outputs = extract(change(dataset.pixels[chosen[part]]))
                values[part] = outputs[:, :width]
                if activations is not None:
                    activations[part] = outputs[:, width:].reshape(-1, *shape)
                done += len(outputs)

        for index, variant in enumerate(features.training):
            stored = None if features.activations is None else features.activations[index]
            fill(variant, stored, rows, _augment_by(augmentation, np.random.default_rng((seed, index))))
        if shared is None:
            fill(features.validation, features.validation_activations, validation, _unchanged)
    return features


def build_head(model: "keras.Model") -> "keras.Model":
    """Return model4's last layers as a compiled model of their own: features (N, 1280) → probability (N, 1).

    It shares layers and optimizer with `model`, so training it trains `model`.
    """
    import keras

    features = keras.Input(model.get_layer("features").output.shape[1:])
    head = keras.Model(features, model.get_layer("probability")(model.get_layer("dropout")(features)))
    return compile_like(head, model, "model4")


def make_feature_batches(
    features: np.ndarray,
    labels: np.ndarray,
    batch_size: int,
    order: Callable[[], np.random.Generator] | None = None,
) -> "tf.data.Dataset":
    """Return batches of stored features.

    Args:
        features: Of any shape (variants, M, …), float32 or float16.
        labels: Integers (M,).
        batch_size: B; the last batch may be smaller.
        order: Gives the random numbers that shuffle the images and draw one variant of each, anew at each pass;
            without it they stay in order, and the first variant counts.

    Returns:
        A dataset of (features, float32 (B, …); labels, float32 (B, 1)).
    """
    import tensorflow as tf

    variants, count, *shape = features.shape

    def generate() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        rng = order() if order else None
        ordered = rng.permutation(count) if rng else np.arange(count)
        drawn = rng.integers(variants, size=count) if rng else np.zeros(count, dtype=np.int64)
        for first in range(0, count, batch_size):
            rows = ordered[first : first + batch_size]
            yield features[drawn[rows], rows], labels[rows, np.newaxis].astype(np.float32)

    def as_floats(inputs: tf.Tensor, label: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.cast(inputs, tf.float32), label

    signature = (tf.TensorSpec((None, *shape), features.dtype), tf.TensorSpec((None, 1), tf.float32))
    change = as_floats if features.dtype != np.float32 else None
    return batches_from(generate, signature, -(-count // batch_size), change)


def _augment_by(augmentation: Augmentation, rng: np.random.Generator) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function that augments images at random, uint8 (B, H, W, 3)."""
    if not augmentation.active:
        return _unchanged
    return lambda images: apply_transforms(images, draw_transforms(augmentation, len(images), rng))


def _unchanged(images: np.ndarray) -> np.ndarray:
    return images
