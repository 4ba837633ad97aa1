"""A dashboard server as a user starts it, in a process and a home of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from catdog.settings import PROJECT, Settings

PATIENCE = 120.0  # seconds until a server must answer, or must have ended
NOWHERE = "http://127.0.0.1:9/photos.zip"  # the "discard" port, where nothing listens


class Server:
    """`streamlit run dashboard.py` on a free port; it is started by making it, ended by `stop`, and may `restart`.

    Its port is that of an earlier server of this process where there is one and it is free: what a browser has compiled
    it knows by its address, with the port, so that it need not compile Streamlit's programs for each server anew.
    Its trainings are real, but learn with a small network (tests/browser/light.py).

    options: more of them for streamlit run. settings: what the server and its training processes read. address: without
    a slash at the end.
    log: the file with all that the server printed. Raises RuntimeError, with that log, where it never answers.
    """

    _ended: ClassVar[set[int]] = set()  # the ports of those that were stopped

    def __init__(
        self, home: Path, photos_url: str = NOWHERE, options: tuple[str, ...] = (), **settings: object
    ) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.settings = Settings(home=home, photos_url=photos_url, **{"first_model": False, **settings})
        self.log = home / "server.log"
        self._port = next((port for port in sorted(self._ended) if is_free(port)), None) or free_port()
        self._ended.discard(self._port)
        self.address = f"http://127.0.0.1:{self._port}"
        self._command = [sys.executable, "-m", "tests.browser.light", "run", "dashboard.py"]
        self._command += ["--server.port", str(self._port), "--server.headless", "true", *options]
        self._start()

    def output(self) -> str:
        """Return all that the server has printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """End the server and the trainings that it started."""
        self._end()
        self._ended.add(self._port)
        self.end_trainings()

    def restart(self) -> None:
        """End the server, but none of its trainings, and start it again under the same address."""
        self._end()
        self._start()

    def hold_trainings(self, epoch: int) -> None:
        """Let each training wait in this epoch until it shall stop, or until `release_trainings`."""
        (self.settings.home / "stuck").write_text(f"hold {epoch}")

    def release_trainings(self) -> None:
        """Let the trainings that wait go on, and let none wait any more."""
        (self.settings.home / "stuck").unlink(missing_ok=True)

    def train_lightly(self) -> None:
        """Let trainings learn nothing (tests/light_training.py), which takes no TensorFlow, until `end_trainings`."""
        (self.settings.home / "light").touch()

    def end_trainings(self) -> None:
        """Kill the trainings that go on; they are processes of their own, which outlive the server."""
        self.release_trainings()
        (self.settings.home / "light").unlink(missing_ok=True)
        for pid in self._trainings():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _start(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CATDOG_")}
        environment |= self.settings.environment() | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self._command, cwd=PROJECT, env=environment, stdout=log, stderr=log)
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.stop()
            raise

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(PATIENCE)

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + PATIENCE
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(OSError):
                opener.open(f"{self.address}/_stcore/health", timeout=5).close()
                return
            time.sleep(0.1)
        raise RuntimeError(f"The server does not answer at {self.address}. It printed:\n{self.output()}")

    def _trainings(self) -> list[int]:
        """Return the processes that were told this server's home, other than the server itself and this one."""
        mark = f"CATDOG_HOME={self.settings.home}".encode()
        pids = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it has just ended, or belongs to somebody else
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    pids.append(int(folder.name))
        return [pid for pid in pids if pid not in (os.getpid(), self._process.pid)]


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def is_free(port: int) -> bool:
    """Tell whether nothing listens on this port of 127.0.0.1 at this moment."""
    with suppress(OSError), socket.create_server(("127.0.0.1", port)):
        return True
    return False
