"""The ways of asking a trained model: LiteRT as the server uses it, and Keras as notebooks do."""

import os
import time
from collections.abc import Iterator

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
WARM_UP = 5


def measure_litert(run: Run, pixels: np.ndarray, times: int) -> tuple[list[dict], np.ndarray]:
    """Return how fast LiteRT answers, and the answers, float32 (N,). pixels: uint8 (N, 160, 160, 3).

    Bulk is one interpreter a processor core. The map of where a model looks takes one picture. Nothing here needs
    TensorFlow, which would slow it by its threads.
    """
    began = time.perf_counter()
    predictor = Predictor(run.files.tflite)
    predictor.predict_timed(pixels[0])
    first = time.perf_counter() - began
    turn = _in_turn(pixels)
    rows = [_row(run, LITERT_SINGLE, median_seconds(lambda: predictor.predict_timed(next(turn)), times, WARM_UP), first=first)]
    with parallel_outputs(run.files.tflite) as outputs:
        outputs(pixels[: 2 * (os.cpu_count() or 1)])
        seconds = median_seconds(lambda: outputs(pixels), 3)
        answers = outputs(pixels)[:, 0]
    rows.append(_row(run, LITERT_BULK, seconds / len(pixels)))
    own = MODELS[run.config.model].backbone
    rows.append(_row(run, HEATMAP, median_seconds(lambda: _look(run, predictor, pixels[0], own), 3)))
    return rows, answers


def _look(run: Run, predictor: Predictor, picture: np.ndarray, own: bool) -> np.ndarray:
    """Return the map that the pages show of one picture: what each place adds, or what hiding it does."""
    if own:
        return compute_class_activation(compute_activations(run.files.tflite, picture), 1)
    return compute_occlusion(predictor.predict, picture)


def measure_keras(run: Run, pixels: np.ndarray, times: int) -> tuple[list[dict], np.ndarray]:
    """Return how fast the same model answers through Keras, and the answers, float32 (N,), of its batches."""
    import keras
    import tensorflow as tf

    model = keras.models.load_model(run.files.model, compile=False)
    floats = pixels.astype(np.float32)
    turn = _in_turn(floats)
    one = median_seconds(lambda: model.predict(next(turn)[np.newaxis], verbose=0), times, WARM_UP)
    call = median_seconds(lambda: model(tf.constant(next(turn)[np.newaxis]), training=False).numpy(), times, WARM_UP)
    model.predict(floats[:64], batch_size=32, verbose=0)
    batch = median_seconds(lambda: model.predict(floats, batch_size=32, verbose=0), 3)
    answers = np.asarray(model.predict(floats, batch_size=32, verbose=0))
    if answers.shape[1] == 2:  # two logits, as the notebook's first models have them
        answers = np.asarray(tf.nn.softmax(answers))[:, 1:]
    rows = [(KERAS_SINGLE, one), (KERAS_CALL, call), (KERAS_BATCH, batch / len(pixels))]
    return [_row(run, way, seconds) for way, seconds in rows], answers[:, 0]


def _row(run: Run, way: str, seconds: float, first: float | None = None) -> dict:
    found = {"model": run.config.model, "way": way, "milliseconds": 1000 * seconds, "per_second": 1 / seconds}
    return found if first is None else {**found, "load_milliseconds": 1000 * first}


def _in_turn(pictures: np.ndarray) -> Iterator[np.ndarray]:
    while True:
        yield from pictures
