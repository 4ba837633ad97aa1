"""Temporary files: a folder of its own for each process, and the removal of what killed processes left.

What a process is using is told by a lock file that it holds, which the system frees when the process dies.
"""

import atexit
import os
import re
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

LOCK = ".lock"
_OWN = re.compile("[0-9a-f]{8}")  # names of the processes' folders
_GLOB = re.compile(r"[*?\[\]\\]")  # TensorFlow takes these for patterns and then finds nothing


def use_own_folder(top: Path) -> None:
    """Put all temporary files of this process, whichever library makes them, into a new folder in `top`.

    The folder is removed when the process ends, or, where it is killed, when the next one calls this. Without a place
    for it, the system's folder stays in use.

    Args:
        top: The folder for the folders of all processes; made if missing.
    """
    try:
        top.mkdir(parents=True, exist_ok=True)
        with FileLock(top / LOCK):  # or another process could take a folder that is not locked yet for a left one
            remove_left(top, _OWN, rf"\g<0>/{LOCK}")
            folder = top / uuid4().hex[:8]
            folder.mkdir()
            lock = FileLock(folder / LOCK)
            lock.acquire()
    except OSError:
        return
    atexit.register(_leave, folder, lock)
    tempfile.tempdir = os.environ["TMPDIR"] = _plain_path(folder)


def remove_left_folders(top: Path) -> None:
    """Remove the folders of processes that were killed, see `use_own_folder`."""
    if top.is_dir():
        with suppress(OSError), FileLock(top / LOCK):
            remove_left(top, _OWN, rf"\g<0>/{LOCK}")


def remove_left(folder: Path, pattern: re.Pattern[str], lock: str = "", age: float = 0.0) -> None:
    """Remove files and folders that killed processes left, as far as that can be done.

    Args:
        folder: Where they are, if it exists.
        pattern: What their whole name matches.
        lock: The lock file that whoever uses one holds, relative to `folder`; it may refer to groups of the pattern,
            as in re.Match.expand.
        age: Seconds since the last change, below which one stays although it is not locked.
    """
    with suppress(OSError):
        for path in list(folder.iterdir()):
            match = pattern.fullmatch(path.name)
            with suppress(OSError, Timeout):
                if match is None or time.time() - path.lstat().st_mtime < age:
                    continue
                if not lock:
                    _remove(path)
                    continue
                with FileLock(folder / match.expand(lock), timeout=0):
                    _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _leave(folder: Path, lock: FileLock) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    lock.release()


def _plain_path(folder: Path) -> str:
    """Return a path of the folder that has no signs of a pattern in it; such a folder stays open."""
    if not _GLOB.search(str(folder)):
        return str(folder)
    if sys.platform == "linux":
        return f"/proc/{os.getpid()}/fd/{os.open(folder, os.O_RDONLY | os.O_DIRECTORY)}"
    return tempfile.gettempdir()
