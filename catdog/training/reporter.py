"""Tell how far a run is while it trains, and hear when it should stop."""

import math
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from catdog.errors import RunError
from catdog.training.force_stop import Force
from catdog.training.run_folder import RunFolder, Status, identify_process

INTERVAL = 0.4  # seconds between two writes of status.json
GRACE = 10.0  # seconds that a training has to hear a wish to stop by itself


class StopRequested(Exception):  # noqa: N818  (no error: the user's wish)
    """Raised in the training loop as soon as someone asked the run to stop."""


class Reporter:
    """Keeps status.json current from a thread of its own, so that it moves also during a long step.

    Its methods are what keras.callbacks.LambdaCallback calls. Use it as a context manager around the work.
    force: what ends a training that has not heard the wish to stop for GRACE seconds; nothing does without it.
    """

    def __init__(self, folder: RunFolder, epochs: int, state: str = "running", force: Force | None = None) -> None:
        self.folder = folder
        self._force = force
        self._asked: float | None = None  # when the wish to stop was first seen, by time.monotonic()
        before = folder.read_status()
        self._status = replace(
            before,
            state=state,
            epochs=epochs,
            message="starting",
            started=before.started if state == "stopping" else time.time(),
            finished=None,
            error="",
            **identify_process(),
        )
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True, name="reporter")

    def __enter__(self) -> "Reporter":
        self.folder.write_status(self._status)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def status(self) -> Status:
        """The status as it stands."""
        return self._status

    def update(self, **values: object) -> None:
        """Change fields of the status; the thread writes them within INTERVAL."""
        with self._lock:
            self._status = replace(self._status, **values)

    def say(self, done: int, total: int, what: str) -> None:
        """Take progress of the preparation (a catdog.utils.progress.Progress) as the message."""
        share = f" ({100 * done // total} %)" if total else ""
        self.update(message=what + share)
        self.check_stop()

    def check_stop(self) -> None:
        """Raise StopRequested if the run was asked to stop and is not stopping already."""
        if self._status.state != "stopping" and self.folder.stop.exists():
            raise StopRequested

    def leave_in_peace(self) -> None:
        """From now on let nothing but the work itself end it: what was reached is being kept."""
        with self._lock:
            self._force = None

    def epoch_begin(self, epoch: int, logs: Mapping | None = None) -> None:
        """Keras: an epoch begins; Keras counts from 0."""
        self.update(epoch=epoch + 1, batch=0, message="training")

    def batch_end(self, batch: int, logs: Mapping | None = None) -> None:
        """Keras: a training batch has ended."""
        self.update(batch=batch + 1)
        if logs and not math.isfinite(float(logs.get("loss", 0.0))):
            raise RunError(
                f"The loss is no longer a number (NaN) in epoch {self._status.epoch}: start again with a smaller "
                "learning rate."
            )
        self.check_stop()

    def validation_begin(self, logs: Mapping | None = None) -> None:
        """Keras: the epoch's training is over and its validation begins."""
        self.update(message="validating")

    def validation_batch_end(self, batch: int, logs: Mapping | None = None) -> None:
        """Keras: a validation batch has ended."""
        self.check_stop()

    def _beat(self) -> None:
        while not self._ended.wait(INTERVAL):
            with self._lock:
                status = self._status
            # a full disk must not end the training by the mere report of it; the next beat tries again
            with suppress(OSError):
                # named anew each time: setting the clock moves the time at which a process seems to have started
                self.folder.write_status(replace(status, **identify_process()))
            self._end_what_does_not_listen()

    def _end_what_does_not_listen(self) -> None:
        if not self.folder.stop.exists():
            self._asked = None
        elif self._asked is None:
            self._asked = time.monotonic()
        elif time.monotonic() - self._asked > GRACE:
            with self._lock:
                if self._force:
                    self._force(self.folder, self._status)
