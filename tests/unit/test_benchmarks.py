"""What the benchmarks work out of their measurements."""

import subprocess
import sys

from benchmarks.training import summary, table
from catdog.settings import PROJECT


def row(model: str, way: str, seed: int, training: float, best: float = 0.5) -> dict:
    times = {"epoch": training / 20, "training": training, "total": training + 10}
    return {"model": model, "way": way, "seed": seed, **times, "best_val_accuracy": best, "memory": int(training)}


ROWS = [
    row("model1", "notebook", 1, 30.0, 0.6),
    row("model1", "catdog", 1, 10.0, 0.65),
    row("model4", "notebook", 1, 100.0, 0.97),
    row("model4", "catdog", 1, 10.0, 0.96),
    row("model1", "notebook", 2, 50.0, 0.7),
    row("model1", "catdog", 2, 30.0, 0.75),
    row("model4", "notebook", 2, 120.0, 0.97),
    row("model4", "catdog", 2, 10.0, 0.98),
]


def test_ratios_compare_the_means_over_seeds_and_the_last_one_the_sums_of_all_models() -> None:
    found = summary(ROWS)
    assert {model: values["training_ratio"] for model, values in found.items()} == {"model1": 2, "model4": 11, "all": 5}
    assert found["model1"]["total_ratio"] == round(50 / 30, 2)
    assert found["all"]["notebook"]["training"] == 150
    assert found["model1"]["catdog"]["best_val_accuracy"] == 0.7
    assert found["model1"]["notebook"]["memory"] == 50


def test_the_table_has_both_ways_and_the_ratios_of_every_model() -> None:
    lines = table(summary(ROWS)).splitlines()
    assert len(lines) == 2 + 3 * 3
    assert "| model4 | catdog | 0.50 | 10 | 20 | 0.970 | 10 |" in lines
    assert "| model4 | ratio |  | 11.00 times | 6.00 times |  |  |" in lines


def test_the_benchmark_says_how_it_is_used_and_refuses_an_unknown_model() -> None:
    command = [sys.executable, "-m", "benchmarks.training"]
    told = subprocess.run([*command, "--help"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert "--seeds" in told
    refused = subprocess.run([*command, "--models", "model9"], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "model9" in refused.stderr
