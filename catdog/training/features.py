"""Stored features: what model4's frozen backbone makes of every picture, computed once instead of in every epoch."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from catdog.augmentation.config import Augmentation
from catdog.augmentation.transforms import drawn_transforms, transform
from catdog.datasets import VALIDATION, Dataset
from catdog.datasets.cache import ImageReader
from catdog.inference.predictor import parallel_outputs
from catdog.models.specs import compile_like
from catdog.training.batches import generated
from catdog.training.litert import to_litert
from catdog.training.reporter import Reporter
from catdog.utils.files import whole_file

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

VIEWS = 4  # augmented views of each training picture; an epoch draws one of them for each picture
BATCH = 64


@dataclass(frozen=True, eq=False)
class Features:
    """The backbone's output, averaged over the picture.

    training: float32 (views, M, 1280), of the training rows in their order; validation: float32 (V, 1280).
    """

    training: np.ndarray
    validation: np.ndarray


def stored_words(augmentation: Augmentation) -> str:
    """Say what is stored, for config.json."""
    if stored_views(augmentation) == 1:
        return "features of the frozen backbone stored for each picture"
    return f"features of the frozen backbone stored for {VIEWS} augmented views of each picture"


def stored_views(augmentation: Augmentation) -> int:
    """Return of how many views of each training picture features are stored."""
    return VIEWS if augmentation.acts else 1


def compute_features(
    model: "keras.Model",
    dataset: Dataset,
    rows: np.ndarray,
    augmentation: Augmentation,
    seed: int,
    reporter: Reporter,
    cache: Path,
) -> Features:
    """Run the pictures through the backbone by LiteRT.

    rows: int64 (M,), the training pictures. The views are drawn from `seed` alone, so a resumed run gets the same ones.
    cache: folder where the converted backbone is kept. Raises StopRequested when the run is asked to stop.
    """
    read, validation = ImageReader(dataset.pixels), dataset.catalog.indices(VALIDATION)
    number_of_views = stored_views(augmentation)
    total, done = number_of_views * len(rows) + len(validation), 0
    with parallel_outputs(_converted(model, cache)) as extract:

        def fill(features: np.ndarray, chosen: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> None:
            nonlocal done
            for first in range(0, len(chosen), BATCH):
                reporter.say(done, total, "looking at the pictures once with the frozen backbone")
                part = slice(first, first + BATCH)
                features[part] = extract(change(read(chosen[part])))
                done += len(features[part])

        width = model.get_layer("features").output.shape[1]
        # in place, since a copy of what many pictures give takes as much memory again
        found = Features(
            np.empty((number_of_views, len(rows), width), np.float32), np.empty((len(validation), width), np.float32)
        )
        for number, view in enumerate(found.training):
            fill(view, rows, _view(augmentation, np.random.default_rng((seed, number))))
        fill(found.validation, validation, _as_they_are)
        return found


def head_of(model: "keras.Model") -> "keras.Model":
    """Return model4's last layers as a model of their own, (N, 1280) features → (N, 1) probability, compiled.

    It shares layers and optimizer with `model`, so that training it trains `model`.
    """
    import keras

    features = keras.Input(model.get_layer("features").output.shape[1:])
    head = keras.Model(features, model.get_layer("probability")(model.get_layer("dropout")(features)))
    return compile_like(head, model, "model4")


def feature_batches(
    features: np.ndarray,
    labels: np.ndarray,
    batch_size: int,
    order: Callable[[], np.random.Generator] | None = None,
) -> "tf.data.Dataset":
    """Return a tf.data.Dataset of (float32 (B, 1280), float32 (B, 1) label).

    features: float32 (views, M, 1280); labels: int (M,). `order` gives the random numbers that shuffle the pictures
    and draw one view of each, anew at each pass; without it they stay in order, and the first view counts.
    """
    import tensorflow as tf

    views, number, width = features.shape

    def generate() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        rng = order() if order else None
        ordered = rng.permutation(number) if rng else np.arange(number)
        drawn = rng.integers(views, size=number) if rng else np.zeros(number, dtype=np.int64)
        for first in range(0, number, batch_size):
            chosen = ordered[first : first + batch_size]
            yield features[drawn[chosen], chosen], labels[chosen, np.newaxis].astype(np.float32)

    signature = (tf.TensorSpec((None, width), tf.float32), tf.TensorSpec((None, 1), tf.float32))
    return generated(generate, signature, -(-number // batch_size))


def _view(augmentation: Augmentation, rng: np.random.Generator) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function that changes pictures at random, uint8 (B, H, W, 3)."""
    if not augmentation.acts:
        return _as_they_are
    return lambda pictures: transform(pictures, drawn_transforms(augmentation, len(pictures), rng))


def _as_they_are(pictures: np.ndarray) -> np.ndarray:
    return pictures


def _converted(model: "keras.Model", cache: Path) -> Path:
    """Return a LiteRT file of model4's backbone: pictures, 0..255 (1, 160, 160, 3), to features, (1, 1280).

    It is made once for the same weights and kept in the cache, named by them and by what is in it; a damaged file is
    made anew, since LiteRT may end the process over it.
    """
    import tensorflow as tf

    scale, features = model.get_layer("scale"), model.get_layer("features")
    backbone = next(layer for layer in model.layers if layer.name.startswith("mobilenetv2"))
    digest = hashlib.sha256(tf.__version__.encode())
    for weights in backbone.get_weights():
        digest.update(weights.tobytes())
    name = f"backbone-{digest.hexdigest()[:16]}"
    for path in cache.glob(f"{name}-*.tflite"):
        # another process may have found it damaged too, and taken it away
        with suppress(OSError):
            if path.name == _named(name, path.read_bytes()):
                return path
        path.unlink(missing_ok=True)
    content = to_litert(backbone, lambda pictures: features(backbone(scale(pictures), training=False)))
    path = cache / _named(name, content)
    with whole_file(path) as temporary:
        temporary.write_bytes(content)
    return path


def _named(name: str, content: bytes) -> str:
    return f"{name}-{hashlib.sha256(content).hexdigest()[:16]}.tflite"
