"""What the benchmarks work out of their measurements."""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks import growth
from benchmarks import runs as benchmark_of_runs
from benchmarks.floor import KEYS as FLOOR_KEYS
from benchmarks.floor import count_multiply_adds, measure_floor
from benchmarks.measure import median_seconds
from benchmarks.processes import run_process, train
from benchmarks.summary import floor_ratios, floor_table, summarize, summary_table
from benchmarks.training import read_rows
from catdog.runs import list_runs
from catdog.settings import PROJECT, Settings
from catdog.training import TrainConfig


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

FLOORS = [
    {
        **{"model": "model1", "numbers": "bfloat16", "step_ms": 9.0, "epoch_from_memory_s": 0.8},
        **{"multiply_adds_an_image_millions": 166.2, "matrix_rate_billions_a_second": 200.0},
        "epoch_of_sums_alone_s": 0.5,
    }
]


def test_ratios_compare_means_over_seeds_and_sums() -> None:
    summaries = summarize(ROWS)
    ratios = {model: values["training_ratio"] for model, values in summaries.items()}
    assert ratios == {"model1": 2, "model4": 11, "all": 5}
    assert summaries["model1"]["total_ratio"] == round(50 / 30, 2)
    assert summaries["all"]["notebook"]["training"] == 150
    assert summaries["model1"]["catdog"]["best_val_accuracy"] == 0.7
    assert summaries["model1"]["notebook"]["memory"] == 50


def test_the_table_has_both_ways_and_the_ratios_of_every_model() -> None:
    lines = summary_table(summarize(ROWS)).splitlines()
    assert len(lines) == 2 + 3 * 3
    assert "| model4 | catdog | 2 | 0.50 | 10 | 20 | 0.970 | 10 |" in lines
    assert "| model4 | ratio |  |  | 11.00 times | 6.00 times |  |  |" in lines


def test_models_with_unequal_numbers_of_seeds_have_own_means() -> None:
    rows = [*ROWS[:4], row("model1", "notebook", 2, 50.0, 0.7), row("model1", "catdog", 2, 30.0, 0.75)]
    summaries = summarize(rows)
    assert [summaries[model]["catdog"]["seeds"] for model in ("model1", "model4")] == [2, 1]
    assert [summaries[model]["notebook"]["training"] for model in summaries] == [40, 100, 140]
    assert [summaries[model]["catdog"]["training"] for model in summaries] == [20, 10, 30]
    assert summaries["all"]["training_ratio"] == round(140 / 30, 2)
    lines = summary_table(summaries).splitlines()
    assert "| model1 | notebook | 2 | 2.00 | 40 | 50 | 0.650 | 50 |" in lines
    assert "| model4 | notebook | 1 | 5.00 | 100 | 110 | 0.970 | 100 |" in lines
    assert "| all | notebook |  | 7.00 | 140 | 160 |  | 100 |" in lines


def test_one_way_alone_has_no_ratios_and_no_sum() -> None:
    summaries = summarize([row for row in ROWS if row["way"] == "catdog"])
    assert {model: set(values) for model, values in summaries.items()} == {"model1": {"catdog"}, "model4": {"catdog"}}
    assert summary_table(summaries).splitlines()[2:] == [
        "| model1 | catdog | 2 | 1.00 | 20 | 30 | 0.700 | 30 |",
        "| model4 | catdog | 2 | 0.50 | 10 | 20 | 0.970 | 10 |",
    ]


def test_nothing_is_summed_while_a_model_lacks_a_way() -> None:
    summaries = summarize(ROWS[:3])
    assert list(summaries) == ["model1", "model4"]
    assert summaries["model1"]["training_ratio"] == 3
    assert set(summaries["model4"]) == {"notebook"}


def benchmark(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.training", *map(str, arguments)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def test_a_measurement_in_two_parts_is_put_together(tmp_path: Path) -> None:
    told, printed = tmp_path / "told", tmp_path / "printed"
    told.write_text("".join(json.dumps(row) + "\n" for row in ROWS[:5]) + "benchmark model1 seed 2 is failed: why\n")
    printed.write_text(json.dumps({"trainings": ROWS[4:], "floors": FLOORS, "summary": {}}))  # the fifth is in both
    done = benchmark("--models", "--add", told, printed, "--json")
    summaries = summarize(ROWS)
    far = floor_ratios(summaries, FLOORS)
    assert json.loads(done.stdout) == {"trainings": ROWS, "floors": FLOORS, "summary": summaries, "distances": far}
    shown = benchmark("--models", "--add", told, printed).stdout
    assert shown == f"{summary_table(summaries)}\n\n{floor_table(far)}\n"


def test_one_training_told_alone_can_be_added(tmp_path: Path) -> None:
    (tmp_path / "told").write_text(json.dumps(ROWS[0]) + "\n")
    assert read_rows(str(tmp_path / "told")) == ROWS[:1]


@pytest.mark.parametrize("content", ["", "[1, 2]", '{"model": "model1"}', '{"model": "mod', '{"trainings": []}', None])
def test_a_file_without_trainings_is_not_added(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "file"
    if content is not None:
        path.write_text(content)
    with pytest.raises(argparse.ArgumentTypeError, match=str(path)):
        read_rows(str(path))


def test_nothing_to_train_and_nothing_to_add_is_refused_at_once() -> None:
    refused = benchmark("--models")
    assert (refused.returncode, "nothing to measure" in refused.stderr) == (2, True)


def test_the_benchmark_has_help_and_refuses_an_unknown_model() -> None:
    told = benchmark("--help")
    assert (told.returncode, "--seeds" in told.stdout) == (0, True)
    refused = benchmark("--models", "model9")
    assert refused.returncode == 2
    assert "model9" in refused.stderr


def test_the_benchmark_of_runs_leaves_no_process(settings: Settings) -> None:
    summaries = benchmark_of_runs.measure(settings, 5)
    assert summaries.pop("runs") == 5
    assert all(value > 0 for value in summaries.values())
    *finished, waiting = sorted(list_runs(settings), key=lambda run: run.state)
    assert {run.state for run in finished} == {"done"}
    assert all(len(run.history()["epoch"]) == benchmark_of_runs.EPOCHS for run in finished)
    assert waiting.state == "interrupted"


def test_the_benchmark_of_many_runs_prints_what_its_help_promises() -> None:
    command = [sys.executable, "-m", "benchmarks.runs", "--runs", "2", "--json"]
    told = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert set(json.loads(told)) == {
        *("runs", "list_milliseconds", "list_with_histories_milliseconds", "first_look_at_the_queue_milliseconds"),
        *("later_look_at_the_queue_milliseconds", "waiting_process_megabytes"),
    }


def test_multiply_adds_are_counted_by_the_size_of_kernels_and_outputs() -> None:
    import keras

    model = keras.Sequential(
        [
            keras.Input((10, 10, 3)),
            keras.layers.Conv2D(4, 3),  # 8 × 8 places, each 3 × 3 × 3 × 4
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(5),  # 64 × 5
        ]
    )
    forward = 64 * 108 + 320
    assert count_multiply_adds(model) == (forward, 2 * forward - 64 * 108)


def test_a_frozen_part_of_a_model_has_no_way_back() -> None:
    import keras

    inner = keras.Sequential([keras.Input((10, 10, 3)), keras.layers.DepthwiseConv2D(3), keras.layers.Flatten()])
    inner.trainable = False
    model = keras.Sequential([keras.Input((10, 10, 3)), inner, keras.layers.Dense(5)])
    assert count_multiply_adds(model) == (64 * 27 + 192 * 5, 192 * 5)


def test_the_distance_to_the_floor_compares_an_epoch_of_ours_with_it() -> None:
    far = floor_ratios(summarize(ROWS), FLOORS)
    assert set(far) == {"model1"}
    assert (far["model1"]["times_from_memory"], far["model1"]["times_sums_alone"]) == (1.25, 2.0)
    assert floor_table(far).splitlines()[2:] == ["| model1 | 1.00 | 0.80 | 1.25 times | 0.50 | 2.00 times |"]
    assert floor_ratios(summarize(ROWS[:1]), FLOORS) == {}


def test_the_floor_is_measured_with_the_keys_that_can_be_added() -> None:
    summaries = measure_floor("model3", steps=1)
    assert summaries.keys() == FLOORS[0].keys() == FLOOR_KEYS
    assert 0 < summaries["epoch_of_sums_alone_s"] < summaries["epoch_from_memory_s"]


def test_the_table_of_growth_has_a_line_for_each_training() -> None:
    rows = [{"model": "model3", "images": size, "own_memory_mb": size // 2} for size in (2000, 25000)]
    assert growth.table(rows).splitlines() == [
        "| model | images | own memory mb |",
        "| --- | --- | --- |",
        "| model3 | 2,000 | 1,000 |",
        "| model3 | 25,000 | 12,500 |",
    ]


def test_a_training_that_fails_ends_the_measurement_with_the_reason(settings: Settings, tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    with pytest.raises(SystemExit, match=f"broken is failed: .*{missing}"):
        train(settings, TrainConfig("model1", str(missing)), "broken")


def test_a_process_is_measured_until_it_ends(settings: Settings) -> None:
    seen: list[int] = []
    program = "import os, time; memory = b'x' * 10**8; time.sleep(0.5); print(os.getpid()); raise SystemExit(3)"
    ended = run_process(settings, [sys.executable, "-c", program], seen.append)
    assert (ended.status, set(seen)) == (3, {int(ended.printed)})
    assert 0.5 < ended.seconds < 20
    assert 0 < ended.processor_seconds < ended.seconds
    assert 1e8 < ended.memory < 1e10


def test_calls_that_warm_up_do_not_count_in_the_median() -> None:
    pauses = [0.2, 0.2, 0.0, 0.0, 0.0]
    assert median_seconds(lambda: time.sleep(pauses.pop(0)), 3, uncounted=2) < 0.1
    assert not pauses
