"""How fast a trained model predicts: with LiteRT as the server does, and with Keras as notebooks do."""

import os
import time
from itertools import cycle

import numpy as np

from benchmarks.measure import median_seconds
from catdog.inference.activations import compute_activations, compute_class_activation
from catdog.inference.occlusion import compute_occlusion
from catdog.inference.predictor import Predictor, parallel_outputs
from catdog.models.specs import MODELS
from catdog.runs import Run

LITERT_SINGLE, LITERT_BULK, HEATMAP, KERAS_SINGLE, KERAS_CALL, KERAS_BATCH = (
    "LiteRT, one by one",
    "LiteRT, all at once",
    "where it looks, LiteRT",
    "model.predict, one by one",
    "model(x), one by one",
    "model.predict, batches of 32",
)
WARM_UP, REPEAT = 5, 3  # how often what is quick is done before, and what takes long is measured; `times` at the most


def measure_litert(run: Run, pixels: np.ndarray, times: int) -> tuple[list[dict], np.ndarray]:
    """Measure LiteRT with single images, in bulk (an interpreter on each processor core), and for a heatmap.

    Nothing here needs TensorFlow, whose threads would slow it.

    Args:
        run: A finished run.
        pixels: RGB images, uint8 (N, 160, 160, 3).
        times: How many single images.

    Returns:
        A row for each, and the probabilities of class 1, float32 (N,).
    """
    repeat = min(REPEAT, times)
    began = time.perf_counter()
    predictor = Predictor(run.files.tflite)
    predictor.predict_timed(pixels[0])
    first = time.perf_counter() - began
    images = cycle(pixels)
    rows = [
        _make_row(
            run,
            LITERT_SINGLE,
            median_seconds(lambda: predictor.predict_timed(next(images)), times, min(WARM_UP, times)),
            first=first,
        )
    ]
    with parallel_outputs(run.files.tflite) as outputs:
        outputs(pixels[: 2 * (os.cpu_count() or 1)])
        seconds = median_seconds(lambda: outputs(pixels), repeat)
        probabilities = outputs(pixels)[:, 0]
    rows.append(_make_row(run, LITERT_BULK, seconds / len(pixels)))
    rows.append(_make_row(run, HEATMAP, median_seconds(lambda: _compute_heatmap(run, predictor, pixels[0]), repeat)))
    return rows, probabilities


def _compute_heatmap(run: Run, predictor: Predictor, image: np.ndarray) -> np.ndarray:
    """Return the heatmap that the pages show: class activation with a backbone, else occlusion."""
    if MODELS[run.config.model].backbone:
        return compute_class_activation(compute_activations(run.files.tflite, image), 1)
    return compute_occlusion(predictor.predict, image)


def measure_keras(run: Run, pixels: np.ndarray, times: int) -> tuple[list[dict], np.ndarray]:
    """Measure Keras in the same way, with `model.predict` and `model(x)`; see `measure_litert`."""
    import keras
    import tensorflow as tf

    model = keras.models.load_model(run.files.model, compile=False)
    floats = pixels.astype(np.float32)
    images, warm_up = cycle(floats), min(WARM_UP, times)
    single = median_seconds(lambda: model.predict(next(images)[np.newaxis], verbose=0), times, warm_up)
    call = median_seconds(lambda: model(tf.constant(next(images)[np.newaxis]), training=False).numpy(), times, warm_up)
    model.predict(floats[:64], batch_size=32, verbose=0)
    batch = median_seconds(lambda: model.predict(floats, batch_size=32, verbose=0), min(REPEAT, times))
    outputs = np.asarray(model.predict(floats, batch_size=32, verbose=0))
    if outputs.shape[1] == 2:  # two logits, as the notebook's first model has them
        outputs = np.asarray(tf.nn.softmax(outputs))[:, 1:]
    rows = [(KERAS_SINGLE, single), (KERAS_CALL, call), (KERAS_BATCH, batch / len(pixels))]
    return [_make_row(run, way, seconds) for way, seconds in rows], outputs[:, 0]


def _make_row(run: Run, way: str, seconds: float, first: float | None = None) -> dict:
    row = {"model": run.config.model, "way": way, "milliseconds": 1000 * seconds, "per_second": 1 / seconds}
    return row if first is None else {**row, "load_milliseconds": 1000 * first}
