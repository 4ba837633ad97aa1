"""What runs say when they are laid side by side."""

from dataclasses import replace

import pytest

from catdog.comparison import (
    build_table,
    describe_data,
    describe_overfitting,
    get_baseline,
    label_runs,
    select_latest_finished,
    warn_about_data,
)
from catdog.runs import create_run, list_runs, open_run
from catdog.training import TrainConfig
from catdog.utils.files import write_json


@pytest.fixture
def make(settings):
    """Make a run in any state, on any data."""

    def make(model="model1", state="done", source="photos", fingerprint="f1", name="", **config):
        run = create_run(settings, TrainConfig(model, source, **config), name)
        if fingerprint:
            run.files.add_to_config(data={"fingerprint": fingerprint, "baseline": 0.5})
        run.files.write_status(replace(run.status, state=state))
        return open_run(settings, run.id)

    return make


def names_of(*runs):
    """The names that a page would call these runs."""
    return label_runs(runs)


def test_latest_finished_has_the_newest_of_each_model_in_their_order(settings, make):
    make("model1", name="old")
    make("model4", name="four")
    make("model1", name="new")
    make("model1", "failed", name="broken")
    assert [run.name for run in select_latest_finished(list_runs(settings))] == ["new", "four"]


def test_runs_of_one_name_are_told_apart(make):
    first, second, other = make(name="same"), make(name="same"), make(name="other")
    called = names_of(first, second, other)
    assert called[other.id] == "other"
    assert called[first.id] != called[second.id]
    assert called[first.id].startswith("same (")


def test_data_words_never_call_drawn_pictures_photos(make):
    assert describe_data(make(source="drawn")) == "drawn pictures"
    assert describe_data(make()) == "photos"
    assert describe_data(make(source="/home/me/pets")) == "folder pets"
    assert describe_data(make(fraction=0.25)) == "photos (25 % of them)"


def test_runs_on_the_same_data_need_no_warning(make):
    runs = [make("model1"), make("model4")]
    assert warn_about_data(runs, names_of(*runs)) == ""
    assert warn_about_data([], {}) == ""


def test_runs_on_drawn_pictures_and_photos_are_warned_of(make):
    runs = [make(name="a"), make(name="b", source="drawn", fingerprint="f2")]
    warning = warn_about_data(runs, names_of(*runs))
    assert "a from photos" in warning
    assert "b from drawn pictures, not photos" in warning


def test_another_content_of_the_same_source_is_warned_of(make):
    runs = [make(name="a", fingerprint="aaaaaaaa"), make(name="b", fingerprint="bbbbbbbb")]
    warning = warn_about_data(runs, names_of(*runs))
    assert "a from photos (version aaaaaa)" in warning
    assert "b from photos (version bbbbbb)" in warning


def test_other_excluded_pictures_are_other_data(make, settings):
    runs = [make(name=name) for name in ("a", "b", "c")]
    for run, digest in zip(runs, ("", "aaaaaa", "bbbbbb"), strict=True):
        data = {"fingerprint": "f1", "excluded": {"pictures": 2 if digest else 0, "digest": digest}}
        run.files.add_to_config(data=data)
    runs = [open_run(settings, run.id) for run in runs]
    warning = warn_about_data(runs, names_of(*runs))
    assert "a from photos; " in warning
    assert "b from photos, 2 of them excluded (list aaaa); " in warning
    assert "c from photos, 2 of them excluded (list bbbb)" in warning
    assert warn_about_data([runs[1], runs[1]], names_of(*runs)) == ""


def test_a_run_that_has_not_opened_its_data_yet_counts_as_its_source(make):
    waiting = make(state="queued", fingerprint="")
    assert warn_about_data([waiting, make()], names_of(waiting)) == ""
    drawn = make(source="drawn", fingerprint="f2")
    assert warn_about_data([waiting, drawn], names_of(waiting, drawn)) != ""


@pytest.mark.parametrize(
    ("training", "validation", "words"),
    [
        (0.99, 0.64, "35 points apart: it overfits"),
        (0.70, 0.62, "begins to overfit"),
        (0.67, 0.66, ", 1 point apart: no overfitting, since"),
        (0.91, 0.97, "dropout and augmentation"),
        (0.51, 0.50, "hardly better than guessing (50.0 %)"),
    ],
)
def test_the_gap_at_the_last_epoch_is_judged_in_words(training, validation, words):
    assert words in describe_overfitting({"accuracy": [0.1, training], "val_accuracy": [0.9, validation]}, 0.5)


def test_without_a_whole_epoch_nothing_is_judged():
    assert describe_overfitting({}) == ""
    assert describe_overfitting({"accuracy": [], "val_accuracy": []}) == ""
    assert describe_overfitting({"accuracy": [0.5], "val_accuracy": [float("nan")]}) == ""


def test_the_table_holds_own_and_published_scores_side_by_side(make, settings):
    run = make("model4", name="mine")
    run.files.write_status(replace(run.status, best_val_accuracy=0.96, best_epoch=7, seconds=40.0))
    write_json(run.files.evaluation, {"test": {"accuracy": 0.95}})
    run = open_run(settings, run.id)
    (row,) = build_table([run], names_of(run))
    assert row["run"] == "mine"
    assert (row["best_val_accuracy"], row["best_epoch"], row["test_accuracy"]) == (0.96, 7, 0.95)
    assert (row["published_val_accuracy"], row["published_test_accuracy"]) == (0.97, 0.9896)
    assert (row["parameters"], row["baseline"], row["seconds"]) == (2_259_265, 0.5, 40.0)


def test_a_run_without_scores_has_an_empty_row(make):
    run = make(state="queued", fingerprint="")
    (row,) = build_table([run], names_of(run))
    assert row["best_val_accuracy"] is row["test_accuracy"] is row["baseline"] is get_baseline(run) is None
