"""Importing catdog must cost nothing: no TensorFlow, no Streamlit, no folder, no connection."""

import json
import os
import pkgutil
import subprocess
import sys

import catdog
from catdog.settings import PROJECT

# One interpreter imports every module, and names each that first brings something heavy along.
PROBE = """
import importlib, json, socket, sys

def refuse(*_):
    raise AssertionError("a connection was opened at import")

socket.socket.connect = refuse
report, seen = {}, set()
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except BaseException as error:
        report[name] = repr(error)
    heavy = {module.partition(".")[0] for module in sys.modules} & {"streamlit", "tensorflow", "keras", "pages"}
    if heavy - seen:
        report[name] = sorted(heavy - seen)
        seen |= heavy
print(json.dumps(report))
"""


def test_importing_catdog_loads_nothing_heavy_and_touches_nothing(tmp_path):
    modules = sorted(module.name for module in pkgutil.walk_packages(catdog.__path__, "catdog."))
    assert {"catdog.__main__", "catdog.models.specs", "catdog.training.loop", "catdog.runs.executors.local"} <= {
        *modules
    }
    home = tmp_path / "home"
    probe = subprocess.run(
        [sys.executable, "-c", PROBE, *modules],
        cwd=PROJECT,
        env=os.environ | {"CATDOG_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert probe.returncode == 0, probe.stderr
    assert json.loads(probe.stdout) == {}
    assert not home.exists()
