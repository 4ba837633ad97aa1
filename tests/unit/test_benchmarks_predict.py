"""The benchmark of predictions, on models nobody trained: it measures the real server, whose answers must be right."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.answering import BULK, KERAS_BATCH, KERAS_CALL, KERAS_ONE, LOOK, SINGLE
from benchmarks.predict import ALIKE, server_table, ways_table
from catdog.models import MODELS
from catdog.settings import PROJECT


def test_what_misses_its_target_is_marked() -> None:
    def row(model: str, way: str, milliseconds: float) -> dict:
        return {"model": model, "way": way, "milliseconds": milliseconds, "per_second": 1000 / milliseconds}

    lines = ways_table(
        [
            row("model4", SINGLE, 2.4),
            row("model4", SINGLE, 2.6),
            row("model4", BULK, 5.0),
            row("model1", SINGLE, 6.0),
            row("model1", BULK, 60.0),
            {"model": "model1", "apart": 2e-4},
        ]
    ).splitlines()[2:]
    assert ["missed" in line for line in lines] == [False, True, True, False, False, True]
    assert "| model4 | LiteRT, one by one | 2.40 ms | 417 | ≤ 2.5 ms |" in lines


def test_the_server_table_has_whole_numbers() -> None:
    assert "| p95 ms | 1,235 |" in server_table({"p95 ms": 1234.6, "wrong": 0})
    assert "| wrong | 0 |" in server_table({"p95 ms": 1234.6, "wrong": 0})


@pytest.fixture(scope="module")
def measured(untrained_home: Path) -> dict:
    """What the benchmark finds with twenty people on a server whose models are untrained."""
    command = [sys.executable, "-m", "benchmarks.predict", "--json", "--number", "20", "--times", "2"]
    command += ["--people", "20", "--rounds", "1", "--pause", "0.5", "--home", str(untrained_home)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_litert_and_keras_answer_alike_in_every_model(measured: dict) -> None:
    apart = {row["model"]: row["apart"] for row in measured["ways"] if "apart" in row}
    assert set(apart) == set(MODELS)
    assert max(apart.values()) <= ALIKE


def test_every_way_is_measured_for_every_model(measured: dict) -> None:
    found = {(row["model"], row["way"]) for row in measured["ways"] if "way" in row}
    ways = (SINGLE, BULK, LOOK, KERAS_ONE, KERAS_CALL, KERAS_BATCH)
    assert found == {(model, way) for model in MODELS for way in ways}


def test_of_twenty_people_at_once_each_gets_the_answers_to_their_own_photo(measured: dict) -> None:
    server = measured["server"]
    assert (server["20 people answers"], server["20 people wrong"]) == (20, 0)
    assert (server["20 at the same instant answers"], server["20 at the same instant wrong"]) == (20, 0)


def test_the_server_answers_without_tensorflow_and_200_photos_stay_under_700_megabytes(measured: dict) -> None:
    assert measured["server"]["TensorFlow in the server"] is False
    assert measured["server"]["most memory MB"] < 700
