"""Tell how far a run is while it trains, and hear when it should stop."""

import math
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import psutil

from catdog.errors import RunError
from catdog.training.batch_curve import BatchCurve
from catdog.training.run_folder import RunFolder
from catdog.training.status import Status, identify_process

INTERVAL = 0.4  # seconds between two writes of status.json
NOT_A_NUMBER = "The loss is no longer a number (NaN)"  # how the error of a training that diverged begins


class StopRequested(Exception):  # noqa: N818  (no error: the user's wish)
    """Raised in the training loop once someone wants the run to stop."""


class Reporter:
    """Keeps status.json and batches.csv current from a thread of its own, so that it moves also during a long step.

    Its methods are what keras.callbacks.LambdaCallback calls. Use it as a context manager around the work.
    """

    def __init__(self, folder: RunFolder, epochs: int, state: str = "running", supervisor: int | None = None) -> None:
        """Begin with what earlier processes of the run have reached.

        Args:
            folder: The run's folder.
            epochs: How many epochs the run has.
            state: The state to report, "running" or "stopping".
            supervisor: The id of the process that the status names as the run's; None for this one.
        """
        self.folder = folder
        self._supervisor = supervisor
        before = folder.read_status()
        self._status = replace(
            before,
            state=state,
            epochs=epochs,
            message="starting",
            started=before.started if state == "stopping" else time.time(),
            finished=None,
            error="",
            scoring=False,
            training_started=before.training_started if state == "stopping" else None,
            scoring_started=None,
            **self._identify(),
        )
        self._curve = BatchCurve(folder.batches, epochs)
        self._lock, self._write_lock = threading.Lock(), threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True, name="reporter")

    def __enter__(self) -> "Reporter":
        """Write the first status and begin to keep it current."""
        self.folder.write_status(self._status)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Write the last of batches.csv, and nothing any more."""
        self._ended.set()
        self._thread.join()
        with suppress(OSError):
            self._curve.write(at_once=True)

    @property
    def status(self) -> Status:
        """The status as it stands."""
        return self._status

    def update(self, **values: object) -> None:
        """Change fields of the status; the thread writes them within INTERVAL."""
        with self._lock:
            self._status = replace(self._status, **values)

    def say(self, done: int, total: int, what: str) -> None:
        """Take progress of the preparation (a catdog.utils.progress.Progress) as the message.

        Raises:
            StopRequested: The run shall stop.
        """
        share = f" ({100 * done // total}%)" if total else ""
        self.update(message=what + share)
        self.check_stop()

    def check_stop(self) -> None:
        """Let a wish to stop end the training, unless it is ending already.

        Raises:
            StopRequested: The run shall stop.
        """
        if self._status.state != "stopping" and self.folder.stop.exists():
            raise StopRequested

    def begin_training(self, **values: object) -> None:
        """Say that all is prepared and the first step begins.

        Args:
            values: Other fields of the status that change with it.
        """
        self.update(training_started=self._status.training_started or time.time(), **values)

    def begin_scoring(self, **values: object) -> None:
        """Say at once that the training is over, so that nothing cuts short what is now made of it.

        Args:
            values: Other fields of the status that change with it.
        """
        self.update(scoring=True, scoring_started=time.time(), **values)
        self._write()

    def epoch_begin(self, epoch: int, logs: Mapping | None = None) -> None:
        """Keras: an epoch begins; Keras counts from 0."""
        self._curve.begin_epoch(epoch)
        self.update(epoch=epoch + 1, batch=0, message="training")

    def batch_end(self, batch: int, logs: Mapping | None = None) -> None:
        """Keras: a training batch has ended; `logs` are of the epoch so far.

        Raises:
            RunError: The loss is no longer a number.
            StopRequested: The run shall stop.
        """
        self.update(batch=batch + 1)
        if logs and "accuracy" in logs and self._status.batches:
            self._curve.add(batch + 1, self._status.batches, float(logs["accuracy"]))
        if logs and not math.isfinite(float(logs.get("loss", 0.0))):
            raise RunError(f"{NOT_A_NUMBER} in epoch {self._status.epoch}: start again with a smaller learning rate.")
        self.check_stop()

    def validation_begin(self, logs: Mapping | None = None) -> None:
        """Keras: the epoch's training is over and its validation begins."""
        self.update(message="validating")

    def validation_batch_end(self, batch: int, logs: Mapping | None = None) -> None:
        """Keras: a validation batch has ended.

        Raises:
            StopRequested: The run shall stop.
        """
        self.check_stop()

    def _beat(self) -> None:
        while not self._ended.wait(INTERVAL):
            self._write()

    def _write(self) -> None:
        # a full disk must not end the training by the mere report of it; the next beat tries again
        with self._write_lock, suppress(OSError):
            with self._lock:
                status = self._status
            # named anew each time: setting the clock moves the time at which a process seems to have started
            self.folder.write_status(replace(status, **self._identify()))
            self._curve.write()

    def _identify(self) -> dict[str, object]:
        try:
            return identify_process(self._supervisor)
        except psutil.NoSuchProcess:  # the supervisor has just been killed, so this process is about to end as well
            return {}
