"""catdog.utils.processes: what a child process is told, where its output goes, and that no zombie stays."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from catdog.utils.processes import child_variables, start_process

CHILD = """
import json, os, sys
names = ("COLOUR", "HOME_TOWN", "KERAS_BACKEND", "PYTHONPATH", "TF_CPP_MIN_LOG_LEVEL")
report = {name: os.environ.get(name) for name in names} | {"arguments": sys.argv[1:], "read": sys.stdin.read()}
print(json.dumps(report))
print("trouble", file=sys.stderr)
print(os.getcwd(), os.getsid(0) == os.getpid())
"""
HASTENED = """
from importlib.util import find_spec
from catdog.utils.processes import hasten_tensorflow
packages = ("matplotlib", "pandas", "scipy", "sklearn", "numpy")
assert all(map(find_spec, packages))
hasten_tensorflow()
for package in packages:
    try:
        __import__(package)
        print(package, "is here")
    except ImportError:
        print(package)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with one module, called child."""
    (tmp_path / "child.py").write_text(CHILD)
    return tmp_path.resolve()


def test_a_child_knows_project_and_settings(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME_TOWN", "of the parent")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    with (project / "log").open("wb") as log:
        child = start_process("child", "a", "b c", project=project, variables={"COLOUR": "red"}, log=log)
    assert child.wait(timeout=30) == 0
    report, *rest = (project / "log").read_text().splitlines()
    assert json.loads(report) == {
        "COLOUR": "red",
        "HOME_TOWN": "of the parent",
        "KERAS_BACKEND": "tensorflow",
        "PYTHONPATH": os.pathsep.join((str(project), "/elsewhere")),
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "arguments": ["a", "b c"],
        "read": "",
    }
    assert sorted(rest) == [f"{project} True", "trouble"]


def test_variables_win_over_those_of_this_process(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    assert child_variables(project, {})["TF_CPP_MIN_LOG_LEVEL"] == "0"
    assert child_variables(project, {"KERAS_BACKEND": "jax"})["KERAS_BACKEND"] == "jax"


def test_pipes_carry_input_and_output(project: Path) -> None:
    pipe = subprocess.PIPE
    with (project / "log").open("wb") as log:
        options = {"log": log, "stdin": pipe, "stdout": pipe, "detached": False}
        child = start_process("child", project=project, variables={}, **options)
    child.stdin.write(b"hello")
    child.stdin.close()
    with child.stdout as lines:
        assert json.loads(lines.readline())["read"] == "hello"
        assert lines.read().split()[-1] == b"False"
    assert child.wait(timeout=30) == 0
    assert (project / "log").read_text() == "trouble\n"


def test_tensorflow_does_without_what_only_its_inputs_need(project: Path) -> None:
    (project / "child.py").write_text(HASTENED)
    with (project / "log").open("wb") as log:
        child = start_process("child", project=project, variables={"PYTHONPATH": os.pathsep.join(sys.path)}, log=log)
    assert child.wait(timeout=30) == 0
    assert (project / "log").read_text().split() == ["matplotlib", "pandas", "scipy", "sklearn", "numpy", "is", "here"]


def test_a_child_that_watches_its_parent_ends_with_it(project: Path) -> None:
    (project / "child.py").write_text(
        "import time; from catdog.utils.processes import end_with_parent; end_with_parent(); print('up', flush=True); "
        "time.sleep(60)"
    )
    parent = (
        "import sys, time; from pathlib import Path; from subprocess import PIPE; "
        "from catdog.utils.processes import start_process; "
        "options = {'stdin': PIPE, 'stdout': PIPE, 'detached': False}; "
        "child = start_process('child', project=Path(sys.argv[1]), variables={}, **options); "
        "child.stdout.readline(); print(child.pid, flush=True); time.sleep(60)"
    )
    variables = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen([sys.executable, "-c", parent, str(project)], stdout=subprocess.PIPE, env=variables)
    child = psutil.Process(int(process.stdout.readline()))
    assert child.is_running()
    process.kill()
    process.communicate()
    assert psutil.wait_procs([child], timeout=30)[1] == []


def test_no_zombie_is_left_though_nobody_waits(project: Path) -> None:
    with (project / "log").open("wb") as log:
        pid = start_process("child", project=project, variables={}, log=log).pid
    end = time.monotonic() + 30
    while psutil.pid_exists(pid):
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_log_has_times_and_only_our_own_small_talk(tmp_path: Path) -> None:
    program = (
        "import logging; from catdog.utils.processes import log_to_stderr; log_to_stderr(); "
        "logging.getLogger('catdog.runs').info('slot taken'); logging.getLogger('other').info('chatter')"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    (line,) = ended.stderr.splitlines()
    assert line.endswith(" INFO catdog.runs: slot taken")
    time.strptime(line[:19], "%Y-%m-%d %H:%M:%S")
