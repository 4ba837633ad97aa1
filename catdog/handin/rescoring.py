"""Ask handed-in models about a teacher's images, in processes of their own: a model may be made to do harm."""

import json
import queue
import select
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen

import numpy as np

from catdog.datasets import TEST, Catalog
from catdog.settings import PROJECT, Settings
from catdog.utils.processes import start_process
from catdog.utils.progress import Progress, silent

JOB = "catdog.handin"
EVERY = "all"  # images of the dataset, in place of a split
WORKERS = 2  # processes side by side, each with one thread
PATIENCE = 60.0  # seconds that a model may take for all images
MOST_BYTES = 50_000_000  # of a line
ENDED = "The model ended the process that asked it: its file is damaged."


@dataclass(frozen=True, eq=False)
class Answers:
    """What a model answers.

    Attributes:
        probabilities: Of its class 1, float64 (N,), 0..1; None where it gave no answers.
        error: Why it gave none, in one sentence.
    """

    probabilities: np.ndarray | None = None
    error: str = ""


def select_images(catalog: Catalog, split: str) -> np.ndarray:
    """Return the rows of a split, or all for EVERY, int64."""
    return catalog.indices(None if split == EVERY else split)


def ask_models(
    models: Sequence[Path], settings: Settings, source: str, split: str = TEST, progress: Progress = silent
) -> Mapping[Path, Answers]:
    """Ask each model about the images of a dataset's split.

    A model that ends its process, or takes too long, costs only its own answers.

    Args:
        models: Files of LiteRT.
        settings: Where the data are.
        source: The dataset's source.
        split: Which of its images; EVERY for all.
        progress: Told how many models have answered.
    """
    waiting: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for path in models:
        waiting.put(path)
    answers: dict[Path, Answers] = {}

    def work() -> None:
        process = None
        try:
            while True:
                try:
                    path = waiting.get_nowait()
                except queue.Empty:
                    return
                if process is None or process.poll() is not None:
                    process = _start(settings, source, split)
                answers[path] = _ask(process, path)
                if answers[path].probabilities is None:
                    process.kill()  # it may hang, or be broken in a way that others would suffer from
                    process.wait()
                progress(len(answers), len(models), "asking the models")
        finally:
            if process is not None:
                process.kill()
                process.wait()
                process.stdin.close()
                process.stdout.close()

    threads = [threading.Thread(target=work, name=f"models {number}") for number in range(min(WORKERS, len(models)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _start(settings: Settings, source: str, split: str) -> Popen:
    variables = settings.environment() | {"CUDA_VISIBLE_DEVICES": "-1", "PYTHONUNBUFFERED": "1"}
    pipes = {"stdin": PIPE, "stdout": PIPE}
    return start_process(JOB, source, split, project=PROJECT, variables=variables, log=DEVNULL, detached=False, **pipes)


def _ask(process: Popen, path: Path) -> Answers:
    try:
        process.stdin.write(f"{path}\n".encode())
        process.stdin.flush()
        values = json.loads(_read_line(process))
        if values.get("error"):
            return Answers(error=values["error"])
        return Answers(np.array(values["probabilities"], np.float64))
    except TimeoutError:
        return Answers(error=f"The model took more than {PATIENCE:.0f} s.")
    except (OSError, ValueError, KeyError):
        return Answers(error=ENDED)


def _read_line(process: Popen) -> bytes:
    """Return the next line of a process's output.

    Raises:
        TimeoutError: It does not come in time.
        ValueError: The process ends without it, or it is too long.
    """
    line = b""
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
        if not ready:
            raise TimeoutError
        block = process.stdout.read1(1 << 16)
        line += block
        if not block or len(line) > MOST_BYTES:
            raise ValueError("no whole line")
    return line
