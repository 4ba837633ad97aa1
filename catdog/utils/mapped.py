"""Memory that this process holds and nobody needs any more: given back to the system."""

import ctypes
import sys
from contextlib import suppress
from pathlib import Path

_DONT_NEED = 4  # MADV_DONTNEED of madvise(2): a file's pages are dropped, and read again should they be needed


def let_go(path: Path) -> None:
    """Take the pages of the file at `path` out of this process's memory; does nothing where that can't be done.

    LiteRT maps a model's file, copies its weights into an order that suits the processor, and leaves the file's pages
    mapped beside them: up to 85 MB a model that look like memory in use. Only Linux tells where they are.
    """
    if sys.platform != "linux":
        return
    wanted = str(path.resolve())
    with suppress(OSError, ValueError):
        libc = ctypes.CDLL(None, use_errno=True)
        for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines():
            fields = line.split(maxsplit=5)  # addresses, rights, offset, device, inode, path
            if len(fields) == 6 and fields[5] == wanted and fields[1].startswith("r-"):
                start, end = (int(address, 16) for address in fields[0].split("-"))
                libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _DONT_NEED)


def give_back() -> None:
    """Return freed memory to the system, which the C library else keeps for later; only glibc has the function."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
