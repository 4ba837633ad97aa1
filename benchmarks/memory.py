"""The memory of a process, as Linux tells it."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

INTERVAL = 0.02  # seconds between two looks at a watched process


def peak_memory(pid: int | str) -> int:
    """Return the most memory in bytes that a process has had in use, mapped files included; 0 if it has ended."""
    return _memory(pid, "VmHWM")


def own_memory(pid: int | str) -> int:
    """Return the bytes of anonymous memory that a process has in use now; 0 if it has ended.

    Pages of mapped files, such as the model files that LiteRT maps and the libraries, are not counted: the system
    takes them back when it needs room. Anonymous memory it can't take back without a swap file.
    """
    return _memory(pid, "RssAnon")


@contextmanager
def watch_own_memory(pid: int | str) -> Iterator[Callable[[], int]]:
    """Look at a process's own memory every `INTERVAL`; yield a function that returns the most until then, in bytes."""
    peak, ended = 0, threading.Event()

    def look() -> int:
        nonlocal peak
        peak = max(peak, own_memory(pid))
        return peak

    def watch() -> None:
        while not ended.wait(INTERVAL):
            look()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield look
    finally:
        ended.set()
        thread.join()


def _memory(pid: int | str, field: str) -> int:
    # not getrusage: its peak counts in what the process was before it became this program
    try:
        match = re.search(rf"{field}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    except OSError:
        return 0
    return int(match[1]) * 1024 if match else 0
