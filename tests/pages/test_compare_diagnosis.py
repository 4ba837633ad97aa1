"""The diagnosis on the Compare page, its remedies and what became of them."""

import json
from dataclasses import replace

import pytest

from catdog.datasets import open_dataset
from catdog.runs import create_run, list_runs, open_run
from catdog.training import TrainConfig
from catdog.training.history import Epoch, write_history
from catdog.training.status import identify_process
from catdog.training.worker import describe_data
from tests.pages.conftest import button, copy_drawn_set, text_of

OVERFITTING = {
    "accuracy": [0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.99],
    "loss": [0.66, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05, 0.02],
    "val_accuracy": [0.6, 0.66, 0.66, 0.67, 0.66, 0.66, 0.66, 0.66, 0.66],
    "val_loss": [0.66, 0.62, 0.65, 0.7, 0.8, 1.0, 1.2, 1.5, 1.9],
}
COUNTS = {"training": {"cats": 1000, "dogs": 1000}, "validation": {"cats": 404, "dogs": 404}}
FITTING = {name: [value] * 9 for name, value in zip(OVERFITTING, (0.7, 0.55, 0.68, 0.6), strict=True)}


@pytest.fixture
def make(place):
    """Make a run on the drawn set with learning curves: make(OVERFITTING, model="model1", state="done")."""

    def make(curves, state="done", name="", remedy=None, **config):
        usual = {"model": "model1", "source": "drawn", "learning_rate": 0.0003, "epochs": 9}
        settings = TrainConfig(**(usual | config))
        run = create_run(place, settings, name, remedy=remedy)
        rows = zip(*(curves[column] for column in ("accuracy", "loss", "val_accuracy", "val_loss")), strict=True)
        write_history(run.files.history, [Epoch(number, 1.0, *values) for number, values in enumerate(rows, start=1)])
        data = describe_data(open_dataset(place, "drawn").catalog)
        run.files.add_to_config(data=data | {"counts": COUNTS})
        best = max(curves["val_accuracy"])
        status = replace(run.status, state=state, best_val_accuracy=best, best_epoch=1, seconds=9.0)
        run.files.write_status(replace(status, **identify_process()) if state == "running" else status)
        return open_run(place, run.id)

    return make


def chart_of(page):
    (chart,) = page.get("plotly_chart")
    return json.loads(chart.proto.spec)


def test_each_run_gets_its_diagnosis_and_the_next_step(app, make):
    make(OVERFITTING, name="memorizer")
    make(FITTING, name="honest", model="model2")
    text = text_of(app("compare"))
    assert "**memorizer: Overfits since epoch 2**" in text
    assert "Validation loss has been rising since epoch 2" in text
    assert "Augmentation makes memorizing harder" in text
    assert "**honest: Underfits**" in text


def test_the_turning_point_is_marked_on_both_charts_and_explained(app, make):
    make(OVERFITTING, name="memorizer")
    page = app("compare", chart="Loss")
    labels = [label for label in chart_of(page)["layout"]["annotations"] if label["text"] == "overfits from epoch 2"]
    assert [(label["x"], label["y"], label["yref"]) for label in labels] == [(2, 0.62, "y")]
    sentence = (
        "Validation loss rises from 0.62 in epoch 2 to 1.90 in epoch 9, while validation accuracy stays near 66.0%"
    )
    assert sentence in text_of(page)


def test_a_run_that_does_not_overfit_has_no_mark(app, make):
    make(FITTING)
    page = app("compare")
    assert "overfits from" not in json.dumps(chart_of(page)["layout"])
    assert "rises from" not in text_of(page)


def test_the_button_starts_exactly_the_proposed_change_on_the_same_data(app, make, place, started):
    run = make(OVERFITTING, name="memorizer", seed=7)
    page = app("compare")
    button(page, "Run with augmentation").click().run()
    assert not page.exception
    (new,) = [other for other in list_runs(place) if other.id != run.id]
    assert started == [new.id]
    assert new.config == replace(run.config, flip="horizontal", rotation=0.1)
    assert new.fingerprint == run.fingerprint
    assert new.remedy == {"of": run.id, "verdict": "overfits"}
    assert new.name == "memorizer, with augmentation"
    assert "Tried: memorizer, with augmentation. It is queued" in text_of(page)
    assert not [element for element in page.button if element.label == "Run with augmentation"]


def test_what_the_run_left_out_its_remedy_leaves_out_too(app, make, place, started):
    run = make(OVERFITTING)
    path = open_dataset(place, "drawn").catalog.paths[0]
    run.files.add_to_config(data=run.data | {"excluded": {"pictures": 1, "digest": "0", "paths": [path]}})
    button(app("compare"), "Run with augmentation").click().run()
    assert open_run(place, started[0]).data["excluded"]["paths"] == [path]


def test_on_data_that_have_changed_nothing_starts(app, make, place, started):
    make(OVERFITTING, name="memorizer")
    page = app("compare")
    next((copy_drawn_set(place) / "train").rglob("*.jpg")).unlink()
    button(page, "Run with augmentation").click().run()
    assert not page.exception
    assert started == []
    assert any("have changed since" in error.value for error in page.error)


def test_without_the_data_the_button_says_why_it_is_off(app, make):
    run = make(OVERFITTING)
    run.files.add_to_config(config=run.config.to_dict() | {"source": "/gone"})
    page = app("compare", run=run.id)
    off = button(page, "Run with augmentation")
    assert off.disabled
    assert "no longer on this server" in off.help


def test_who_may_not_train_sees_the_button_switched_off(app, make, monkeypatch):
    make(OVERFITTING)
    monkeypatch.setattr("pages.components.access.reason_denied", lambda owned=None: "Sign in first.")
    off = button(app("compare"), "Run with augmentation")
    assert off.disabled
    assert off.help == "Sign in first."


def test_a_run_that_trains_is_diagnosed_so_far_and_has_no_button(app, make):
    run = make(OVERFITTING, state="running", name="now")
    page = app("compare", run=run.id)
    assert "**now: Overfits since epoch 2, so far**" in text_of(page)
    assert not [element for element in page.button if element.label.startswith("Run with")]


@pytest.mark.parametrize(
    ("val_accuracy", "words"),
    [
        (0.66, "It helped: the gap went from 32.0 to 4.0 points, and validation accuracy went from 66.0% to 66.0%"),
        (0.40, "It changed no more than chance can"),
    ],
)
def test_of_a_finished_remedy_the_page_says_whether_it_has_helped(app, make, val_accuracy, words):
    run = make(OVERFITTING, name="memorizer")
    better = FITTING | {"val_accuracy": [val_accuracy] * 9}
    remedy = {"of": run.id, "verdict": "overfits"}
    make(better, name="cure", remedy=remedy, flip="horizontal", rotation=0.1)
    text = text_of(app("compare", run=run.id))
    assert f"Tried: cure. {words}" in text


def test_the_remedy_itself_says_whose_it_is(app, make):
    run = make(OVERFITTING, name="memorizer")
    cure = make(FITTING, name="cure", remedy={"of": run.id, "verdict": "overfits"})
    assert "It is the remedy for memorizer." in text_of(app("compare", run=cure.id))


def test_runs_of_an_earlier_version_have_no_remedy(app, make):
    run = make(OVERFITTING)
    run.files.add_to_config(remedy="nonsense")
    page = app("compare", run=run.id)
    assert not page.exception
    assert button(page, "Run with augmentation")


def test_groups_of_seeds_are_compared_with_their_noise(app, make):
    runs = []
    for seed, accuracy in enumerate((0.66, 0.68, 0.70), start=1):
        runs.append(make(FITTING | {"val_accuracy": [accuracy] * 9}, seed=seed))
        runs.append(make(FITTING | {"val_accuracy": [accuracy + 0.01] * 9}, seed=seed, model="model2"))
    text = text_of(app("compare", run=[run.id for run in runs]))
    assert "model1, mean of 3 seeds: these runs differ only in the seed and reach 66.0% to 70.0%" in text
    assert "the seeds alone can explain that" in text
