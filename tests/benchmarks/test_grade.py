"""The benchmark of grading: it grades as many hand-ins as it is told."""

import json
import subprocess
import sys

import pytest

from catdog.settings import PROJECT

pytestmark = pytest.mark.slow


def test_handing_in_and_grading_are_measured():
    command = [sys.executable, "-m", "benchmarks.grade", "--students", "2", "--validation", "40", "--json"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert [(row["students"], row["what"]) for row in rows] == [(2, "handing in"), (2, "grading")]
    assert all(row["value"] > 0 for row in rows)
