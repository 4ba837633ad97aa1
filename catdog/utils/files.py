"""Write files whole: under a temporary name first, then renamed, so that nobody ever reads half a file."""

import errno
import hashlib
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)  # what the system says where the disk, or one's share of it, is full


@contextmanager
def whole_file(path: Path, make_folder: bool = True) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it takes `path`'s place, on failure it is removed.

    The temporary name keeps the suffix, since Keras picks a file format by it.

    Args:
        path: The file.
        make_folder: Whether to make its folder where there is none. In a run's folder nobody may: the run was deleted.

    Raises:
        OSError: It can't be written.
    """
    if make_folder:
        path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}-{uuid4().hex[:8]}{path.suffix}")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str, make_folder: bool = True) -> None:
    """Write `text` as UTF-8 to `path`, whole; a reader sees the old file or the new one. See `whole_file`."""
    with whole_file(path, make_folder) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any, make_folder: bool = True) -> None:
    """Write `value` as readable JSON to `path`, whole. See `whole_file`."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a character, as only an escape in a damaged file can bring
        text = json.dumps(value, indent=2)
    write_text(path, text + "\n", make_folder)


def read_json(path: Path) -> dict | None:
    """Return the JSON object in `path`, or None where the file is missing, unreadable or no JSON object."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def read_regular(path: Path, most: int, last: bool = False) -> bytes:
    """Return the content of a file that may not be what its name says.

    Args:
        path: The file. A link is not followed, and nothing is waited for, as reading a pipe would.
        most: How many bytes it may have.
        last: Whether to return the last `most` bytes of a larger file.

    Raises:
        FileNotFoundError: There is no such file.
        OSError: It is no ordinary file, is too large or can't be read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(path, flags), "rb") as file:
            facts = os.fstat(file.fileno())
            if not stat.S_ISREG(facts.st_mode):
                raise OSError(errno.EINVAL, "it is no ordinary file", str(path))
            if facts.st_size > most and not last:
                raise OSError(errno.EFBIG, f"it is larger than {most:,} bytes", str(path))
            file.seek(max(0, facts.st_size - most))
            return file.read(min(most, facts.st_size))  # `most` would be reserved, however small the file
    except IsADirectoryError as error:
        raise OSError(errno.EINVAL, "it is a folder", str(path)) from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "it is a link, which is not followed", str(path)) from error
        raise


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a file's content; it is read again only once it was replaced or changed.

    Contents tell what is newer than what, and times don't: they may be those of another machine's clock.

    Raises:
        OSError: There is no such file, or it can't be read.
    """
    status = path.stat()
    return _digest(path, (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns))


@lru_cache(maxsize=256)
def _digest(path: Path, stamp: tuple[int, ...]) -> str:
    """Return a file's SHA-256; `stamp` tells it from any other that was or will be there under its name."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
