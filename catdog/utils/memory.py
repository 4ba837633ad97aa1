"""The memory of this process: how much it took, and what it can give back."""

import ctypes
import sys
from contextlib import suppress

import psutil


def peak_memory() -> int | None:
    """Return the most memory that this process has had in use until now, in bytes; None where nothing tells."""
    try:
        import resource
    except ImportError:  # Windows, which tells it in another way
        return getattr(psutil.Process().memory_info(), "peak_wset", None)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most  # macOS counts bytes, others kilobytes


def trim_memory() -> None:
    """Return freed memory to the system, which the C library would keep for later; does nothing without glibc."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
