"""Sessions at the dashboard's server, which request pages as a browser does, without a browser."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlencode

import psutil
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from catdog.settings import PROJECT, Settings

TIMEOUT = 1800.0  # seconds for a page; the first one reads all images


@contextmanager
def start_server(settings: Settings) -> Iterator[tuple[int, int]]:
    """Start the dashboard's server; yield its process id and port, and stop it and its processes afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "dashboard.py"]
    command += ["--server.port", str(port), "--server.headless", "true"]
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env=os.environ | settings.environment() | {"CATDOG_FIRST_MODEL": "0"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for_server(process, port)
        yield process.pid, port
    finally:
        # those at work for it too, since what they write must not come into a folder that is about to be removed
        family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.terminate()
        process.wait()
        for child in family:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        psutil.wait_procs(family, timeout=30)


class Session:
    """A browser tab at a server, which requests pages and receives them without drawing them.

    Attributes:
        images: How many images the last page had.
        charts: How many charts it had.
        pages: Addresses of all pages by name, in the navigation's order, once a page was opened; the first page's
            address is "".
        timeout: Seconds without a message from the server that raise TimeoutError.
    """

    timeout = TIMEOUT

    def __init__(self, port: int) -> None:
        self.images = self.charts = 0
        self.pages: dict[str, str] = {}
        self._page = ""
        self._hashes: dict[str, str] = {}
        self._socket: ClientConnection = connect(
            f"ws://127.0.0.1:{port}/_stcore/stream", subprotocols=["streamlit"], max_size=None
        )

    def __enter__(self) -> "Session":
        self._socket.__enter__()  # else newer versions of websockets warn
        return self

    def __exit__(self, *error: object) -> None:
        self._socket.__exit__(*error)

    def open(self, page: str, /, **query: object) -> float:
        """Open a page in this tab.

        With another query, an open page runs again as after a click or after going back in the browser. Another page
        opens as after a click on a link.

        Args:
            page: The page's address, "" for the first one.
            **query: The query string's values; a list gives its name several times.

        Returns:
            Seconds from the request until all of the page has come.

        Raises:
            RuntimeError: There is no such page, or it shows an error.
        """
        request = BackMsg()
        state = request.rerun_script
        state.query_string, state.page_name = urlencode(query, doseq=True), page
        if self._page:
            state.page_script_hash = self._hashes.get(page, self._page)
            state.is_history_navigation = state.page_script_hash == self._page
        began = time.perf_counter()
        self._socket.send(request.SerializeToString())
        self._wait_for_page(page)
        return time.perf_counter() - began

    def _wait_for_page(self, page: str, ends: Collection[int] = (ForwardMsg.FINISHED_SUCCESSFULLY,)) -> None:
        """Receive messages until the page's script has ended in one of these ways."""
        self.images = self.charts = 0
        while True:
            message = ForwardMsg.FromString(self._socket.recv(timeout=self.timeout, decode=False))
            self._handle(message, page)
            kind = message.WhichOneof("type")
            if kind == "script_finished" and message.script_finished in ends:
                return

    def _handle(self, message: ForwardMsg, page: str) -> None:
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self._page = message.navigation.page_script_hash
            pages = message.navigation.app_pages
            self.pages = {entry.url_pathname or entry.page_name.lower(): entry.url_pathname for entry in pages}
            self._hashes = {entry.url_pathname: entry.page_script_hash for entry in pages}
        elif kind == "page_not_found":
            raise RuntimeError(f"The dashboard has no page {page!r}.")
        elif kind == "delta":
            self._inspect(message, page)

    def _inspect(self, message: ForwardMsg, page: str) -> None:
        element = message.delta.new_element
        if element.WhichOneof("type") == "imgs":
            self.images += len(element.imgs.imgs)
        elif element.WhichOneof("type") == "plotly_chart":
            self.charts += 1
        elif element.WhichOneof("type") == "exception":
            raise RuntimeError(f"The page {page!r} shows an exception: {element.exception.message}")
        elif element.WhichOneof("type") == "alert" and element.alert.format == Alert.ERROR:
            raise RuntimeError(f"The page {page!r} shows an error: {element.alert.body}")


def _wait_for_server(process: subprocess.Popen, port: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The dashboard's server did not start.")
