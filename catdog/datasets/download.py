"""Bring the photo set's zip to this machine: over http, https, or from a file address."""

import errno
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import SplitResult, unquote, urlsplit

import requests

from catdog.errors import DataError
from catdog.utils.progress import Progress, silent

WHAT = "downloading the photos"
MAX_BYTES = 2 * 1024**3
BLOCK = 1 << 16
TIMEOUT = 20.0  # seconds to connect, and between two blocks
DETOUR = "check the connection, or set CATDOG_PHOTOS_URL to a copy of the zip"


def download(url: str, target: Path, progress: Progress = silent, give_up_after: float | None = None) -> None:
    """Write what `url` names to `target`; however it fails or is interrupted, nothing is left there.

    progress is called from this thread, ten times a second; what it raises ends the download.
    give_up_after: seconds within which the first bytes must have come, name look-up included. Raises DataError.
    """
    deadline = None if give_up_after is None else time.monotonic() + give_up_after
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            transfer = _Transfer(url, file)
            transfer.start()
            running = True
            while running:
                transfer.join(0.1)
                running = transfer.is_alive()  # asked before the report, so that the last one is of the end
                progress(transfer.done, transfer.total, WHAT)
                late = deadline is not None and time.monotonic() > deadline
                if running and late and not transfer.done:
                    raise DataError(f"The photos could not be reached within {give_up_after:g} seconds: {DETOUR}.")
        if transfer.failure is not None:
            raise transfer.failure
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise not_stored(error) from error
        raise


def not_stored(error: OSError, what: str = "photos") -> DataError:
    """Say why the photos, or `what`, could not be written and what helps."""
    hint = "check the folder's permissions or set CATDOG_HOME to another folder"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        hint = "free some disk space (about 200 MB) or set CATDOG_HOME to another disk"
    return DataError(f"The {what} could not be stored ({error.strerror or error}): {hint}.")


class _Transfer(threading.Thread):
    """Copies what a URL names into a file, in a thread: neither name look-up nor connecting has one deadline for both.

    done, total: bytes, total 0 if not known. failure: what ended it early; an OSError only if writing failed.
    Whoever started it stops it by closing the file.
    """

    def __init__(self, url: str, file: BinaryIO) -> None:
        super().__init__(daemon=True, name="download")
        self.done = 0
        self.total = 0
        self.failure: Exception | None = None
        self._url = url
        self._file = file

    def run(self) -> None:
        """Copy to the end, or keep what went wrong."""
        try:
            with _reading(self._url) as (self.total, blocks):
                for block in blocks:
                    self._store(block)
        except Exception as error:  # raised again by the thread that waits for this one
            self.failure = error.error if isinstance(error, _WriteError) else error

    def _store(self, block: bytes) -> None:
        try:
            self._file.write(block)
        except OSError as error:
            raise _WriteError(error) from error
        self.done += len(block)
        if self.done > MAX_BYTES:
            raise DataError(
                f"CATDOG_PHOTOS_URL names something larger than {MAX_BYTES // 1024**3} GB, so it is not the photo set: "
                "correct it."
            )


class _WriteError(Exception):
    """Keeps a failed write apart from a failed read: both are an OSError."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error)
        self.error = error


@contextmanager
def _reading(url: str) -> Iterator[tuple[int, Iterator[bytes]]]:
    """Yield the number of bytes behind `url`, 0 if not known, and their blocks; raise DataError where that fails."""
    try:
        parts = urlsplit(url)
        place = parts.netloc.rpartition("@")[2]  # a name and password in the address must not be shown
        if parts.scheme == "file":
            with _file(parts) as found:
                yield found
        elif parts.scheme in ("http", "https"):
            # compressed on the way, the zip would not get smaller, and its length would not be known
            with requests.get(url, stream=True, timeout=TIMEOUT, headers={"Accept-Encoding": "identity"}) as answer:
                answer.raise_for_status()
                length = answer.headers.get("Content-Length", "")
                yield int(length) if length.isdecimal() else 0, answer.iter_content(BLOCK)
        else:
            raise DataError(f"CATDOG_PHOTOS_URL must start with http://, https:// or file://, and {url!r} does not.")
    except requests.HTTPError as error:
        raise DataError(f"{place} answered with the error {error.response.status_code}: {DETOUR}.") from error
    except requests.Timeout as error:
        raise DataError(f"{place} did not answer within {TIMEOUT:g} seconds: {DETOUR}.") from error
    except requests.exceptions.ChunkedEncodingError as error:
        raise DataError(f"The download from {place} broke off: try again, or {DETOUR}.") from error
    except ValueError as error:  # requests' errors for an address that can't be one are of this kind too
        raise DataError(f"CATDOG_PHOTOS_URL is {url!r}, which is no address: correct it.") from error
    except OSError as error:  # every other error of requests is one
        raise DataError(f"The photos could not be downloaded from {place}: {DETOUR}.") from error


@contextmanager
def _file(parts: SplitResult) -> Iterator[tuple[int, Iterator[bytes]]]:
    path = Path(unquote(parts.path))
    try:
        if not path.is_file():  # also keeps away from pipes, which could be read for ever
            raise DataError(f"There is no file {path}: correct CATDOG_PHOTOS_URL.")
        with path.open("rb") as file:
            yield os.fstat(file.fileno()).st_size, iter(lambda: file.read(BLOCK), b"")
    except OSError as error:
        raise DataError(f"The file {path} can't be read ({error.strerror or error}): {DETOUR}.") from error
