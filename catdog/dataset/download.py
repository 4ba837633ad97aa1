"""Bring the photo set's zip to this machine: over http, https, or from a file address."""

import errno
import threading
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pooch
import requests

from catdog.errors import DataError
from catdog.progress import Progress, silent

WHAT = "downloading the photos"
MAX_BYTES = 2 * 1024**3
TIMEOUT = 20.0
DETOUR = "check the connection, or set CATDOG_PHOTOS_URL to a copy of the zip"


def download(url: str, target: Path, progress: Progress = silent, give_up_after: float | None = None) -> None:
    """Write what `url` names to `target`; on failure nothing is left there.

    give_up_after: seconds within which the first bytes must have come, name look-up included. Raises DataError.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    meter = _Meter(progress)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            _transfer(url, target, meter)
        except BaseException as error:
            failures.append(error)

    # a thread of its own, since neither name look-up nor connect can be given one deadline for both
    thread = threading.Thread(target=work, daemon=True, name="download")
    thread.start()
    deadline = None if give_up_after is None else time.monotonic() + give_up_after
    while thread.is_alive():
        thread.join(0.1)
        if deadline and not meter.done and time.monotonic() > deadline and thread.is_alive():
            meter.cancelled = True
            raise DataError(f"The photos could not be reached within {give_up_after:g} seconds: {DETOUR}.")
    if failures:
        target.unlink(missing_ok=True)
        raise _explained(failures[0], url) from failures[0]


class _Meter:
    """What pooch takes for a progress bar: passes bytes on, and ends a download that is too large or given up."""

    def __init__(self, progress: Progress) -> None:
        self.total = 0
        self.done = 0
        self.cancelled = False
        self._progress = progress

    def update(self, number: int) -> None:
        self.done += number
        if self.cancelled:
            raise DataError("The download was given up.")
        if self.done > MAX_BYTES:
            raise DataError(f"The address gave more than {MAX_BYTES // 1024**3} GB, so it is not the photo set.")
        self._progress(self.done, self.total, WHAT)

    def reset(self) -> None:
        """Do nothing: pooch rewinds the bar when it ends, which would only flicker here."""

    def close(self) -> None:
        """Do nothing: there is nothing to close."""


def _transfer(url: str, target: Path, meter: _Meter) -> None:
    parts = urlsplit(url)
    if parts.scheme == "file":
        source = Path(unquote(parts.path))
        meter.total = source.stat().st_size
        with source.open("rb") as reader, target.open("wb") as writer:
            while block := reader.read(1 << 20):
                writer.write(block)
                meter.update(len(block))
    elif parts.scheme in ("http", "https"):
        fetch = pooch.HTTPDownloader(progressbar=meter, chunk_size=1 << 16, timeout=TIMEOUT)
        fetch(url, str(target), None)
    else:
        raise DataError(
            f"CATDOG_PHOTOS_URL starts with {parts.scheme or 'no scheme'!r}: use an http, https or file address."
        )


def _explained(error: BaseException, url: str) -> BaseException:
    """Turn what a download can fail with into one sentence; a programming error stays what it is."""
    host = urlsplit(url).netloc or urlsplit(url).path
    if isinstance(error, requests.HTTPError):
        return DataError(f"{host} answered with an error ({error}): {DETOUR}.")
    if isinstance(error, requests.Timeout):
        return DataError(f"{host} did not answer within {TIMEOUT:g} seconds: {DETOUR}.")
    if isinstance(error, requests.RequestException):
        return DataError(f"The photos could not be downloaded from {host}: {DETOUR}.")
    if isinstance(error, FileNotFoundError):
        return DataError(f"There is no file {host}: correct CATDOG_PHOTOS_URL.")
    if isinstance(error, OSError):
        return DataError(f"The photos could not be stored ({error.strerror or error}): {storage_hint(error)}.")
    return error


def storage_hint(error: OSError) -> str:
    """Say what helps against a failed write."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "free some disk space (about 200 MB) or set CATDOG_HOME to another disk"
    return "check the folder's permissions or set CATDOG_HOME to another folder"
