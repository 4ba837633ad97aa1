"""What the data of runs are called, which runs come first, and the warning about different data."""

from dataclasses import replace

import pytest

from catdog.comparison import (
    describe_data,
    label_runs,
    select_latest_finished,
    warn_about_data,
)
from catdog.runs import create_run, list_runs, open_run
from catdog.training import TrainConfig

TOLD_APART = (("done", 1), ("failed", 2), ("done", 3))  # state and seed


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


def test_the_seeds_that_were_started_with_the_latest_come_along_where_they_are_wanted(settings, make):
    def make_one(sweep, *values, **config):
        run = make(*values, **config)
        run.files.add_to_config(sweep=sweep)
        return run.id

    make_one("earlier", "model1", seed=1)
    first, _, second = (make_one("three", "model1", state, seed=seed) for state, seed in TOLD_APART)
    other, newest = make_one("three", "model2", seed=1), make_one("three", "model2", seed=2, epochs=5)
    runs = list_runs(settings)
    assert [run.id for run in select_latest_finished(runs, with_seeds=True)] == [first, second, newest]
    assert other not in [run.id for run in select_latest_finished(runs)]
    alone = make("model3", seed=1), make("model3", seed=2)  # no sweep, so nobody wanted them together
    assert [run.id for run in select_latest_finished(list_runs(settings), with_seeds=True)][-1] == alone[1].id


def test_data_words_never_call_drawn_images_photos(make):
    assert describe_data(make(source="drawn")) == "drawn images"
    assert describe_data(make()) == "photos"
    assert describe_data(make(source="/home/me/pets")) == "folder pets"
    assert describe_data(make(fraction=0.25)) == "photos (25% of them)"


def test_runs_on_the_same_data_need_no_warning(make):
    runs = [make("model1"), make("model4")]
    assert warn_about_data(runs, names_of(*runs)) == ""
    assert warn_about_data([], {}) == ""


def test_runs_on_drawn_images_and_photos_are_warned_of(make):
    runs = [make(name="a"), make(name="b", source="drawn", fingerprint="f2")]
    warning = warn_about_data(runs, names_of(*runs))
    assert "a from photos" in warning
    assert "b from drawn images, not photos" in warning


def test_another_content_of_the_same_source_is_warned_of(make):
    runs = [make(name="a", fingerprint="aaaaaaaa"), make(name="b", fingerprint="bbbbbbbb")]
    warning = warn_about_data(runs, names_of(*runs))
    assert "a from photos (version aaaaaa)" in warning
    assert "b from photos (version bbbbbb)" in warning


def test_other_labels_are_other_data(make, settings):
    runs = [make(name=name) for name in ("a", "b")]
    for run, digest in zip(runs, ("", "aaaaaa"), strict=True):
        data = {"fingerprint": "f1", "corrected": {"pictures": 3 if digest else 0, "digest": digest}}
        run.files.add_to_config(data=data)
    runs = [open_run(settings, run.id) for run in runs]
    assert "b from photos, labels: 3 corrected (list aaaa)" in warn_about_data(runs, names_of(*runs))


def test_other_excluded_images_are_other_data(make, settings):
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


def test_a_quick_run_is_chosen_only_where_there_is_no_other(settings, make):
    def quick():
        return make("model4", epochs=1, quick=True, flip="none", rotation=0.0)

    first, ablation = quick(), make("model4", flip="none")
    assert [run.id for run in select_latest_finished(list_runs(settings))] == [ablation.id]
    ablation.files.add_to_config(original="another")
    assert [run.id for run in select_latest_finished(list_runs(settings))] == [first.id]
    last = quick()
    assert [run.id for run in select_latest_finished(list_runs(settings))] == [last.id]
    ordinary = make("model4")
    quick()
    assert [run.id for run in select_latest_finished(list_runs(settings))] == [ordinary.id]
