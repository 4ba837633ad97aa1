"""A real Ray cluster on this machine, for tests: its head, more nodes, and their end."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.browser.server import free_port

PATIENCE = 120.0


@dataclass
class RayCluster:
    """address: of the dashboard; port: at which other nodes join; log: what the nodes print."""

    address: str
    port: int
    folder: Path
    nodes: list[subprocess.Popen] = field(default_factory=list)

    def join(self, *options: str) -> None:
        """Start one more node, which joins the head."""
        self.nodes.append(_start(self.folder, f"--address=127.0.0.1:{self.port}", *options))

    def leave(self, node: subprocess.Popen) -> None:
        """End a node with all its processes, at once, as a machine that loses its power."""
        for process in _tree(node.pid):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        node.wait()


@contextmanager
def ray_cluster(cpus: int = 2) -> Iterator[RayCluster]:
    """Start a head with so many processors, yield it once it takes jobs, and end it with all nodes that joined."""
    port, dashboard = free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="ray", dir="/tmp", ignore_cleanup_errors=True) as folder:
        cluster = RayCluster(f"http://127.0.0.1:{dashboard}", port, Path(folder))
        options = ["--head", f"--port={port}", f"--num-cpus={cpus}", "--include-dashboard=true"]
        options += ["--dashboard-host=127.0.0.1", f"--dashboard-port={dashboard}", f"--temp-dir={folder}"]
        cluster.nodes.append(_start(cluster.folder, *options))
        try:
            _wait_for(cluster)
            yield cluster
        finally:
            for node in reversed(cluster.nodes):
                cluster.leave(node)


def _start(folder: Path, *options: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", "--disable-usage-stats", *options]
    with (folder / "nodes.log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)


def _wait_for(cluster: RayCluster) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and cluster.nodes[0].poll() is None:
        try:
            with urllib.request.urlopen(f"{cluster.address}/api/jobs/", timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError((cluster.folder / "nodes.log").read_text(encoding="utf-8", errors="replace")[-3000:])


def _tree(pid: int) -> list[int]:
    import psutil

    try:
        process = psutil.Process(pid)
        return [*(child.pid for child in process.children(recursive=True)), pid]
    except psutil.NoSuchProcess:
        return []
