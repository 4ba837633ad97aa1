"""Stored features: the output of model4's frozen backbone for every image, computed once and not in every epoch."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from catdog.augmentation.config import Augmentation
from catdog.augmentation.transforms import apply_transforms, draw_transforms
from catdog.datasets import VALIDATION, Dataset
from catdog.inference.predictor import parallel_outputs
from catdog.models.specs import compile_like
from catdog.training.batches import batches_from
from catdog.training.litert import convert_to_litert
from catdog.training.reporter import Reporter
from catdog.utils.files import whole_file

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

VARIANTS = 4  # augmented variants of each training image; an epoch draws one of them for each image
BATCH = 64


@dataclass(frozen=True, eq=False)
class Features:
    """The backbone's output, averaged over the image.

    Attributes:
        training: float32 (variants, M, 1280), of the training rows in their order.
        validation: float32 (V, 1280).
    """

    training: np.ndarray
    validation: np.ndarray


def describe_features(augmentation: Augmentation) -> str:
    """Return what is stored, in words for config.json."""
    if count_variants(augmentation) == 1:
        return "features of the frozen backbone stored for each picture"
    return f"features of the frozen backbone stored for {VARIANTS} augmented variants of each picture"


def count_variants(augmentation: Augmentation) -> int:
    """Return for how many variants of each training image features are stored."""
    return VARIANTS if augmentation.active else 1


def compute_features(
    model: "keras.Model",
    dataset: Dataset,
    rows: np.ndarray,
    augmentation: Augmentation,
    seed: int,
    reporter: Reporter,
    cache: Path,
) -> Features:
    """Run the training and validation images through the backbone, by LiteRT.

    Args:
        model: A model4.
        dataset: What the run learns from.
        rows: The training images, int64 (M,).
        augmentation: What makes the variants of a training image.
        seed: Decides the variants, alone: a resumed run gets the same ones.
        reporter: Gets the progress.
        cache: Folder where the converted backbone is kept.

    Raises:
        StopRequested: The run was told to stop.
    """
    validation = dataset.catalog.indices(VALIDATION)
    variants = count_variants(augmentation)
    total, done = variants * len(rows) + len(validation), 0
    with parallel_outputs(_convert_backbone(model, cache)) as extract:

        def fill(features: np.ndarray, chosen: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> None:
            nonlocal done
            for first in range(0, len(chosen), BATCH):
                reporter.say(done, total, "looking at the pictures once with the frozen backbone")
                part = slice(first, first + BATCH)
                features[part] = extract(change(dataset.pixels[chosen[part]]))
                done += len(features[part])

        width = model.get_layer("features").output.shape[1]
        # in place, since a copy of the features of a large dataset takes as much memory again
        features = Features(
            np.empty((variants, len(rows), width), np.float32), np.empty((len(validation), width), np.float32)
        )
        for index, variant in enumerate(features.training):
            fill(variant, rows, _augment_by(augmentation, np.random.default_rng((seed, index))))
        fill(features.validation, validation, _unchanged)
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
        features: float32 (variants, M, 1280).
        labels: Integers (M,).
        batch_size: B; the last batch may be smaller.
        order: Gives the random numbers that shuffle the images and draw one variant of each, anew at each pass;
            without it they stay in order, and the first variant counts.

    Returns:
        A dataset of (features, float32 (B, 1280); labels, float32 (B, 1)).
    """
    import tensorflow as tf

    variants, count, width = features.shape

    def generate() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        rng = order() if order else None
        ordered = rng.permutation(count) if rng else np.arange(count)
        drawn = rng.integers(variants, size=count) if rng else np.zeros(count, dtype=np.int64)
        for first in range(0, count, batch_size):
            rows = ordered[first : first + batch_size]
            yield features[drawn[rows], rows], labels[rows, np.newaxis].astype(np.float32)

    signature = (tf.TensorSpec((None, width), tf.float32), tf.TensorSpec((None, 1), tf.float32))
    return batches_from(generate, signature, -(-count // batch_size))


def _augment_by(augmentation: Augmentation, rng: np.random.Generator) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function that augments images at random, uint8 (B, H, W, 3)."""
    if not augmentation.active:
        return _unchanged
    return lambda images: apply_transforms(images, draw_transforms(augmentation, len(images), rng))


def _unchanged(images: np.ndarray) -> np.ndarray:
    return images


def _convert_backbone(model: "keras.Model", cache: Path) -> Path:
    """Return a LiteRT file of model4's backbone: an image, 0..255 (1, 160, 160, 3), to features, (1, 1280).

    It is made once for the same weights and kept in the cache, named by them and by what is in it; a damaged file is
    made anew, since LiteRT may end the process over it.
    """
    import tensorflow as tf

    scale, features = model.get_layer("scale"), model.get_layer("features")
    backbone = next(layer for layer in model.layers if layer.name.startswith("mobilenetv2"))
    digest = hashlib.sha256(tf.__version__.encode())
    for weights in backbone.get_weights():
        digest.update(weights.tobytes())
    beginning = f"backbone-{digest.hexdigest()[:16]}"
    for path in cache.glob(f"{beginning}-*.tflite"):
        # another process may have noticed the damage too, and removed the file
        with suppress(OSError):
            if path.name == _name_by_content(beginning, path.read_bytes()):
                return path
        path.unlink(missing_ok=True)
    content = convert_to_litert(backbone, lambda pixels: features(backbone(scale(pixels), training=False)))
    path = cache / _name_by_content(beginning, content)
    with whole_file(path) as temporary:
        temporary.write_bytes(content)
    return path


def _name_by_content(beginning: str, content: bytes) -> str:
    return f"{beginning}-{hashlib.sha256(content).hexdigest()[:16]}.tflite"
