"""catdog.utils.download: the file comes whole or not at all, and every failure is a few words."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from catdog.utils import download as module
from catdog.utils.download import DownloadError, download

CONTENT = bytes(range(256)) * 1200  # 300 KB, several blocks


class Handler(BaseHTTPRequestHandler):
    """Answers by path: /whole, /unsized, /cut, /moved, /slow, /resumed, /changed; anything else is an error 404.

    The last two break off after 200,000 bytes and say that they can go on; /changed then has another file.
    """

    ranges: ClassVar[list[str | None]] = []  # the ranges that were requested of /resumed and /changed

    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/whole")
            self.end_headers()
            return
        if self.path in ("/resumed", "/changed"):
            self.resume()
            return
        if self.path not in ("/whole", "/unsized", "/cut", "/slow"):
            self.send_error(404)
            return
        self.send_response(200)
        if self.path != "/unsized":
            self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        if self.path == "/slow":
            self.wfile.write(CONTENT[:100_000])
            time.sleep(0.8)
            self.wfile.write(CONTENT[100_000:])
        else:
            self.wfile.write(CONTENT[:200_000] if self.path == "/cut" else CONTENT)

    def resume(self) -> None:
        """Send what a first request gets, or from a range on if the file is the one that `If-Range` names."""
        start, tag = self.headers["Range"], '"new"' if self.path == "/changed" and self.ranges else '"old"'
        self.ranges.append(start)
        first = int(start[6:-1]) if start and self.headers["If-Range"] == tag else 0
        self.send_response(206 if first else 200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(CONTENT) - first))
        self.end_headers()
        self.wfile.write(CONTENT[first:] if start else CONTENT[:200_000])

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.handle_error = lambda *_: None  # whoever downloads may hang up
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()
        thread.join()


@pytest.fixture
def silent_server() -> Iterator[str]:
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "new" / "photos.zip"


@pytest.fixture
def ranges(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The ranges that will be requested; a new try comes at once."""
    monkeypatch.setattr(module, "PAUSES", (0, 0))
    Handler.ranges.clear()
    return Handler.ranges


def refusal(url: str, target: Path, **options: object) -> str:
    """Return the words of the error that a download must end with; nothing of it may be left."""
    with pytest.raises(DownloadError) as caught:
        download(url, target, "downloading", **options)
    assert not list(target.parent.glob("*"))
    return str(caught.value)


@pytest.mark.parametrize("path", ["/whole", "/unsized", "/moved"])
def test_a_download_over_http_is_the_file_byte_for_byte(server: str, target: Path, path: str) -> None:
    download(server + path, target, "downloading")
    assert target.read_bytes() == CONTENT


def test_progress_ends_at_the_size_and_is_never_beyond_it(server: str, target: Path) -> None:
    seen = []
    download(f"{server}/slow", target, "downloading", lambda *values: seen.append(values))
    done = [values[0] for values in seen]
    assert seen[-1] == (len(CONTENT), len(CONTENT), "downloading")
    assert done == sorted(done)
    assert any(0 < number < len(CONTENT) for number in done)


def test_progress_is_called_in_the_thread_of_the_caller(server: str, target: Path) -> None:
    threads = set()
    download(f"{server}/whole", target, "downloading", lambda *_: threads.add(threading.get_ident()))
    assert threads == {threading.get_ident()}


def test_a_total_that_is_not_known_is_zero(server: str, target: Path) -> None:
    seen = []
    download(f"{server}/unsized", target, "downloading", lambda *values: seen.append(values[:2]))
    assert seen[-1] == (len(CONTENT), 0)


def test_a_file_address_with_percent_signs_is_read(tmp_path: Path, target: Path) -> None:
    source = tmp_path / "my photos #1, 100% größer?.zip"
    source.write_bytes(CONTENT)
    assert "%20" in source.as_uri()
    download(source.as_uri(), target, "downloading")
    assert target.read_bytes() == CONTENT


def test_a_download_that_breaks_off_is_an_error(server: str, target: Path) -> None:
    assert "broke off" in refusal(f"{server}/cut", target)


def test_an_error_of_the_server_is_named(server: str, target: Path) -> None:
    assert refusal(f"{server}/gone", target) == "it answers with the error 404"


def test_a_server_that_never_answers_is_given_up_in_time(silent_server: str, target: Path) -> None:
    message = refusal(f"{silent_server}/photos.zip", target, give_up_after=0.5)
    assert "could not be reached within 0.5 seconds" in message


def test_a_server_that_never_answers_times_out_by_itself(
    silent_server: str, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TIMEOUT", 0.2)
    assert "did not answer within 0.2 seconds" in refusal(f"{silent_server}/photos.zip", target)


def test_a_name_that_is_looked_up_for_ever_is_given_up_in_time(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, given_up, answered = threading.Event(), threading.Event(), threading.Event()

    def look_up(*_: object, **__: object) -> list:
        begun.set()
        given_up.wait(120)
        answered.set()
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert "could not be reached" in refusal("http://photos.invalid/photos.zip", target, give_up_after=0.3)
    assert begun.is_set()
    assert not answered.is_set()
    given_up.set()


def test_a_name_that_nobody_knows_cannot_be_reached(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_: object, **__: object) -> list:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert "can't be reached" in refusal("http://photos.invalid/photos.zip", target)


def test_giving_up_looks_at_the_first_bytes_only(server: str, target: Path) -> None:
    download(f"{server}/slow", target, "downloading", give_up_after=0.7)
    assert target.read_bytes() == CONTENT


def test_a_refused_connection_cannot_be_reached(target: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert "can't be reached" in refusal(f"http://127.0.0.1:{port}/photos.zip", target)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/photos.zip", "/data/photos.zip", "photos.zip", ""])
def test_an_address_of_another_kind_is_refused(url: str, target: Path) -> None:
    assert "http://, https:// or file://" in refusal(url, target)


@pytest.mark.parametrize("url", ["http://", "http://[bad/photos.zip", "http://127.0.0.1:port/photos.zip"])
def test_an_address_that_is_none_is_refused(url: str, target: Path) -> None:
    assert refusal(url, target) == "that is no address"


def test_a_file_that_is_missing_or_a_folder_is_refused(tmp_path: Path, target: Path) -> None:
    for path in (tmp_path / "missing.zip", tmp_path):
        assert refusal(path.as_uri(), target) == "there is no such file"
    assert "can't be read" in refusal((tmp_path / ("x" * 300)).as_uri(), target)


def test_a_pipe_is_refused_instead_of_read_for_ever(tmp_path: Path, target: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert refusal(pipe.as_uri(), target) == "there is no such file"


def test_a_download_goes_on_where_it_broke_off(server: str, target: Path, ranges: list) -> None:
    done = []
    download(f"{server}/resumed", target, "downloading", lambda *values: done.append(values[:2]))
    assert target.read_bytes() == CONTENT
    assert ranges == [None, f"bytes={3 * module.BLOCK}-"]  # of the 200,000 bytes that came, the whole blocks
    assert done == sorted(done)
    assert {total for _, total in done[1:]} == {len(CONTENT)}


def test_a_file_that_changed_meanwhile_is_not_mixed(server: str, target: Path, ranges: list) -> None:
    assert "broke off" in refusal(f"{server}/changed", target)
    assert ranges == [None, *(f"bytes={3 * module.BLOCK}-" for _ in range(2))]


def test_a_full_disk_is_an_error_of_the_system(server: str, target: Path, full_disk) -> None:
    with full_disk(100_000), pytest.raises(OSError, match="File too large"):
        download(f"{server}/whole", target, "downloading")
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("path", ["/whole", "/unsized"])
def test_something_far_too_large_is_broken_off(server: str, target: Path, path: str) -> None:
    assert refusal(server + path, target, max_bytes=100_000) == "it is larger than 100 kB"


def test_an_interruption_leaves_nothing(server: str, target: Path) -> None:
    def interrupt(done: int, *_: object) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(f"{server}/slow", target, "downloading", interrupt)
    assert not target.exists()
    assert list(target.parent.iterdir()) == []
