"""Predictions of one trained model through LiteRT, without TensorFlow."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from catdog.errors import RunError


class Predictor:
    """A model.tflite, loaded once and used from any thread.

    LiteRT's interpreter serves one thread at a time, so a lock lets one image through after the other.
    """

    def __init__(self, path: Path, threads: int = 2, name: str = "") -> None:
        """Load the file, which may be replaced or deleted afterwards.

        Args:
            path: The model.tflite of a run.
            threads: How many threads compute one image.
            name: What the run is called in errors; without one, they name the file.

        Raises:
            RunError: The file is missing or damaged.
        """
        from ai_edge_litert.interpreter import Interpreter

        try:
            # by its path, so that its weights are in memory once: read into Python, they would be there three times
            self._interpreter = Interpreter(model_path=str(path), num_threads=threads)
            self._interpreter.allocate_tensors()
            self._input = self._interpreter.get_input_details()[0]["index"]
            output = self._interpreter.get_output_details()[0]
            self._output, self._width = output["index"], int(output["shape"][-1])
        except (OSError, ValueError, RuntimeError) as error:
            raise RunError(f"The model {path} can't be loaded for predictions ({error}): train it again.") from error
        self._lock = threading.Lock()
        self._title = f"of the run {name}" if name else str(path)

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Predict a batch of images.

        Args:
            images: uint8 or float32 (N, 160, 160, 3), 0..255.

        Returns:
            The probability of class 1 for each image, float32 (N,), 0..1.

        Raises:
            RunError: The model gives an answer that is no probability.
        """
        return check_probabilities(self.outputs(images)[:, 0], self._title)

    def outputs(self, images: np.ndarray) -> np.ndarray:
        """Compute all outputs of the model, which may be features instead of a probability.

        Args:
            images: uint8 or float32 (N, 160, 160, 3), 0..255.

        Returns:
            float32 (N, D).
        """
        outputs = np.empty((len(images), self._width), dtype=np.float32)
        for index, image in enumerate(images):
            with self._lock:  # for one image at a time, so that others need not wait for two hundred
                outputs[index] = self._compute(image)
        return outputs

    def predict_timed(self, image: np.ndarray) -> tuple[float, float]:
        """Predict one image and measure the time, without the wait for other threads.

        Args:
            image: uint8 or float32 (160, 160, 3), 0..255.

        Returns:
            The probability of class 1, 0..1, and the seconds it took.

        Raises:
            RunError: The model gives an answer that is no probability.
        """
        with self._lock:
            began = time.perf_counter()
            outputs = self._compute(image)
            seconds = time.perf_counter() - began
        return float(check_probabilities(outputs, self._title)[0]), seconds

    def _compute(self, image: np.ndarray) -> np.ndarray:
        self._interpreter.set_tensor(self._input, image[np.newaxis].astype(np.float32))
        self._interpreter.invoke()
        return self._interpreter.get_tensor(self._output)[0]


@contextmanager
def parallel_outputs(path: Path) -> Iterator[Callable[[np.ndarray], np.ndarray]]:
    """Load a model once for each processor core, which is a third faster than one interpreter with as many threads.

    Args:
        path: A LiteRT file.

    Yields:
        A function like `Predictor.outputs`, for many images.

    Raises:
        RunError: The file is missing or damaged.
    """
    cores = os.cpu_count() or 1
    predictors = [Predictor(path, threads=1) for _ in range(cores)]
    with ThreadPoolExecutor(cores) as threads:

        def outputs(images: np.ndarray) -> np.ndarray:
            parts = np.array_split(images, cores)
            return np.concatenate(list(threads.map(Predictor.outputs, predictors, parts)))

        yield outputs


def load_predictor(path: Path, name: str) -> Predictor:
    """Load the model that a run has kept.

    Args:
        path: The run's model.tflite.
        name: What the run is called in the sentence that tells of a missing model.

    Raises:
        RunError: There is no such file (yet), or it is damaged.
    """
    if not path.exists():
        raise RunError(f"The run {name} has no trained model yet: wait until it is done, or train it again.")
    return Predictor(path, name=name)


def are_probabilities(values: np.ndarray) -> bool:
    """Tell whether all values are from 0 to 1, which NaN is not."""
    return bool(((values >= 0) & (values <= 1)).all())


def check_probabilities(values: np.ndarray, title: str) -> np.ndarray:
    """Return a model's answers if all of them are probabilities.

    Args:
        values: Of any shape.
        title: What the error calls the model after "The model", such as "of the run model1 26 Nov".

    Raises:
        RunError: One of them is NaN, infinite or not from 0 to 1.
    """
    if not are_probabilities(values):
        raise RunError(
            f"The model {title} gives answers that are no probabilities, since its training diverged: train it again, "
            "with a lower learning rate."
        )
    return values
