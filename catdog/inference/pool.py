"""Trained models kept ready to predict, shared by everyone, and unloaded when nobody uses them."""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from catdog.errors import RunError
from catdog.inference import predictor
from catdog.inference.prediction import Prediction
from catdog.utils.progress import Progress, silent

Stamp = tuple[str, int, int, int]


class PredictorPool:
    """The models used last, loaded once, and their predictions, so that the same image is predicted once.

    A model takes up to 90 MB while it is kept, and some hundredths of a second to load, so a few are kept, and none
    once nobody has used them for a while. Any number of threads may use a pool.
    """

    def __init__(self, max_models: int = 4, idle_seconds: float = 60.0, max_predictions: int = 20_000) -> None:
        """Make an empty pool.

        Args:
            max_models: How many models stay loaded.
            idle_seconds: How long they stay loaded after the last use.
            max_predictions: How many predictions are remembered.
        """
        self._max_models, self._idle_seconds, self._max_predictions = max_models, idle_seconds, max_predictions
        self._loaded: OrderedDict[Stamp, predictor.Predictor] = OrderedDict()
        self._predictions: OrderedDict[tuple[Stamp, bytes], tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._used = 0.0

    def __len__(self) -> int:
        """Return how many models are loaded."""
        return len(self._loaded)

    def get(self, path: Path, name: str) -> predictor.Predictor:
        """Return a model ready to predict from any thread.

        Args:
            path: The model.tflite of a run.
            name: What the run is called in an error's sentence.

        Raises:
            RunError: The model is missing or damaged.
        """
        return self._get(path, name, _stamp(path, name))

    def predict(
        self,
        path: Path,
        name: str,
        classes: tuple[str, str],
        images: Sequence[np.ndarray],
        progress: Progress = silent,
    ) -> list[Prediction]:
        """Predict images one by one. A prediction for the same pixels is remembered, with the time that it took then.

        Args:
            path: The model.tflite of a run.
            name: What the run is called in progress reports and errors.
            classes: The names of its class 0 and class 1.
            images: uint8 (160, 160, 3) each, 0..255.
            progress: Told after each image that is not remembered.

        Returns:
            A prediction for each image, in order.

        Raises:
            RunError: The model is missing or damaged.
        """
        stamp = _stamp(path, name)
        keys = [(stamp, hashlib.blake2b(np.ascontiguousarray(image), digest_size=16).digest()) for image in images]
        with self._lock:
            results = {key: self._predictions[key] for key in keys if key in self._predictions}
        missing = {key: image for key, image in zip(keys, images, strict=True) if key not in results}
        if missing:
            model = self._get(path, name, stamp)
            for done, (key, image) in enumerate(missing.items(), start=1):
                results[key] = model.predict_timed(image)
                progress(done, len(missing), f"{name} looks at the images")
        with self._lock:
            for key in keys:
                self._predictions[key] = results[key]
                self._predictions.move_to_end(key)
            while len(self._predictions) > self._max_predictions:
                self._predictions.popitem(last=False)
        return [Prediction(classes, *results[key]) for key in keys]

    def clear(self) -> None:
        """Unload all models, whose memory is free once the last prediction under way has ended; keep predictions."""
        with self._lock:
            self._loaded.clear()
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def _get(self, path: Path, name: str, stamp: Stamp) -> predictor.Predictor:
        with self._lock:  # held while loading too, so that twenty who come at once wait for one load
            model = self._loaded.pop(stamp, None) or predictor.load_predictor(path, name)
            self._loaded[stamp] = model
            while len(self._loaded) > self._max_models:
                self._loaded.popitem(last=False)
            self._used = time.monotonic()
            if self._timer is None:
                self._wait(self._idle_seconds)
        return model

    def _wait(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._clear_if_idle)
        self._timer.daemon = True
        self._timer.start()

    def _clear_if_idle(self) -> None:
        with self._lock:
            left = self._used + self._idle_seconds - time.monotonic()
            if left > 0:
                self._wait(left)
            else:
                self._loaded.clear()
                self._timer = None


def _stamp(path: Path, name: str) -> Stamp:
    """Return what tells this model file from any that was there before it under the same name."""
    try:
        status = path.stat()
    except OSError as error:
        raise RunError(f"The run {name} has no trained model (any more): choose another, or train it.") from error
    return str(path), status.st_mtime_ns, status.st_ino, status.st_size
