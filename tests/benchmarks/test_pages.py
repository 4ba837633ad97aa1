"""The benchmark of the pages: what it makes looks like real runs, and it measures the pages that there are."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.finished import FILES, answer, finished_run, lend_model
from benchmarks.pages import CHOSEN, EPOCHS, make_runs, measured, row, table
from catdog.datasets import open_dataset
from catdog.datasets.synthetic.generate import write_drawn
from catdog.models.specs import MODELS
from catdog.runs import bytes_taken, list_runs
from catdog.settings import PROJECT, Settings


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder with what stands for a model's files."""
    folder = tmp_path / "model"
    folder.mkdir()
    for name in FILES:
        (folder / name).write_bytes(b"x" * 10_000_000)
    return folder


@pytest.fixture
def first(tmp_path: Path) -> Settings:
    """Settings of a home with a small drawn set, decoded."""
    settings = Settings(home=tmp_path / "first", photos_url="file:///nowhere")
    write_drawn(settings.data / "drawn", training=8, validation=40)
    open_dataset(settings, "drawn")
    return settings


def test_made_runs_are_listed_as_finished_ones_of_all_models_with_whole_histories(first: Settings, model: Path) -> None:
    made = make_runs(first, 5, model)
    found = list_runs(first)
    assert {run.id for run in found} == {run.id for run in made}
    assert {run.config.model for run in found} == set(MODELS)
    for run in found:
        history = run.history()
        assert (run.finished, run.usable, run.ended_early, len(history["epoch"])) == (True, True, "", EPOCHS)
        assert run.best_val_accuracy == pytest.approx(max(history["val_accuracy"]), rel=1e-5)
        assert history["val_accuracy"][run.best_epoch - 1] == max(history["val_accuracy"])
        assert run.seconds == pytest.approx(sum(history["seconds"]), rel=1e-3)
        assert bytes_taken(run.folder) > 20_000_000
    assert len({tuple(run.history()["val_accuracy"]) for run in found}) == 5


def test_made_runs_have_answered_the_pictures_of_the_very_set_and_their_scores_follow_from_that(first, model) -> None:
    catalog = open_dataset(first, "drawn").catalog
    runs = make_runs(first, 2, model)
    for run in list_runs(first):
        answered = run.predictions()
        assert answered.paths == catalog.paths
        assert run.details["data"]["fingerprint"] == catalog.fingerprint
        right = answered.right()
        for split in ("validation", "test"):
            assert run.evaluation[split]["accuracy"] == pytest.approx(right[catalog.indices(split)].mean())
    assert runs[0].predictions().probabilities.tolist() != runs[1].predictions().probabilities.tolist()


def test_answers_are_about_as_often_right_as_the_best_epoch(settings: Settings) -> None:
    write_drawn(settings.data / "drawn", training=400, validation=40)
    catalog = open_dataset(settings, "drawn").catalog
    for number, name in enumerate(MODELS):
        run = finished_run(settings, name, number, EPOCHS)
        answer(run, catalog)
        right = run.predictions().right().mean()
        assert abs(right - run.best_val_accuracy) < 0.08


def test_a_lent_model_takes_no_space_of_its_own(settings: Settings, model: Path) -> None:
    run = finished_run(settings, "model1", 0, 1)
    lend_model(run, model)
    assert all((run.folder / name).samefile(model / name) for name in FILES)


def test_the_table_says_of_each_measurement_what_it_was_to_stay_below_and_whether_it_missed_that() -> None:
    rows = [
        row(500, "compare", "warm", 123.4, 300),
        row(500, "browse", "cold", 1500.0, 1500),
        row(0, "", "memory", 1351, 350, "MB"),
    ]
    assert table(rows).splitlines()[2:] == [
        "| 500 | compare | warm | 123.4 ms | < 300 ms |",
        "| 500 | browse | cold | 1,500.0 ms | < 1,500 ms, missed |",
        "| 0 |  | memory | 1,351 MB | < 350 MB, missed |",
    ]


def test_each_number_of_runs_has_a_server_of_its_own_and_the_chart_of_many_runs_is_measured_where_there_are_as_many(
    first: Settings, model: Path
) -> None:
    rows = list(measured(first, model, [0, CHOSEN], ["compare"], 1))
    usual = [("overview", "after a start"), ("compare", "cold"), ("compare", "warm")]
    chart = [("compare", f"{CHOSEN} runs, cold"), ("compare", f"{CHOSEN} runs, warm")]
    found = {number: [(one["page"], one["what"]) for one in rows if one["runs"] == number] for number in (0, CHOSEN)}
    assert found == {0: [*usual, ("", "memory")], CHOSEN: [*usual, *chart, ("", "memory")]}
    assert all(one["value"] > 0 for one in rows)
    assert not list_runs(first)


def test_a_page_that_the_dashboard_does_not_have_is_refused_with_the_names_of_those_it_has(first, model) -> None:
    with pytest.raises(SystemExit, match=r"There is no page nosuch, only overview, browse, .*compare"):
        list(measured(first, model, [0], ["nosuch"], 1))


def test_the_benchmark_of_pages_says_how_it_is_used_and_refuses_to_open_a_page_no_time() -> None:
    def benchmark(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "benchmarks.pages", *arguments]
        return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)

    told = benchmark("--help")
    assert all(option in told.stdout for option in ("--runs", "--pages", "--repeat", "--json"))
    assert benchmark("--repeat", "0").returncode == 2


def test_all_pages_are_measured_and_augment_last_and_what_is_told_is_what_is_printed() -> None:
    command = [sys.executable, "-m", "benchmarks.pages", "--runs", "0", "--repeat", "1", "--json"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert [json.loads(line) for line in done.stderr.splitlines()] == rows
    opened = [one["page"] for one in rows if one["what"] == "warm"]
    assert {"overview", "browse", "train", "compare", "predict"} < set(opened)
    assert opened[-1] == "augment"
    assert [one["what"] for one in rows if one["unit"] == "MB"] == ["memory before augment", "memory"]
