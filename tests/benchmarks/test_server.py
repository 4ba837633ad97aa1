"""The benchmarks of predictions and of a class: real sessions at the real server, on models that nobody trained."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.classroom import LIVE_UPDATE, WEIGHTS
from benchmarks.inference import HEATMAP, KERAS_BATCH, KERAS_CALL, KERAS_SINGLE, LITERT_BULK, LITERT_SINGLE
from benchmarks.predict import TOLERANCE, make_runs
from catdog.datasets.synthetic.generate import generate_dataset
from catdog.models.specs import MODELS
from catdog.runs import list_runs
from catdog.settings import PROJECT, Settings


@pytest.fixture(scope="module")
def untrained_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with a few drawn images, and a run of each model that nobody trained."""
    settings = Settings(home=tmp_path_factory.mktemp("untrained") / "home", photos_url="file:///nowhere")
    generate_dataset(settings.data / "drawn", training=64, validation=40)
    make_runs(settings)
    return settings.home


@pytest.fixture(scope="module")
def measured(untrained_home: Path) -> dict:
    """What the benchmark finds with twenty people on a server whose models are untrained."""
    command = [sys.executable, "-m", "benchmarks.predict", "--json", "--number", "8", "--times", "1"]
    command += ["--people", "20", "--rounds", "1", "--pause", "0.5", "--home", str(untrained_home)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_litert_and_keras_answer_alike_in_every_model(measured: dict) -> None:
    apart = {row["model"]: row["apart"] for row in measured["ways"] if "apart" in row}
    assert set(apart) == set(MODELS)
    assert max(apart.values()) <= TOLERANCE


def test_every_way_is_measured_for_every_model(measured: dict) -> None:
    ways_measured = {(row["model"], row["way"]) for row in measured["ways"] if "way" in row}
    ways = (LITERT_SINGLE, LITERT_BULK, HEATMAP, KERAS_SINGLE, KERAS_CALL, KERAS_BATCH)
    assert ways_measured == {(model, way) for model in MODELS for way in ways}


def test_of_twenty_people_each_gets_their_own_predictions(measured: dict) -> None:
    server = measured["server"]
    assert (server["20 people answers"], server["20 people wrong"]) == (20, 0)
    assert (server["20 at the same instant answers"], server["20 at the same instant wrong"]) == (20, 0)


def test_200_photos_stay_under_700_megabytes(measured: dict) -> None:
    assert measured["server"]["TensorFlow in the server"] is False
    assert measured["server"]["most memory MB"] < 700


@pytest.fixture(scope="module")
def visited(untrained_home: Path) -> dict:
    """What the benchmark finds with six people in a few seconds; the sixth begins on Train, where curves are live.

    What each does next is drawn with a seed of their own. Of the first three one comes to Train as the fifth page, for
    which a slow machine has no time left.
    """
    command = [sys.executable, "-m", "benchmarks.load", "--json", "--home", str(untrained_home), "--people", "6"]
    command += ["--seconds", "14", "--rest", "4", "--pause", "1.5"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    [row] = json.loads(done.stdout)
    return row


def test_people_at_work_meet_no_error_and_get_the_right_answers(visited):
    assert visited["errors"] == 0, visited["first errors"]
    assert visited["people"] == 6
    assert visited["clicks"] >= 12
    assert 0 < visited["p50"] <= visited["p95"] <= visited["p99"] <= visited["longest"]


def test_they_do_all_kinds_of_things_and_live_curves_move_on(visited):
    assert set(visited["kinds"]) >= {*WEIGHTS, "drop a photo", LIVE_UPDATE}


def test_the_training_goes_on_meanwhile_and_is_gone_afterwards(visited, untrained_home):
    assert visited["epoch alone s"] > 0
    assert visited["epoch with people s"] > 0
    assert not [run for run in list_runs(Settings(home=untrained_home)) if run.name == "trains meanwhile"]
