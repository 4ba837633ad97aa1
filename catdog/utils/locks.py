"""A lock between processes, for work that must be done once and takes long."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from catdog.utils.progress import Progress


@contextmanager
def hold_lock(path: Path, progress: Progress, what: str) -> Iterator[None]:
    """Hold the lock file `path`; while another thread or process holds it, report `what`, so that waiting shows.

    The system frees the lock of a process that dies. progress may raise to end the waiting. Raises OSError.
    """
    lock = FileLock(path)
    while not lock.is_locked:
        try:
            lock.acquire(timeout=0.5)
        except Timeout:
            progress(0, 0, what)
    try:
        yield
    finally:
        lock.release()
