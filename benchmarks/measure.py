"""The time of a call, the memory of a process, and Markdown tables."""

import re
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY_INTERVAL = 0.02  # seconds between two readings of a watched process


def peak_memory(pid: int | str) -> int:
    """Return the most bytes of memory that a process has had in use, mapped files included; 0 if it has ended."""
    return _memory(pid, "VmHWM")


def anonymous_memory(pid: int | str) -> int:
    """Return the bytes of anonymous memory that a process has in use now; 0 if it has ended.

    Pages of mapped files, such as the model files that LiteRT maps and the libraries, are not counted: the system
    takes them back when it needs room. Anonymous memory it can't take back without a swap file.
    """
    return _memory(pid, "RssAnon")


@contextmanager
def watch_own_memory(pid: int | str) -> Iterator[Callable[[], int]]:
    """Read a process's anonymous memory again and again; yield a function that returns its peak so far, in bytes."""
    peak, ended = 0, threading.Event()

    def read_peak() -> int:
        nonlocal peak
        peak = max(peak, anonymous_memory(pid))
        return peak

    def watch() -> None:
        while not ended.wait(MEMORY_INTERVAL):
            read_peak()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield read_peak
    finally:
        ended.set()
        thread.join()


def _memory(pid: int | str, field: str) -> int:
    # not getrusage: its peak includes what the process was before it became this program
    try:
        match = re.search(rf"{field}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    except OSError:
        return 0
    return int(match[1]) * 1024 if match else 0


def median_seconds(call: Callable[[], object], times: int, uncounted: int = 0) -> float:
    """Return the median duration of a call.

    Args:
        call: What to call.
        times: How many calls count.
        uncounted: How many calls to make before, to warm up.
    """
    durations = []
    for repetition in range(uncounted + times):
        began = time.perf_counter()
        call()
        if repetition >= uncounted:
            durations.append(time.perf_counter() - began)
    return statistics.median(durations)


def markdown_table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    header = list(header)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, ["---"] * len(header), *rows))
