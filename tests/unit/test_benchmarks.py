"""What the benchmarks work out of their measurements."""

import json
import subprocess
import sys

import pytest

from benchmarks.training import COLUMNS, ratios
from catdog.settings import PROJECT


def row(model: str, way: str, seconds: float) -> dict:
    return dict.fromkeys(COLUMNS, 0) | {"model": model, "way": way, "seconds": seconds}


def test_a_ratio_compares_the_sums_of_all_seeds_and_the_last_one_all_models() -> None:
    results = [
        row("model1", "notebook", 30.0),
        row("model1", "catdog", 10.0),
        row("model1", "notebook", 50.0),
        row("model1", "catdog", 30.0),
        row("model4", "notebook", 100.0),
        row("model4", "catdog", 10.0),
    ]
    assert ratios(results) == pytest.approx({"model1": 2.0, "model4": 10.0, "all": 3.6})


def test_the_benchmark_says_how_it_is_used_and_refuses_an_unknown_model() -> None:
    command = [sys.executable, "-m", "benchmarks.training"]
    told = subprocess.run([*command, "--help"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert "--seeds" in told
    refused = subprocess.run([*command, "--models", "model9"], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "model9" in refused.stderr


def test_the_ratios_can_be_written_as_json() -> None:
    results = [row("model1", "notebook", 3.0), row("model1", "catdog", 1.5)]
    assert json.loads(json.dumps(ratios(results))) == {"model1": 2.0, "all": 2.0}
