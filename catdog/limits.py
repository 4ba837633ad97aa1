"""How much each person may have at a time, so that one can't take all there is from the others."""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from catdog.errors import UsageError

MEGABYTE = 1_000_000
HOUR = 3600.0


@dataclass(frozen=True)
class Limits:
    """What each person may have; 0 for as much as the machine can.

    runs: how many runs wait or train (CATDOG_LIMIT_RUNS). upload: bytes sent to the server within an hour
    (CATDOG_LIMIT_UPLOAD, in MB). stored: bytes of photo sets that the person added (CATDOG_LIMIT_STORED, in MB). Where
    nobody signs in, all people together count as one.
    """

    runs: int = 0
    upload: int = 0
    stored: int = 0

    def environment(self) -> dict[str, str]:
        """Return the variables with which a child process reads these same limits."""
        return {
            "CATDOG_LIMIT_RUNS": str(self.runs),
            "CATDOG_LIMIT_UPLOAD": str(self.upload // MEGABYTE),
            "CATDOG_LIMIT_STORED": str(self.stored // MEGABYTE),
        }


IN_A_CLASS = Limits(runs=20, upload=500 * MEGABYTE, stored=1000 * MEGABYTE)


def limits_of(values: Mapping[str, str]) -> Limits:
    """Read the limits from variables; those of a class, where members are listed; UsageError for a bad one."""
    usual = IN_A_CLASS if values.get("CATDOG_MEMBERS") else Limits()
    return Limits(
        runs=_number(values, "CATDOG_LIMIT_RUNS", 1, usual.runs),
        upload=_number(values, "CATDOG_LIMIT_UPLOAD", MEGABYTE, usual.upload),
        stored=_number(values, "CATDOG_LIMIT_STORED", MEGABYTE, usual.stored),
    )


def _number(values: Mapping[str, str], name: str, unit: int, usual: int) -> int:
    text = values.get(name) or ""
    if not text:
        return usual
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise UsageError(f"{name} is {text[:40]!r}, but must be a whole number, 0 for no limit: set it to 20.")
    return int(text) * unit


class Allowance:
    """How many bytes each person has used within the last hour; any number of threads may ask.

    most: bytes that a person may use within `seconds`, 0 for any number. clock: gives the time in seconds.
    """

    def __init__(self, most: int, seconds: float = HOUR, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._used: dict[str, deque[tuple[float, int]]] = defaultdict(deque)
        self._lock = threading.Lock()

    def take(self, person: str, amount: int) -> bool:
        """Count so many bytes for a person and return True; count nothing and return False where they are too many."""
        with self._lock:
            used = self._fresh(person)
            if self._most and amount > self._most - sum(size for _, size in used):
                return False
            used.append((self._clock(), amount))
            return True

    def left(self, person: str) -> int | None:
        """Return how many bytes a person may still use now, None for any number."""
        with self._lock:
            return max(0, self._most - sum(size for _, size in self._fresh(person))) if self._most else None

    def wait(self, person: str, amount: int) -> float:
        """Return in how many seconds a person may use so many bytes, or all there may be where they are more."""
        with self._lock:
            used = self._fresh(person)
            over = sum(size for _, size in used) + min(amount, self._most) - self._most
            seconds = 0.0
            for when, size in used:
                if over <= 0:
                    break
                over -= size
                seconds = when + self._seconds - self._clock()
            return seconds

    def _fresh(self, person: str) -> deque[tuple[float, int]]:
        used = self._used[person]
        while used and used[0][0] <= self._clock() - self._seconds:
            used.popleft()
        return used
