"""make: what the targets call, and that a wrong Python is told in one line before anything is made."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from catdog.settings import PROJECT


def make(folder: Path, *words: str) -> subprocess.CompletedProcess:
    """Call make in `folder` and return what it printed; it knows nothing of a make that runs these tests."""
    outer = ("MAKEFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "MFLAGS", "PYTHON", "PORT", "ARGS")
    environment = {name: value for name, value in os.environ.items() if name not in outer}
    command = ["make", "--no-print-directory", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def clone(tmp_path) -> Path:
    """A folder with what make needs, and no .venv."""
    for name in (
        "Makefile",
        "requirements.txt",
        "requirements-dev.txt",
        "requirements-ray.txt",
        "requirements-signin.txt",
        "requirements-onnx.txt",
    ):
        shutil.copy(PROJECT / name, tmp_path)
    return tmp_path


def python(folder: Path, *, fits: bool) -> Path:
    """Make a stand-in for Python in `folder` whose every call succeeds, or that has the wrong version."""
    path = folder / "python-stand-in"
    # a stand-in environment: `-m venv --clear .venv` copies the stand-in itself into it
    answer = 'if [ "$2" = venv ]; then mkdir -p .venv/bin && cp "$0" .venv/bin/python; fi; echo "called: $*" >> calls'
    wrong = 'if [ "$1" = -V ]; then echo "Python 3.9.1"; else exit 1; fi'
    path.write_text(f"#!/bin/sh\n{answer if fits else wrong}\n")
    path.chmod(0o755)
    return path


def calls(folder: Path) -> list[str]:
    """Return how the stand-in was called with -m or with a file, in order."""
    lines = (folder / "calls").read_text().splitlines()
    words = [line.removeprefix("called: ").removeprefix("-m ") for line in lines]
    return [line for line in words if not line.startswith("-")]


def test_help_lists_every_target():
    shown = make(PROJECT, "help").stdout
    assert all(
        f"make {name} " in shown for name in ("setup", "run", "test", "test-slow", "audit", "lint", "format", "clean")
    )


@pytest.mark.parametrize("target", ["run", "test", "lint", "setup"])
def test_a_python_that_does_not_fit_is_one_line_and_makes_nothing(clone, target):
    done = make(clone, target, f"PYTHON={python(clone, fits=False)}")
    assert done.returncode != 0
    lines = [line for line in done.stderr.splitlines() if not line.startswith("make: ***")]
    assert len(lines) == 1
    assert "Python 3.11 to 3.13 is needed" in lines[0]
    assert "Python 3.9.1" in lines[0]
    assert not (clone / ".venv").exists()


def test_a_python_that_is_not_there_is_one_line(clone):
    done = make(clone, "run", "PYTHON=python-of-nowhere")
    assert done.returncode != 0
    assert "python-of-nowhere was not found" in done.stderr
    assert not (clone / ".venv").exists()


def test_run_sets_up_once_then_fetches_and_serves(clone):
    stand_in = python(clone, fits=True)
    fetch_and_serve = [
        "catdog data --fetch --give-up-after 20",
        "dashboard.py --server.port=8501",
    ]
    assert make(clone, "run", f"PYTHON={stand_in}").returncode == 0
    first = calls(clone)
    assert "pip install --disable-pip-version-check -r requirements.txt" in first
    assert first[-2:] == fetch_and_serve
    (clone / "calls").unlink()
    assert make(clone, "run", f"PYTHON={stand_in}").returncode == 0
    assert calls(clone) == fetch_and_serve


def test_a_change_of_the_requirements_sets_up_again(clone):
    stand_in = python(clone, fits=True)
    make(clone, "setup", f"PYTHON={stand_in}")
    (clone / "calls").unlink()
    later = (clone / ".venv" / ".ready").stat().st_mtime + 5
    os.utime(clone / "requirements.txt", (later, later))
    make(clone, "setup", f"PYTHON={stand_in}")
    assert calls(clone) == ["pip install --disable-pip-version-check -r requirements.txt"]


def test_the_dashboard_starts_without_the_photos(clone):
    stand_in = python(clone, fits=True)
    stand_in.write_text(stand_in.read_text() + 'if [ "$2" = catdog ]; then exit 1; fi\n')
    done = make(clone, "run", f"PYTHON={stand_in}")
    assert done.returncode == 0
    assert calls(clone)[-1].startswith("dashboard.py")
    assert done.stderr == ""


@pytest.fixture
def weak() -> Iterator[tuple[str, list[str]]]:
    """A register of weaknesses on this machine, and the packages that it says are weak; it knows all the others."""
    names: list[str] = []

    class Register(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            package, reply = query["package"], {}
            if package["name"] in names:
                affected = [{"package": package, "versions": [query["version"]]}]
                reply = {"vulns": [{"id": "PYSEC-0000-1", "modified": "2026-01-01T00:00:00Z", "affected": affected}]}
            body = json.dumps(reply).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Register)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", names
    server.shutdown()
    server.server_close()


@pytest.mark.slow
def test_audit_fails_for_a_weak_package_and_without_an_answer(clone, weak):
    address, names = weak
    make(clone, "audit", f"PYTHON={python(clone, fits=True)}", f"ARGS=-s osv --osv-url {address}")
    command = [sys.executable, "-m", *calls(clone)[-1].split()]
    fine = subprocess.run(command, capture_output=True, text=True, check=False)
    assert fine.returncode == 0, fine.stderr
    names.append("pillow")
    audit = subprocess.run(command, capture_output=True, text=True, check=False)
    assert audit.returncode == 1
    assert "PYSEC-0000-1" in audit.stdout
    nowhere = [*command[:-1], "http://127.0.0.1:9"]
    assert subprocess.run(nowhere, capture_output=True, text=True, check=False).returncode != 0


def test_test_runs_pytest_with_the_arguments_given(clone):
    assert make(clone, "test", f"PYTHON={python(clone, fits=True)}", "ARGS=-k flip").returncode == 0
    assert calls(clone)[-1] == "pytest -m not slow --numprocesses=4 --dist=loadfile --no-loadscope-reorder -k flip"


def test_clean_keeps_photos_and_runs(clone):
    make(clone, "setup", f"PYTHON={python(clone, fits=True)}")
    keep = clone / "var" / "runs" / "mine"
    keep.mkdir(parents=True)
    (clone / "catdog" / "__pycache__").mkdir(parents=True)
    assert make(clone, "clean").returncode == 0
    assert not (clone / ".venv").exists()
    assert not (clone / "catdog" / "__pycache__").exists()
    assert keep.exists()


def test_ci_calls_lint_and_test(clone, monkeypatch):
    """.ci/run in a folder without a data folder beside it: CI=true, then make lint, make test and make test-slow."""
    (clone / ".ci").mkdir()
    shutil.copy(PROJECT / ".ci" / "run", clone / ".ci")
    (clone / "bin").mkdir()
    for name in ("make", "apt-get", "sudo"):  # the last two only so that nothing is installed from here
        stand_in = clone / "bin" / name
        stand_in.write_text('#!/bin/sh\necho "$(basename "$0") $* CI=$CI photos=$CATDOG_PHOTOS_URL"\n')
        stand_in.chmod(0o755)
    for name in ("CI", "CATDOG_PHOTOS_URL", "CATDOG_BACKBONE_WEIGHTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", f"{clone / 'bin'}:{Path(sys.executable).parent}:/usr/bin:/bin")
    done = subprocess.run([clone / ".ci" / "run"], cwd="/", capture_output=True, text=True, check=False)
    targets = ("lint", "test", "test-slow")
    assert done.stdout.splitlines()[-3:] == [f"make {target} CI=true photos=" for target in targets]
