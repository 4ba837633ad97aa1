"""A run's processes that get stuck: python -m tests.stuck RUN_FOLDER, in place of catdog.runs and catdog.training;
on a Ray cluster, in place of catdog.runs.ray_worker.

Where, the file "stuck" in the run's folder says: "step 3" in the third epoch's second training step, "write 2" between
the two renames that end the writing of the second checkpoint; "slow 2" lets each step of the second epoch take a
while, and messages stay until they are written; "hold 2" waits in the second epoch until the file says something else,
is gone, or the run shall stop. What the home's file "stuck" says counts for each run whose folder has none; without
any, nothing gets stuck. Once something is, there is a file "is-stuck". The network is a small one; where the home has
a file "light", there is none, and nothing is learned (tests/light_training.py); where the run's folder has a file
"train.py", the light trainer (tests/trainer.py) does what that says.
After `let_runs_get_stuck`, this is what runs are started with.
"""

import ctypes
import os
import runpy
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from catdog.models.specs import get_spec
from catdog.runs import Run, ray_worker, supervisor
from catdog.runs.__main__ import main as supervise
from catdog.runs.executors import local, ray
from tests.waiting import wait_for

if TYPE_CHECKING:
    import pytest  # takes a quarter of a second, and each run has two such processes

GRACE = 1.0  # seconds, instead of 10
SLOW = 0.2  # seconds of a slow step
SLOW_MESSAGES = ("saving the epoch", "making the model for predictions")


def let_runs_get_stuck(patch: "pytest.MonkeyPatch") -> None:
    """Let runs that this process starts, or hands to a Ray cluster, be this module's."""
    patch.setattr(local, "SUPERVISOR", "tests.stuck")
    patch.setattr(ray, "WORKER", "tests.stuck")


def find_trainer(run: Run) -> psutil.Process:
    """Return the process that trains a run as soon as it is there; the status names its supervisor."""
    (trainer,) = wait_for(psutil.Process(run.files.read_status().pid).children)
    return trainer


def small_network(name: str, seed: int, **_: object):
    """Build a small network in place of catdog.models.specs.build_model."""
    import keras

    keras.utils.set_random_seed(seed)
    images = keras.Input((160, 160, 3))
    scaled = keras.layers.Rescaling(1 / 255)(images)
    if get_spec(name).logits:
        maps = keras.layers.Conv2D(4, 3, strides=4, activation="relu")(scaled)  # whose filters a page can show
        outputs = keras.layers.Dense(2)(keras.layers.Flatten()(keras.layers.MaxPooling2D(8)(maps)))
    else:
        outputs = keras.layers.Dense(1, activation="sigmoid")(keras.layers.GlobalAveragePooling2D()(scaled))
    return keras.Model(images, outputs)


def read_place(folder: Path) -> tuple[str, int]:
    """Return what the file "stuck" says, such as ("step", 3); ("nothing", 0) where there is none."""
    for file in (folder / "stuck", folder.parent.parent / "stuck"):
        with suppress(FileNotFoundError):
            what, number = file.read_text().split()
            return what, int(number)
    return "nothing", 0


def get_stuck(folder: Path) -> None:
    """Never return, nor let Python run a signal's handler, like a step of TensorFlow that hangs."""
    (folder / "is-stuck").touch()
    libc, mutex = ctypes.CDLL(None), ctypes.create_string_buffer(128)
    while True:
        libc.pthread_mutex_lock(mutex)  # the second time it waits for itself


def train(folder: Path) -> int:
    """Be a trainer that gets stuck where the folder says."""
    if (folder / "train.py").exists():
        runpy.run_module("tests.trainer", run_name="__main__")  # which exits
    if (folder.parent.parent / "light").exists():
        from tests.light_training import train_lightly

        train_lightly(setattr)
    from catdog.training import loop, reporter, worker
    from catdog.training.__main__ import main

    what, number = read_place(folder)

    class StuckReporter(reporter.Reporter):
        def update(self, **values: object) -> None:
            super().update(**values)
            if what == "slow" and values.get("message") in SLOW_MESSAGES:
                time.sleep(1.5 * reporter.INTERVAL)

        def batch_end(self, batch: int, logs: dict | None = None) -> None:
            if ("step", self.status.epoch, batch) == (what, number, 1):
                get_stuck(folder)
            if ("slow", self.status.epoch) == (what, number):
                time.sleep(SLOW)
            super().batch_end(batch, logs)
            while read_place(folder) == ("hold", self.status.epoch):
                self.check_stop()
                time.sleep(0.05)

    rename, written = os.rename, []

    def rename_or_get_stuck(source: os.PathLike, target: os.PathLike) -> None:
        if Path(source).name == "checkpoint.new":
            written.append(source)
            if (what, number) == ("write", len(written)):
                get_stuck(folder)
        rename(source, target)

    os.rename = rename_or_get_stuck
    loop.build_model, worker.Reporter = small_network, StuckReporter
    return main()


if __name__ == "__main__":
    supervisor.TRAINER = "tests.stuck"
    if read_place(Path(sys.argv[1]))[0] not in ("slow", "hold"):  # these shall have the time to stop by themselves
        supervisor.GRACE = GRACE
    if "--supervisor" in sys.argv:
        sys.exit(train(Path(sys.argv[1])))
    sys.exit(ray_worker.main() if ray.JOB in os.environ else supervise())
