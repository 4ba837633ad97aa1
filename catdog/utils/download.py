"""Download a file over http or https, or copy it from a file address."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests

from catdog.utils.files import whole_file
from catdog.utils.progress import Progress, silent
from catdog.utils.text import format_size

BLOCK = 1 << 16  # bytes
TIMEOUT = 20.0  # seconds to connect, and between two pieces
PAUSES = (1, 2, 4, 8)  # seconds before each new try of a download that broke off

Blocks = Iterator[tuple[bytes, int]]  # each with the size of the whole file, 0 if that is not known


class DownloadError(Exception):
    """A download failed; the message is a clause about the address, such as "it answers with the error 404"."""


def download(
    url: str,
    target: Path,
    what: str,
    progress: Progress = silent,
    *,
    give_up_after: float | None = None,
    max_bytes: int = 2_000_000_000,
) -> None:
    """Write what `url` names to `target`, whole: however it fails or is interrupted, nothing is left there.

    A download that breaks off goes on where it was, if the server can do that (RFC 9110, sections 13.1.5 and 14.2).

    Args:
        url: An http, https or file address.
        target: The file to write; its folder is made.
        what: What progress reports call the work.
        progress: Takes the bytes so far and in all; what it raises ends the download.
        give_up_after: Seconds within which the server must have begun to answer, name look-up included.
        max_bytes: How large the file may be.

    Raises:
        DownloadError: The address can't be used or reached, or holds something else.
        OSError: The file can't be written.
    """
    progress(0, 0, what)
    done = 0
    with whole_file(target) as temporary, temporary.open("wb") as file:
        for block, total in _read_blocks(url, give_up_after):
            done += file.write(block)
            if max(done, total) > max_bytes:
                raise DownloadError(f"it is larger than {format_size(max_bytes)}")
            progress(done, total, what)


def _read_blocks(url: str, give_up_after: float | None) -> Blocks:
    try:
        parts = urlsplit(url)
        if parts.scheme == "file":
            yield from _read_file(Path(unquote(parts.path)))
        elif parts.scheme in ("http", "https"):
            yield from _read_http(url, give_up_after)
        else:
            raise DownloadError("it must start with http://, https:// or file://")
    except requests.HTTPError as error:
        raise DownloadError(f"it answers with the error {error.response.status_code}") from error
    except requests.Timeout as error:
        raise DownloadError(f"it did not answer within {TIMEOUT:g} seconds") from error
    except ValueError as error:  # requests' errors for an address that can't be one are of this kind too
        raise DownloadError("that is no address") from error
    except requests.RequestException as error:
        raise DownloadError("it can't be reached, or broke off") from error
    except OSError as error:
        raise DownloadError(f"it can't be read: {error.strerror or error}") from error


def _read_file(path: Path) -> Blocks:
    if not path.is_file():  # also keeps away from pipes, which could be read for ever
        raise DownloadError("there is no such file")
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block, path.stat().st_size


def _read_http(url: str, give_up_after: float | None) -> Blocks:
    done, total, version = 0, 0, ""
    for pause in (*PAUSES, None):
        # compressed on the way, zips and weights would not get smaller, and their length would not be known
        headers = {"Accept-Encoding": "identity"}
        if done:
            headers |= {"Range": f"bytes={done}-", "If-Range": version}
        try:
            with _request(url, headers, None if done else give_up_after) as response:
                response.raise_for_status()
                if not done:
                    total = int(response.headers.get("Content-Length", 0))
                    version = response.headers.get("ETag", "") if "Accept-Ranges" in response.headers else ""
                elif response.status_code != requests.codes.partial_content:
                    raise requests.exceptions.ChunkedEncodingError
                for block in response.iter_content(BLOCK):
                    done += len(block)
                    yield block, total
            return
        except requests.RequestException:
            if not version or pause is None:
                raise
            time.sleep(pause)


def _request(url: str, headers: dict[str, str], give_up_after: float | None) -> requests.Response:
    """Return the server's answer as it begins. In a thread of its own, since looking up a name has no time-out."""
    answer: Future[requests.Response] = Future()

    def send() -> None:
        try:
            answer.set_result(requests.get(url, stream=True, timeout=TIMEOUT, headers=headers))
        except Exception as error:
            answer.set_exception(error)

    threading.Thread(target=send, daemon=True, name="download").start()
    try:
        return answer.result(give_up_after)
    except TimeoutError:
        raise DownloadError(f"it could not be reached within {give_up_after:g} seconds") from None
