"""The benchmark of the pages: what it makes looks like real runs, and it measures the pages that there are."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import pages
from benchmarks.data import link_images
from benchmarks.pages import CHOSEN, EPOCHS, make_row, make_runs, measure, table
from benchmarks.synthetic_runs import MODEL_FILES, link_model, make_finished_run, write_predictions
from catdog.datasets import Dataset, open_dataset
from catdog.datasets.catalog import scan_folder
from catdog.datasets.synthetic.generate import generate_dataset
from catdog.models.specs import MODELS
from catdog.runs import bytes_taken, list_runs
from catdog.settings import PROJECT, Settings


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder with what stands for a model's files."""
    folder = tmp_path / "model"
    folder.mkdir()
    for name in MODEL_FILES:
        (folder / name).write_bytes(b"x" * 10_000_000)
    return folder


@pytest.fixture
def first(tmp_path: Path) -> Settings:
    """Settings of a home with a small drawn set, decoded."""
    settings = Settings(home=tmp_path / "first", photos_url="file:///nowhere")
    generate_dataset(settings.data / "drawn", training=8, validation=40)
    open_dataset(settings, "drawn")
    return settings


def test_made_runs_are_listed_as_finished_with_histories(first: Settings, model: Path) -> None:
    made = make_runs(first, 5, model)
    listed = list_runs(first)
    assert {run.id for run in listed} == {run.id for run in made}
    assert {run.config.model for run in listed} == set(MODELS)
    for run in listed:
        history = run.history()
        assert (run.finished, run.usable, run.ended_early, len(history["epoch"])) == (True, True, "", EPOCHS)
        assert run.best_val_accuracy == pytest.approx(max(history["val_accuracy"]), rel=1e-5)
        assert history["val_accuracy"][run.best_epoch - 1] == max(history["val_accuracy"])
        assert run.seconds == pytest.approx(sum(history["seconds"]), rel=1e-3)
        assert bytes_taken(run.folder) > 20_000_000
    assert len({tuple(run.history()["val_accuracy"]) for run in listed}) == 5


def test_made_runs_have_predictions_that_give_their_scores(first, model) -> None:
    catalog = open_dataset(first, "drawn").catalog
    runs = make_runs(first, 2, model)
    for run in list_runs(first):
        answered = run.predictions()
        assert answered.paths == catalog.paths
        assert run.details["data"]["fingerprint"] == catalog.fingerprint
        right = answered.correct()
        for split in ("validation", "test"):
            assert run.evaluation[split]["accuracy"] == pytest.approx(right[catalog.indices(split)].mean())
    assert runs[0].predictions().probabilities.tolist() != runs[1].predictions().probabilities.tolist()


def test_answers_are_about_as_often_right_as_the_best_epoch(settings: Settings, picture_folder, tmp_path) -> None:
    link_images(picture_folder / "train", tmp_path / "many", 440)
    catalog = scan_folder("many", tmp_path / "many")
    for number, name in enumerate(MODELS):
        run = make_finished_run(settings, name, number, EPOCHS)
        write_predictions(run, catalog)
        right = run.predictions().correct().mean()
        assert abs(right - run.best_val_accuracy) < 0.08


def test_a_lent_model_takes_no_space_of_its_own(settings: Settings, model: Path) -> None:
    run = make_finished_run(settings, "model1", 0, 1)
    link_model(run, model)
    assert all((run.folder / name).samefile(model / name) for name in MODEL_FILES)


def test_the_table_says_which_targets_were_missed() -> None:
    rows = [
        make_row(500, "compare", "warm", 123.4, 300),
        make_row(500, "browse", "cold", 1500.0, 1500),
        make_row(0, "", "memory", 1351, 350, "MB"),
    ]
    assert table(rows).splitlines()[2:] == [
        "| 500 | compare | warm | 123.4 ms | < 300 ms |",
        "| 500 | browse | cold | 1,500.0 ms | < 1,500 ms, missed |",
        "| 0 |  | memory | 1,351 MB | < 350 MB, missed |",
    ]


def test_each_number_of_runs_has_a_server_of_its_own(first: Settings, model: Path) -> None:
    rows = list(measure(first, model, [0, CHOSEN], ["compare"], 1))
    usual = [("overview", "after a start"), ("compare", "cold"), ("compare", "warm")]
    chart = [("compare", f"{CHOSEN} runs, cold"), ("compare", f"{CHOSEN} runs, warm")]
    kinds = {number: [(row["page"], row["what"]) for row in rows if row["runs"] == number] for number in (0, CHOSEN)}
    assert kinds == {0: [*usual, ("", "memory")], CHOSEN: [*usual, *chart, ("", "memory")]}
    assert all(row["value"] > 0 for row in rows)
    assert not list_runs(first)


def test_an_unknown_page_is_refused_with_the_known_names(first, model) -> None:
    with pytest.raises(SystemExit, match=r"There is no page nosuch, only overview, lesson, browse, .*compare"):
        list(measure(first, model, [0], ["nosuch"], 1))


def test_the_page_benchmark_has_help_and_refuses_zero_times() -> None:
    def benchmark(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "benchmarks.pages", *arguments]
        return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)

    told = benchmark("--help")
    assert all(option in told.stdout for option in ("--runs", "--pages", "--repeat", "--json"))
    assert benchmark("--repeat", "0").returncode == 2


def test_all_pages_are_measured_and_augment_comes_last(monkeypatch, capsys) -> None:
    def open_few(settings: Settings, source: str) -> Dataset:
        """Draw 48 images, since 1,200 take long."""
        if not (settings.data / source).exists():
            generate_dataset(settings.data / source, training=8, validation=40)
        return open_dataset(settings, source)

    monkeypatch.setattr(pages, "open_dataset", open_few)
    monkeypatch.setattr("sys.argv", ["pages", "--runs", "0", "--repeat", "1", "--json"])
    pages.main()
    out, told = capsys.readouterr()
    rows = json.loads(out)
    assert [json.loads(line) for line in told.splitlines()] == rows
    opened = [row["page"] for row in rows if row["what"] == "warm"]
    assert {"overview", "browse", "train", "compare", "predict"} < set(opened)
    assert opened[-1] == "augment"
    assert [row["what"] for row in rows if row["unit"] == "MB"] == ["memory before augment", "memory"]
