"""The table of what the recipes reach: which runs count, and what is counted of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.recipes import make_table, select_runs, summarize
from catdog.runs import Run, create_run, list_runs, open_run
from catdog.settings import Settings
from catdog.training import TrainConfig
from catdog.training.history import Epoch, write_history
from catdog.training.recipes import make_config
from catdog.utils.files import write_json


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a home without runs."""
    return Settings(home=tmp_path, photos_url="file:///nowhere")


def finish(settings: Settings, config: TrainConfig, best: float, test: float, gap: float, state: str = "done") -> Run:
    """Make a run of 20 epochs that has ended with these accuracies, the best of validation in its last epoch."""
    run = create_run(settings, config)
    epochs = [Epoch(number, 1.0, best - 0.1 + gap, 0.6, best - 0.1, 0.6, 0.0003) for number in range(1, 20)]
    epochs.append(Epoch(20, 1.0, best + gap, 0.6, best, 0.6, 0.0003))
    write_history(run.files.history, epochs)
    write_json(run.files.evaluation, {"test": {"accuracy": test}})
    run.files.write_status(replace(run.status, state=state, epoch=20, best_val_accuracy=best, best_epoch=20))
    return open_run(settings, run.id)


def test_the_row_of_a_recipe_counts_its_finished_runs_on_all_photos(settings):
    for seed, (best, test, gap) in enumerate([(0.66, 0.61, 0.02), (0.67, 0.70, 0.04), (0.70, 0.64, -0.01)], start=1):
        finish(settings, make_config("model2", source="photos", seed=seed), best, test, gap)
    usual = make_config("model2", source="photos")
    for other in (
        replace(usual, fraction=0.5),
        replace(usual, epochs=5),
        replace(usual, source="drawn"),
        replace(usual, learning_rate=0.01),
        replace(usual, seed=9),
    ):
        finish(settings, other, 0.99, 0.99, 0.0)
    finish(settings, usual, 0.99, 0.99, 0.0, state="stopped")
    row = summarize(select_runs(list_runs(settings), "model2", "steady", [1, 2, 3]))
    assert row["seeds"] == [1, 2, 3]
    assert row["best_val_accuracy"] == [0.66, 0.67, 0.70]
    assert row["test_accuracy"] == [0.61, 0.64, 0.70]
    assert row["reach_published"] == pytest.approx(2 / 3)  # 0.67 was published
    assert row["gap"] == pytest.approx([-0.01, 0.02, 0.04])
    assert "0.660 · **0.670** · 0.700" in make_table([row])
    assert "2 of 3 (0.67)" in make_table([row])


def test_of_two_runs_with_one_seed_the_newest_counts(settings):
    config = make_config("model1", "published", source="photos")
    finish(settings, config, 0.6, 0.6, 0.1)
    newest = finish(settings, config, 0.7, 0.7, 0.1)
    runs = sorted(list_runs(settings), key=lambda run: run.id != newest.id)
    assert [run.id for run in select_runs(runs, "model1", "published", [1])] == [newest.id]


def test_no_run_makes_no_row(settings):
    assert summarize(select_runs(list_runs(settings), "model4", "steady", [1])) == {}
