"""Trained models kept ready to answer, shared by everyone who asks, and let go when nobody does."""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from catdog.errors import RunError
from catdog.inference import predictor as inference
from catdog.utils.progress import Progress, silent

if TYPE_CHECKING:
    from catdog.runs import Run

Stamp = tuple[str, int, int, int]


@dataclass(frozen=True)
class Reply:
    """A model's answer to one picture: its probability of class 1, 0..1, and the seconds that the model took."""

    probability: float
    seconds: float


class Predictors:
    """The models asked last, loaded once, and what they said, so that the same picture is asked about once.

    A model takes up to 90 MB while it is kept, and some hundredths of a second to load, so a few are kept, and none
    once nobody has asked for a while.
    """

    def __init__(self, most: int = 4, patience: float = 60.0, most_replies: int = 20_000) -> None:
        """Keep up to `most` models for `patience` seconds after the last question, and up to `most_replies` answers."""
        self._most, self._patience, self._most_replies = most, patience, most_replies
        self._loaded: OrderedDict[Stamp, inference.Predictor] = OrderedDict()
        self._replies: OrderedDict[tuple[Stamp, bytes], Reply] = OrderedDict()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._used = 0.0

    def __len__(self) -> int:
        return len(self._loaded)

    def get(self, run: "Run") -> inference.Predictor:
        """Return a run's model, ready to answer from any thread; RunError where it has none or a damaged one."""
        return self._get(run, _stamp(run))

    def ask(self, run: "Run", pictures: Sequence[np.ndarray], progress: Progress = silent) -> list[Reply]:
        """Return the run's answer to each picture, uint8 (160, 160, 3); RunError where it can't answer.

        What a run has said of the same pixels is remembered, with the time that it took then.
        """
        stamp = _stamp(run)
        keys = [(stamp, hashlib.blake2b(np.ascontiguousarray(one), digest_size=16).digest()) for one in pictures]
        with self._lock:
            known = {key: self._replies[key] for key in keys if key in self._replies}
        missing = {key: picture for key, picture in zip(keys, pictures, strict=True) if key not in known}
        if missing:
            predictor = self._get(run, stamp)
            for number, (key, picture) in enumerate(missing.items(), start=1):
                known[key] = Reply(*predictor.timed(picture))
                progress(number, len(missing), f"{run.name} looks at the pictures")
        with self._lock:
            for key in keys:
                self._replies[key] = known[key]
                self._replies.move_to_end(key)
            while len(self._replies) > self._most_replies:
                self._replies.popitem(last=False)
        return [known[key] for key in keys]

    def let_go(self) -> None:
        """Forget all models, whose memory is free once the last question under way is answered; keep the answers."""
        with self._lock:
            self._loaded.clear()
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def _get(self, run: "Run", stamp: Stamp) -> inference.Predictor:
        with self._lock:  # held while loading too, so that twenty who ask at once wait for one load
            predictor = self._loaded.pop(stamp, None) or inference.load_predictor(run)
            self._loaded[stamp] = predictor
            while len(self._loaded) > self._most:
                self._loaded.popitem(last=False)
            self._used = time.monotonic()
            if self._timer is None:
                self._wait(self._patience)
        return predictor

    def _wait(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._let_go_if_idle)
        self._timer.daemon = True
        self._timer.start()

    def _let_go_if_idle(self) -> None:
        with self._lock:
            left = self._used + self._patience - time.monotonic()
            if left > 0:
                self._wait(left)
            else:
                self._loaded.clear()
                self._timer = None


def _stamp(run: "Run") -> Stamp:
    """Return what tells a run's model from any that was there before it, under the same name."""
    try:
        found = run.files.tflite.stat()
    except OSError as error:
        raise RunError(f"The run {run.name} has no trained model (any more): choose another, or train it.") from error
    return str(run.folder), found.st_mtime_ns, found.st_ino, found.st_size
