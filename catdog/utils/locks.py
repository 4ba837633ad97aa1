"""A lock between processes, for work that must be done once and takes long."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from catdog.utils.progress import Progress


@contextmanager
def hold_lock(path: Path, progress: Progress, what: str) -> Iterator[None]:
    """Hold the lock file `path`; the system frees the lock of a process that dies.

    Args:
        path: The file; its folder must exist.
        progress: While another thread or process holds the lock, called twice a second, so that waiting shows; what
            it raises ends the waiting.
        what: What it is told.

    Raises:
        OSError: The file can't be made.
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
