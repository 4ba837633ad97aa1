"""Importing a module of catdog must cost nothing: no TensorFlow, no Streamlit, no folder, no connection."""

import json
import os
import pkgutil
import subprocess
import sys

import pytest

import catdog
from catdog.settings import PROJECT

MODULES = sorted(
    module.name for module in pkgutil.walk_packages(catdog.__path__, "catdog.") if not module.name.endswith("__main__")
)
ENTRIES = ["catdog.__main__", "catdog.training.__main__"]

# Each module in a fresh interpreter of its own, forked from one that has imported nothing of catdog yet, only innocent
# packages that many modules share: a whole process for each of the fifty would take half a minute.
PROBE = """
import importlib, json, os, socket, sys
import numpy, PIL.Image, psutil, requests

def refuse(*_):
    raise AssertionError("a connection was opened at import")

socket.socket.connect = refuse
report = {}
for name in sys.argv[1:]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            importlib.import_module(name)
            heavy = sorted({module.partition(".")[0] for module in sys.modules} & {"streamlit", "tensorflow", "keras"})
            answer = {"heavy": heavy}
        except BaseException as error:
            answer = {"error": repr(error)}
        os.write(writer, json.dumps(answer).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        report[name] = json.loads(pipe.read())
    os.waitpid(child, 0)
print(json.dumps(report))
"""


@pytest.fixture(scope="module")
def probed(tmp_path_factory):
    """What each module pulled in, and the folder that would have been home."""
    home = tmp_path_factory.mktemp("import") / "home"
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *MODULES, *ENTRIES],
        cwd=PROJECT,
        env=os.environ | {"CATDOG_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout), home


def test_the_walk_finds_the_packages():
    assert {
        "catdog.models.specs",
        "catdog.datasets.photos",
        "catdog.training.loop",
        "catdog.runs.executors.local",
    } <= set(MODULES)


@pytest.mark.parametrize("name", MODULES + ENTRIES)
def test_a_module_imports_neither_streamlit_nor_tensorflow(probed, name):
    assert probed[0][name] == {"heavy": []}


def test_no_import_makes_the_home_folder(probed):
    assert not probed[1].exists()
