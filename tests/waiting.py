"""Wait for what another process or thread brings about."""

import time
from collections.abc import Callable
from typing import TypeVar

import psutil

Value = TypeVar("Value")


def wait_for(
    condition: Callable[[], Value],
    seconds: float = 120,
    what: str = "it did not happen in time",
    interval: float = 0.02,
) -> Value:
    """Wait until a condition holds and return what it gave; AssertionError, with these words, where that takes long."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, what
        time.sleep(interval)
    return value


def is_alive(pid: int) -> bool:
    """Tell whether a process is at work; one whose parent has not waited for it yet has ended."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
