"""Answers of a trained model through LiteRT, without TensorFlow."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from catdog.errors import RunError
from catdog.utils.mapped import let_go


class Predictor:
    """A model.tflite, loaded once and used from any thread.

    LiteRT's own interpreter belongs to one thread at a time, so a lock lets one photo through after the other.
    """

    def __init__(self, path: Path, threads: int = 2) -> None:
        """Load the file; raise RunError if it is missing or damaged. It may be replaced or deleted afterwards."""
        from ai_edge_litert.interpreter import Interpreter

        try:
            # by its path, so that its weights are in memory once: read into Python, they would be there three times
            self._interpreter = Interpreter(model_path=str(path), num_threads=threads)
            self._interpreter.allocate_tensors()
            self._input = self._interpreter.get_input_details()[0]["index"]
            output = self._interpreter.get_output_details()[0]
            self._output, self._width = output["index"], int(output["shape"][-1])
            let_go(path)
        except (OSError, ValueError, RuntimeError) as error:
            raise RunError(f"The model {path} can't be loaded for predictions ({error}): train it again.") from error
        self._lock = threading.Lock()

    def predict(self, pixels: np.ndarray) -> np.ndarray:
        """Return the probability of class 1 for each picture, float32 (N,), 0..1.

        pixels: uint8 or float32 (N, 160, 160, 3), 0..255.
        """
        return self.outputs(pixels)[:, 0]

    def outputs(self, pixels: np.ndarray) -> np.ndarray:
        """Return all that the file computes of each picture, float32 (N, D); pixels as for predict."""
        answers = np.empty((len(pixels), self._width), dtype=np.float32)
        for number, picture in enumerate(pixels):
            with self._lock:  # for one picture at a time, so that others need not wait for two hundred
                answers[number] = self._answer(picture)
        return answers

    def timed(self, picture: np.ndarray) -> tuple[float, float]:
        """Return the probability of class 1 for one picture, (160, 160, 3), and the seconds it took, waiting aside."""
        with self._lock:
            began = time.perf_counter()
            answer = float(self._answer(picture)[0])
            return answer, time.perf_counter() - began

    def _answer(self, picture: np.ndarray) -> np.ndarray:
        self._interpreter.set_tensor(self._input, picture[np.newaxis].astype(np.float32))
        self._interpreter.invoke()
        return self._interpreter.get_tensor(self._output)[0]


@contextmanager
def parallel_outputs(path: Path) -> Iterator[Callable[[np.ndarray], np.ndarray]]:
    """Yield a function like Predictor.outputs for many pictures, with one interpreter a processor core.

    That is a third faster than one interpreter with as many threads. Raises RunError if the file is missing or damaged.
    """
    cores = os.cpu_count() or 1
    predictors = [Predictor(path, threads=1) for _ in range(cores)]
    with ThreadPoolExecutor(cores) as threads:

        def outputs(pixels: np.ndarray) -> np.ndarray:
            parts = np.array_split(pixels, cores)
            return np.concatenate(list(threads.map(lambda one, part: one.outputs(part), predictors, parts)))

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
    return Predictor(path)
