"""The run folder: all that the worker, which trains, and the pages, which watch, share."""

import math
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from catdog.errors import RunError
from catdog.training.records import DETAILS, STATUS, describe_damage, read_record, to_status
from catdog.training.status import Status
from catdog.utils.files import digest_file, read_json, read_regular, write_json


@dataclass(frozen=True)
class RunFolder:
    """The files of one run, by name.

    Attributes:
        path: The folder.
    """

    path: Path

    @property
    def config(self) -> Path:
        """config.json: settings, name, data, versions, device, weights."""
        return self.path / "config.json"

    @property
    def status(self) -> Path:
        """status.json: a Status."""
        return self.path / "status.json"

    @property
    def history(self) -> Path:
        """history.csv: one row as each epoch ends."""
        return self.path / "history.csv"

    @property
    def batches(self) -> Path:
        """batches.csv: training accuracy within epochs."""
        return self.path / "batches.csv"

    @property
    def sample(self) -> Path:
        """sample.csv: six validation images, and what the model answers about them after each epoch."""
        return self.path / "sample.csv"

    @property
    def checkpoint(self) -> Path:
        """checkpoint/: all that is needed to go on; gone once the run is done."""
        return self.path / "checkpoint"

    @property
    def model(self) -> Path:
        """model.keras: the best epoch by validation accuracy, or the last one, without optimizer state."""
        return self.path / "model.keras"

    @property
    def tflite(self) -> Path:
        """model.tflite: the same for LiteRT, giving the probability of class 1."""
        return self.path / "model.tflite"

    @property
    def evaluation(self) -> Path:
        """evaluation.json: scores of validation and test."""
        return self.path / "evaluation.json"

    @property
    def predictions(self) -> Path:
        """predictions.csv: path, label, probability, split of every image."""
        return self.path / "predictions.csv"

    @property
    def log(self) -> Path:
        """log.txt: what the process printed."""
        return self.path / "log.txt"

    @property
    def tensorboard(self) -> Path:
        """tensorboard/: the curves as event files for TensorBoard."""
        return self.path / "tensorboard"

    @property
    def stop(self) -> Path:
        """stop: a file whose presence tells the worker to stop."""
        return self.path / "stop"

    @property
    def place(self) -> Path:
        """place: a number that puts a waiting run elsewhere in the queue than the time it was queued."""
        return self.path / "place"

    @property
    def job(self) -> Path:
        """job: which job of which Ray cluster trains the run; none where this machine does."""
        return self.path / "job"

    def read_place(self, status: Status) -> float:
        """Return the run's place in the queue, lowest first: `place` if it was moved, else the time it was queued."""
        try:
            place = float(read_regular(self.place, 100))
        except (OSError, ValueError):
            return status.queued
        return place if math.isfinite(place) else status.queued

    def read_status(self) -> Status:
        """Return the status; a missing or damaged status.json reads as that of a run whose process is long gone."""
        return to_status(read_record(self.status, STATUS))

    def write_status(self, status: Status) -> Status:
        """Write the status with the present time, whole, and return it.

        Raises:
            OSError: It can't be written, such as where the run was deleted.
        """
        status = replace(status, updated=time.time())
        write_json(self.status, asdict(status), make_folder=False)
        return status

    def end(self, status: Status, state: str, error: str = "") -> None:
        """Write the last status of a process.

        Args:
            status: The status before.
            state: The state from now on.
            error: What went wrong, in one sentence.
        """
        # on a full disk it can't be written; the pages then notice that the process is gone and say "interrupted"
        with suppress(OSError):
            last = replace(status, message="", error=error, finished=time.time(), pid=None, scoring=False, state=state)
            if self.stop.exists():
                # else the run would for a moment show neither the wish nor the end
                self.write_status(replace(status, state="stopping"))
                self.stop.unlink(missing_ok=True)
            self.write_status(last)

    @property
    def scored(self) -> bool:
        """Whether the scores are those of model.keras, rather than of an earlier best epoch."""
        return self.evaluation.exists() and self.is_scored(self.model) is True

    def is_scored(self, model: Path) -> bool | None:
        """Tell whether scores and predictions are those of the model in a file as it is now, by its content.

        Args:
            model: The run's model.keras or model.tflite.

        Returns:
            None where nobody knows: the run is of an earlier version, or the file is missing.
        """
        scored = self.read_config().get("scored")
        try:
            return None if scored is None else scored.get(model.name) == digest_file(model)
        except OSError:
            return None

    def note_scored(self, *models: Path) -> None:
        """Note in config.json of which model files scores and predictions are: of none while they are being made."""
        self.add_to_config(scored={model.name: digest_file(model) for model in models})

    def read_config(self) -> dict[str, Any]:
        """Return what of config.json can be used, {} if it is missing."""
        return read_record(self.config, DETAILS).values

    def add_to_config(self, **values: object) -> None:
        """Add entries to config.json.

        Raises:
            RunError: See `change_config`.
        """
        self.change_config(lambda _: values)

    def change_config(self, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Add to config.json what a function makes of its content.

        Raises:
            RunError: The run was deleted, or the file can't be read, and writing it would lose what it held.
        """
        # the page that renames a run and its worker may write at the same moment
        with self.lock_config():
            entries = read_json(self.config)
            if entries is None and not self.path.exists():
                raise RunError(f"There is no run {self.path.name!r}: it may have been deleted.")
            if entries is None:
                raise RunError(describe_damage(self.config, "it is missing or no JSON object"))
            write_json(self.config, entries | change(entries), make_folder=False)

    def lock_config(self) -> FileLock:
        """Return the lock, to be held shortly, under which config.json files are changed and run folders are removed.

        It lies beside the run folders, since making a lock file in one that is gone would make that folder again.
        """
        return FileLock(self.path.parent / ".config.lock")

    def drop_half_models(self) -> None:
        """Remove what a process that was killed while it wrote a model left under a temporary name."""
        for path in self.path.glob(".model-*"):
            path.unlink(missing_ok=True)

    def drop_checkpoint(self) -> None:
        """Remove the checkpoint and what an interrupted write of one left."""
        for path in self.path.glob("checkpoint*"):
            shutil.rmtree(path, ignore_errors=True)
