"""catdog.datasets.download: the zip comes whole or not at all, and every failure is one sentence."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from catdog.datasets import download as module
from catdog.datasets.download import download
from catdog.errors import DataError

CONTENT = bytes(range(256)) * 1200  # 300 KB, several blocks


class Handler(BaseHTTPRequestHandler):
    """Answers by path: /whole, /unsized, /cut, /moved, /slow; anything else is an error 404."""

    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/whole")
            self.end_headers()
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

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
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


def refusal(url: str, target: Path, **options: object) -> str:
    """Return the error that a download must end with; nothing of it may be left."""
    with pytest.raises(DataError) as caught:
        download(url, target, **options)
    assert not target.exists()
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    return message


@pytest.mark.parametrize("path", ["/whole", "/unsized", "/moved"])
def test_a_download_over_http_is_the_file_byte_for_byte(server: str, target: Path, path: str) -> None:
    download(server + path, target)
    assert target.read_bytes() == CONTENT


def test_progress_ends_at_the_size_and_is_never_beyond_it(server: str, target: Path) -> None:
    seen = []
    download(f"{server}/slow", target, lambda *values: seen.append(values))
    done = [values[0] for values in seen]
    assert seen[-1] == (len(CONTENT), len(CONTENT), "downloading the photos")
    assert done == sorted(done)
    assert any(0 < number < len(CONTENT) for number in done)


def test_progress_is_called_in_the_thread_that_asked_for_the_download(server: str, target: Path) -> None:
    threads = set()
    download(f"{server}/whole", target, lambda *_: threads.add(threading.get_ident()))
    assert threads == {threading.get_ident()}


def test_a_total_that_is_not_known_is_zero(server: str, target: Path) -> None:
    seen = []
    download(f"{server}/unsized", target, lambda *values: seen.append(values[:2]))
    assert seen[-1] == (len(CONTENT), 0)


def test_a_file_address_with_percent_signs_is_read(tmp_path: Path, target: Path) -> None:
    source = tmp_path / "my photos #1, 100% größer?.zip"
    source.write_bytes(CONTENT)
    assert "%20" in source.as_uri()
    download(source.as_uri(), target)
    assert target.read_bytes() == CONTENT


def test_a_download_that_breaks_off_is_an_error(server: str, target: Path) -> None:
    assert "broke off" in refusal(f"{server}/cut", target)


def test_an_error_of_the_server_is_named(server: str, target: Path) -> None:
    message = refusal(f"{server}/gone", target)
    assert "404" in message
    assert "CATDOG_PHOTOS_URL" in message


def test_a_server_that_never_answers_is_given_up_in_time(silent_server: str, target: Path) -> None:
    start = time.monotonic()
    message = refusal(f"{silent_server}/photos.zip", target, give_up_after=0.5)
    assert time.monotonic() - start < 1.5
    assert "could not be reached within 0.5 seconds" in message


def test_a_server_that_never_answers_times_out_by_itself(
    silent_server: str, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TIMEOUT", 0.2)
    assert "did not answer within 0.2 seconds" in refusal(f"{silent_server}/photos.zip", target)


def test_a_name_that_is_looked_up_for_ever_is_given_up_in_time(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()
    answer = threading.Event()

    def look_up(*_: object, **__: object) -> list:
        asked.set()
        answer.wait(10)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    start = time.monotonic()
    assert "could not be reached" in refusal("http://photos.invalid/photos.zip", target, give_up_after=0.3)
    assert time.monotonic() - start < 1.5
    assert asked.is_set()
    answer.set()


def test_a_name_that_nobody_knows_is_one_sentence(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_: object, **__: object) -> list:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert "photos.invalid" in refusal("http://photos.invalid/photos.zip", target)


def test_giving_up_looks_at_the_first_bytes_only(server: str, target: Path) -> None:
    download(f"{server}/slow", target, give_up_after=0.7)
    assert target.read_bytes() == CONTENT


def test_a_refused_connection_is_one_sentence(target: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert f"127.0.0.1:{port}" in refusal(f"http://127.0.0.1:{port}/photos.zip", target)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/photos.zip", "/data/photos.zip", "photos.zip", ""])
def test_an_address_of_another_kind_is_refused(url: str, target: Path) -> None:
    assert "http://, https:// or file://" in refusal(url, target)


@pytest.mark.parametrize("url", ["http://", "http://[bad/photos.zip", "http://127.0.0.1:port/photos.zip"])
def test_an_address_that_is_none_is_refused(url: str, target: Path) -> None:
    assert repr(url) in refusal(url, target)


def test_a_file_that_is_missing_or_a_folder_is_refused(tmp_path: Path, target: Path) -> None:
    for path in (tmp_path / "missing.zip", tmp_path, tmp_path / ("x" * 300)):
        assert "CATDOG_PHOTOS_URL" in refusal(path.as_uri(), target)


def test_a_pipe_is_refused_instead_of_read_for_ever(tmp_path: Path, target: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert "There is no file" in refusal(pipe.as_uri(), target)


def test_a_password_in_the_address_is_not_shown(server: str, target: Path) -> None:
    message = refusal(server.replace("//", "//anna:secret@") + "/gone", target)
    assert "secret" not in message
    assert "anna" not in message


def test_a_full_disk_is_told_from_a_failed_download(server: str, target: Path, full_disk) -> None:
    with full_disk(100_000):
        message = refusal(f"{server}/whole", target)
    assert "could not be stored" in message
    assert "free some disk space" in message
    download(f"{server}/whole", target)


def test_something_far_too_large_is_broken_off(server: str, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 100_000)
    assert "not the photo set" in refusal(f"{server}/whole", target)


def test_an_interruption_leaves_nothing(server: str, target: Path) -> None:
    def interrupt(done: int, *_: object) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(f"{server}/slow", target, interrupt)
    assert not target.exists()
    assert list(target.parent.iterdir()) == []
