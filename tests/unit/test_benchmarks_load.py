"""The benchmark of a class at the dashboard: real sessions at the real server while a model trains."""

import json
import subprocess
import sys

import pytest

from benchmarks.load import kinds_table, table
from benchmarks.pupils import OFTEN, TICK
from catdog.runs import list_runs
from catdog.settings import PROJECT, Settings

ROW = {
    "people": 50,
    "clicks": 1234,
    "p50": 0.05,
    "p95": 0.5,
    "p99": 0.7,
    "longest": 0.9,
    "errors": 0,
    "memory MB": 612.3,
    "most memory MB": 640.0,
    "server cores": 0.4,
    "people cores": 0.05,
    "epoch alone s": 2.0,
    "epoch with people s": 2.4,
    "slowed": 0.2,
    "pace lost": 0.1667,
    "kinds": {"browse": {"clicks": 3, "p50": 0.01, "p95": 0.02, "p99": 0.03, "longest": 0.04}},
}


def test_what_misses_its_target_is_marked():
    assert "missed" not in table([ROW])
    assert "1.00 s (missed)" in table([ROW | {"p95": 1.0}])
    assert "25 % longer, 20 % slower (missed)" in table([ROW | {"slowed": 0.25, "pace lost": 0.2}])
    assert "3 (missed)" in table([ROW | {"errors": 3}])
    assert "missed" not in table([ROW | {"people": 80, "p95": 2.0, "slowed": 0.5}])


def test_the_kinds_of_clicks_are_told_in_milliseconds():
    assert "| browse | 3 | 10 ms | 20 ms | 30 ms | 40 ms |" in kinds_table(ROW)


@pytest.fixture(scope="module")
def measured(untrained_home) -> dict:
    """What the benchmark finds with three people in a few seconds."""
    command = [sys.executable, "-m", "benchmarks.load", "--json", "--home", str(untrained_home), "--people", "3"]
    command += ["--seconds", "14", "--rest", "4", "--pause", "1.5"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    [row] = json.loads(done.stdout)
    return row


def test_people_at_work_meet_no_error_and_get_the_right_answers(measured):
    assert measured["errors"] == 0, measured["first errors"]
    assert measured["people"] == 3
    assert measured["clicks"] >= 12
    assert 0 < measured["p50"] <= measured["p95"] <= measured["p99"] <= measured["longest"]


def test_they_do_all_kinds_of_things_and_live_curves_move_on(measured):
    assert set(measured["kinds"]) >= {*OFTEN, "drop a photo", TICK}


def test_the_training_goes_on_meanwhile_and_is_gone_afterwards(measured, untrained_home):
    assert measured["epoch alone s"] > 0
    assert measured["epoch with people s"] > 0
    assert not [run for run in list_runs(Settings(home=untrained_home)) if run.name == "trains meanwhile"]
