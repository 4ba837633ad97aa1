"""Stored features: what model4's frozen backbone makes of every picture, computed once instead of in every epoch."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from catdog.augment import Augmentation, augmentation_layers
from catdog.dataset import VALIDATION, Dataset
from catdog.inference import Predictor
from catdog.training.litert import to_litert
from catdog.training.reporter import Reporter

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

VIEWS = 4  # augmented views of each training picture; an epoch draws one of them for each picture
WORDS = f"features of the frozen backbone stored for {VIEWS} augmented views of each picture"
BATCH = 32


@dataclass(frozen=True, eq=False)
class Features:
    """The backbone's output, averaged over the picture.

    training: float32 (VIEWS, M, 1280), of the training rows in their order; validation: float32 (V, 1280).
    """

    training: np.ndarray
    validation: np.ndarray


def compute_features(
    model: "keras.Model",
    dataset: Dataset,
    rows: np.ndarray,
    augmentation: Augmentation,
    seed: int,
    reporter: Reporter,
) -> Features:
    """Run the pictures through the backbone by LiteRT, one interpreter a processor core.

    rows: int64 (M,), the training pictures. The views are drawn from `seed` alone, so a resumed run gets the same ones.
    Raises StopRequested when the run is asked to stop.
    """
    pixels, validation = dataset.pixels, dataset.catalog.indices(VALIDATION)
    total, done = VIEWS * len(rows) + len(validation), 0
    with _extractor(model) as extract:

        def through(chosen: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
            nonlocal done
            parts = []
            for first in range(0, len(chosen), BATCH):
                reporter.say(done, total, "looking at the pictures once with the frozen backbone")
                parts.append(extract(change(pixels[chosen[first : first + BATCH]])))
                done += len(parts[-1])
            return np.concatenate(parts)

        views = [through(rows, _augment(augmentation, (seed, view))) for view in range(VIEWS)]
        return Features(np.stack(views), through(validation, lambda pictures: pictures))


def head_of(model: "keras.Model") -> "keras.Model":
    """Return model4's last layers as a model of their own, (N, 1280) features → (N, 1) probability, compiled.

    It shares layers and optimizer with `model`, so that training it trains `model`.
    """
    import keras

    features = keras.Input(model.get_layer("features").output.shape[1:])
    head = keras.Model(features, model.get_layer("probability")(model.get_layer("dropout")(features)))
    head.compile(optimizer=model.optimizer, loss=model.loss, metrics=[keras.metrics.BinaryAccuracy(name="accuracy")])
    return head


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
    dataset = tf.data.Dataset.from_generator(generate, output_signature=signature)
    return dataset.apply(tf.data.experimental.assert_cardinality(-(-number // batch_size))).prefetch(tf.data.AUTOTUNE)


def _augment(augmentation: Augmentation, seed: tuple[int, int]) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function that augments pictures, uint8 (B, H, W, 3) → float32, with the layers that a model has."""
    import tensorflow as tf

    number = int(np.random.default_rng(seed).integers(2**31))
    layers = augmentation_layers(augmentation, number)

    @tf.function(reduce_retracing=True, autograph=False)
    def change(pictures: tf.Tensor) -> tf.Tensor:
        for layer in layers:
            pictures = layer(pictures, training=True)
        return pictures

    return lambda pictures: change(tf.constant(pictures, tf.float32)).numpy()


@contextmanager
def _extractor(model: "keras.Model") -> Iterator[Callable[[np.ndarray], np.ndarray]]:
    """Yield a function from pictures, 0..255 (B, 160, 160, 3), to features, float32 (B, 1280), by LiteRT."""
    scale, features = model.get_layer("scale"), model.get_layer("features")
    backbone = next(layer for layer in model.layers if layer.name.startswith("mobilenetv2"))
    content = to_litert(backbone, lambda pictures: features(backbone(scale(pictures), training=False)))
    cores = os.cpu_count() or 1
    with TemporaryDirectory() as folder:
        path = Path(folder) / "backbone.tflite"
        path.write_bytes(content)
        interpreters = [Predictor(path, threads=1) for _ in range(cores)]
    with ThreadPoolExecutor(cores) as threads:

        def extract(pictures: np.ndarray) -> np.ndarray:
            parts = np.array_split(pictures, cores)
            return np.concatenate(list(threads.map(lambda one, part: one.outputs(part), interpreters, parts)))

        yield extract
