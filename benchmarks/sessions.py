"""The dashboard's server as a browser uses it, without a browser: how long it works for a page, and its memory."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from catdog.settings import PROJECT, Settings

TIMEOUT = 1800.0  # seconds for one page; the first one reads all pictures


@contextmanager
def start_server(settings: Settings) -> Iterator[tuple[int, int]]:
    """Start a server of the dashboard; yield its process id and its port, and end it afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "dashboard.py"]
    command += ["--server.port", str(port), "--server.headless", "true"]
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env=os.environ | settings.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(process, port)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait()


class Session:
    """One browser window on a server, which opens pages by their addresses and looks at none of them.

    pictures: how many pictures the last page had. pages: {name: address} of all pages, in the navigation's order, once
    one was opened; the first page's address is "". patience: seconds after which nothing that comes is a TimeoutError.
    """

    patience = TIMEOUT

    def __init__(self, port: int) -> None:
        self.pictures = 0
        self.pages: dict[str, str] = {}
        self._page = ""
        self._hashes: dict[str, str] = {}
        self._line: ClientConnection = connect(
            f"ws://127.0.0.1:{port}/_stcore/stream", subprotocols=["streamlit"], max_size=None
        )

    def __enter__(self) -> "Session":
        self._line.__enter__()  # else newer versions of websockets warn
        return self

    def __exit__(self, *error: object) -> None:
        self._line.__exit__(*error)

    def open(self, page: str, /, **address: object) -> float:
        """Return the seconds from asking for a page until all of it has come; RuntimeError where it shows an error.

        Opening the page again with another address in the same window is what going back and forth in the browser is:
        the same run of the page as after a click; opening another one is what following a link is. A list in the
        address gives its name several times.
        """
        asked = BackMsg()
        state = asked.rerun_script
        state.query_string, state.page_name = urlencode(address, doseq=True), page
        if self._page:
            state.page_script_hash = self._hashes.get(page, self._page)
            state.is_history_navigation = state.page_script_hash == self._page
        began = time.perf_counter()
        self._line.send(asked.SerializeToString())
        self._wait_for_page(page)
        return time.perf_counter() - began

    def _wait_for_page(self, page: str, ends: Collection[int] = (ForwardMsg.FINISHED_SUCCESSFULLY,)) -> None:
        """Take in what the server sends until the page's script has come to its end, or to another one of `ends`."""
        self.pictures = 0
        while True:
            message = ForwardMsg.FromString(self._line.recv(timeout=self.patience, decode=False))
            self._hear(message, page)
            kind = message.WhichOneof("type")
            if kind == "script_finished" and message.script_finished in ends:
                return

    def _hear(self, message: ForwardMsg, page: str) -> None:
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self._page = message.navigation.page_script_hash
            pages = [(one.page_name.lower(), one.url_pathname) for one in message.navigation.app_pages]
            self.pages = {address or title: address for title, address in pages}
            self._hashes = {one.url_pathname: one.page_script_hash for one in message.navigation.app_pages}
        elif kind == "page_not_found":
            raise RuntimeError(f"The dashboard has no page {page!r}.")
        elif kind == "delta":
            self._look(message, page)

    def _look(self, message: ForwardMsg, page: str) -> None:
        element = message.delta.new_element
        if element.WhichOneof("type") == "imgs":
            self.pictures += len(element.imgs.imgs)
        elif element.WhichOneof("type") == "exception":
            raise RuntimeError(f"The page {page!r} shows an exception: {element.exception.message}")
        elif element.WhichOneof("type") == "alert" and element.alert.format == Alert.ERROR:
            raise RuntimeError(f"The page {page!r} shows an error: {element.alert.body}")


def _wait_for(process: subprocess.Popen, port: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The dashboard's server did not start.")
