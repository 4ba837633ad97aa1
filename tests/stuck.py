"""A run's process that gets stuck: python -m tests.stuck RUN_FOLDER, in place of python -m catdog.runs RUN_FOLDER.

Where, the file "stuck" in the run's folder says: "step 3" in the third epoch's second training step, "write 2" between
the two renames that end the writing of the second checkpoint; "memory 2" instead asks for more memory than there is in
the second epoch. Without that file nothing gets stuck. Once something is, there is a file "is-stuck". The network
is a small one. After `can_get_stuck`, this is what catdog.runs starts.
"""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

from catdog.runs.__main__ import main
from catdog.runs.executors import local
from catdog.training import loop, reporter, worker

GRACE = 3.0  # seconds, instead of 10


def can_get_stuck(patch: pytest.MonkeyPatch) -> None:
    """Let runs that this process starts be this module's."""
    popen = subprocess.Popen

    def start(command: list[str], **options: object) -> subprocess.Popen:
        return popen([word.replace("catdog.runs", "tests.stuck") for word in command], **options)

    patch.setattr(local.subprocess, "Popen", start)


def small_network(name: str, seed: int, **_: object):
    """What stands in for catdog.models.specs.build_model."""
    import keras

    keras.utils.set_random_seed(seed)
    pictures = keras.Input((160, 160, 3))
    features = keras.layers.GlobalAveragePooling2D()(keras.layers.Rescaling(1 / 255)(pictures))
    return keras.Model(pictures, keras.layers.Dense(1, activation="sigmoid")(features))


def get_stuck() -> None:
    """Never return, nor let Python run a signal's handler, like a step of TensorFlow that hangs."""
    (FOLDER / "is-stuck").touch()
    libc, mutex = ctypes.CDLL(None), ctypes.create_string_buffer(128)
    while True:
        libc.pthread_mutex_lock(mutex)  # the second time it waits for itself


class StuckReporter(reporter.Reporter):
    """Gets stuck in a step."""

    def batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Keras: a training batch has ended."""
        if ("step", self.status.epoch, batch) == (WHERE, EPOCH, 1):
            get_stuck()
        if ("memory", self.status.epoch) == (WHERE, EPOCH):
            import tensorflow as tf

            tf.zeros([2**58])
        super().batch_end(batch, logs)


def rename(source: os.PathLike, target: os.PathLike) -> None:
    """Rename as os.rename does, but get stuck before the new checkpoint takes the place of the old."""
    written.extend(["one"] if Path(source).name == "checkpoint.new" else [])
    if WHERE == "write" and len(written) == EPOCH:
        get_stuck()
    real_rename(source, target)


if __name__ == "__main__":
    FOLDER = Path(sys.argv[1])
    place = FOLDER / "stuck"
    WHERE, number = place.read_text().split() if place.exists() else ("nowhere", "0")
    EPOCH = int(number)
    written: list[str] = []
    real_rename, os.rename = os.rename, rename
    loop.build_model, worker.Reporter, reporter.GRACE = small_network, StuckReporter, GRACE
    sys.exit(main())
