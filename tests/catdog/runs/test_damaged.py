"""Runs whose files somebody, a full disk or another program has damaged: listed, named, and gone when deleted."""

import json
import os
import time
import zipfile
from pathlib import Path

import pytest

from catdog import runs
from catdog.errors import RunError
from catdog.export import read_check
from catdog.runs.damaged import drop_ghosts
from catdog.settings import Settings
from catdog.training import RunFolder, TrainConfig
from catdog.training.status import identify_process
from catdog.training.worker import work

CONFIG = {"model": "model1", "source": "drawn"}


def write(settings: Settings, name: str = "20261126-100000-model1-aaaa", **files: object) -> RunFolder:
    """A run folder with these JSON files, by their stems; a text is written as it is."""
    folder = RunFolder(settings.runs / name)
    folder.path.mkdir(parents=True)
    files = {"config": {"name": "mine", "config": CONFIG}, "status": {"state": "done"}} | files
    for stem, content in files.items():
        if content is not None:
            text = content if isinstance(content, str) else json.dumps(content)
            (folder.path / f"{stem}.json").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (None, "it is missing"),
        ("", "it is no JSON"),
        ('{"name": "x", "con', "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
        ("\0\0", "it is no JSON"),
        ("[]", "no JSON object"),
        ({"name": "x"}, "it holds no settings"),
        ({"config": ["model1"]}, "config is a list, but must be an object"),
        ({"config": {"model": "model9"}}, "model9"),
        ({"config": CONFIG | {"epochs": "many"}}, "epochs is 'many'"),
        ({"config": CONFIG | {"source": "\0"}}, "data source"),
    ],
)
def test_a_run_without_usable_settings_is_listed_named_and_deleted(
    settings: Settings, config: object, words: str
) -> None:
    folder = write(settings, config=config)
    folder.model.write_bytes(b"x" * 1000)
    (entry,) = runs.list_damaged(settings)
    assert runs.list_runs(settings) == []
    assert entry.id in entry.problem
    assert "config.json is damaged" in entry.problem
    assert words in entry.problem
    for refuse in (runs.open_run, runs.find_run):
        with pytest.raises(RunError, match=r"config\.json is damaged"):
            refuse(settings, entry.id)
    runs.delete_run(settings, entry)
    assert not folder.path.exists()


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("evaluation", {"test": {"accuracy": "high"}}, "test.accuracy is 'high', but must be a number from 0 to 1"),
        ("evaluation", {"test": {"accuracy": True}}, "test.accuracy is True"),
        ("evaluation", {"test": [1, 2]}, "test is a list"),
        ("evaluation", '{"test": {"accuracy": NaN}}', "test.accuracy is nan"),
        ("evaluation", "[]", "no JSON object"),
        ("status", {"state": "done", "finished": 1e300}, "finished is 1e+300"),
        ("status", {"state": "dancing"}, "state is 'dancing'"),
        ("status", {"state": "done", "epoch": -1}, "epoch is -1"),
        ("status", None, "it is missing"),
        ("config", {"config": CONFIG, "data": ["a"]}, "data is a list"),
        ("config", {"config": CONFIG, "data": {"classes": ["a"]}}, "data.classes is a list"),
        ("config", {"config": CONFIG, "data": {"classes": ["a", "a"]}}, "data.classes is a list"),
        ("config", {"config": CONFIG, "data": {"counts": {"test": 3}}}, "data.counts is an object"),
        ("config", {"config": CONFIG, "weights": "mine"}, "weights is 'mine'"),
        ("config", {"config": CONFIG, "created": "yesterday"}, "created is 'yesterday'"),
        ("config", {"config": CONFIG, "note": "\ud800"}, "note is"),
        ("config", {"config": CONFIG, "name": 5, "note": []}, "and 1 more"),
    ],
)
def test_what_does_not_fit_is_left_out_and_the_file_is_named(
    settings: Settings, file: str, content: object, words: str
) -> None:
    folder = write(settings, **{file: content})
    (run,) = runs.list_runs(settings)
    (fault,) = run.faults
    assert f"{folder.path.name}/{file}.json is damaged" in fault
    assert words in fault
    assert run.to_json()["damaged"] == [fault]
    assert run.test_accuracy is None
    assert run.status.finished is None
    assert (run.note, run.created, run.data.get("classes")) == ("", 0.0, None)


def test_a_run_with_a_damaged_config_is_not_resumed_with_what_is_left_of_it(settings: Settings) -> None:
    excluded = {"pictures": 1, "digest": "x", "paths": "cats/1.jpg"}  # would else be trained on
    config = {"config": CONFIG, "data": {"fingerprint": "f", "excluded": excluded}}
    folder = write(settings, config=config, status={"state": "stopped"})
    (run,) = runs.list_runs(settings)
    with pytest.raises(RunError, match=r"data\.excluded\.paths is 'cats/1\.jpg'"):
        runs.resume_run(settings, run)
    assert work(folder, settings) == 1
    assert "data.excluded.paths" in folder.read_status().error


def test_a_whole_run_has_no_faults_and_null_counts_as_absent(settings: Settings) -> None:
    write(settings, config={"config": CONFIG, "data": None, "note": None, "of a later version": [1]}, evaluation={})
    (run,) = runs.list_runs(settings)
    assert run.list_faults() == []
    assert "damaged" not in run.to_json()
    assert run.details["of a later version"] == [1]


def test_files_that_are_read_where_they_are_needed_are_named_too(settings: Settings) -> None:
    folder = write(settings)
    folder.history.write_text("epoch,seconds,accuracy,loss,val_accuracy,val_loss\n1,1,0.5,0.7,0.5,0.7\n2,1,9,1,1,1\n")
    folder.predictions.write_text("path,label,probability,split\n../outside.jpg,0,0.5,test\n")
    (run,) = runs.list_runs(settings)
    history, predictions = run.list_faults()
    assert "history.csv is damaged (row 2" in history
    assert "predictions.csv are damaged" in predictions
    assert run.history()["epoch"] == [1]


@pytest.mark.parametrize("name", ["config.json", "status.json", "evaluation.json", "history.csv", "log.txt"])
@pytest.mark.parametrize("kind", ["folder", "pipe", "link"])
def test_a_file_that_is_none_is_neither_followed_nor_waited_for(settings: Settings, name: str, kind: str) -> None:
    folder = write(settings)
    path = folder.path / name
    path.unlink(missing_ok=True)
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        outside = settings.home / "outside"
        outside.write_text(json.dumps({"config": CONFIG, "state": "done"}))
        path.symlink_to(outside)
    entries = runs.list_entries(settings)
    (entry,) = entries
    if name == "config.json":
        assert name in entry.problem
    else:
        assert entry.log_tail() == ""
        assert name == "log.txt" or name in entry.list_faults()[0]


def test_a_link_is_not_followed_and_deleting_it_keeps_what_it_leads_to(settings: Settings, tmp_path: Path) -> None:
    folder = write(settings)
    outside = folder.path.rename(tmp_path / "outside")
    link = settings.runs / "link"
    link.symlink_to(outside)
    (settings.runs / "nowhere").symlink_to(tmp_path / "nothing")
    damaged = runs.list_damaged(settings)
    assert [entry.id for entry in damaged] == ["link", "nowhere"]
    assert all("is a link, which is not followed" in entry.problem for entry in damaged)
    for entry in damaged:
        runs.delete_run(settings, entry)
    assert (outside / "config.json").exists()
    assert runs.list_entries(settings) == []


def test_a_link_inside_a_run_goes_with_it_and_what_it_leads_to_stays(settings: Settings, tmp_path: Path) -> None:
    folder = write(settings)
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("x")
    folder.checkpoint.symlink_to(tmp_path / "precious")
    (run,) = runs.list_runs(settings)
    runs.delete_run(settings, run)
    assert (tmp_path / "precious" / "file").exists()
    assert not folder.path.exists()


def test_a_name_that_is_no_valid_text_can_be_listed_and_deleted(settings: Settings) -> None:
    folder = write(settings, "caf\udce9")
    (entry,) = runs.list_damaged(settings)
    assert entry.name == "caf\\udce9"
    assert runs.search_entry(settings, entry.name) == entry
    runs.delete_run(settings, entry)
    assert not folder.path.exists()


def test_a_damaged_run_that_still_trains_is_told_to_stop_and_kept(settings: Settings) -> None:
    folder = write(settings, config="{", status={"state": "running", **identify_process()})
    (entry,) = runs.list_damaged(settings)
    with pytest.raises(RunError, match="told to stop"):
        runs.delete_run(settings, entry)
    assert folder.stop.exists()


def test_ghosts_are_no_runs_and_are_cleaned_once_they_are_old(settings: Settings) -> None:
    for name, files in {"empty": (), "lock": (".lock",), "status": ("status.json", ".acts.lock")}.items():
        folder = write(settings, name, config=None, status=None).path
        for file in files:
            (folder / file).write_text('{"state": "queued"}')
        os.utime(folder, (time.time() - 3600,) * 2)
    (settings.runs / "lock" / "exports").mkdir()
    (settings.runs / "lock" / "exports" / ".keras.lock").touch()
    os.utime(settings.runs / "lock", (time.time() - 3600,) * 2)
    fresh = write(settings, "fresh", config=None).path
    with_model = write(settings, "with-model", config=None)
    with_model.model.write_bytes(b"x")
    os.utime(with_model.path, (0, 0))
    assert [entry.id for entry in runs.list_entries(settings)] == ["with-model"]
    with pytest.raises(RunError, match="There is no run 'lock'"):
        runs.open_run(settings, "lock")
    drop_ghosts(settings.runs)
    assert sorted(path.name for path in settings.runs.iterdir()) == ["fresh", "with-model"]
    assert fresh.exists()


def test_a_status_from_the_far_future_is_no_sign_of_life(settings: Settings) -> None:
    folder = write(settings, status={"state": "queued", "updated": time.time() + 1e8})
    (run,) = runs.list_runs(settings)
    assert run.state == "interrupted"
    runs.delete_run(settings, run)
    assert not folder.path.exists()


@pytest.mark.parametrize("comment", [b"", b"[]", b"{", b'{"words": "x"}', b'{"largest": "much"}', b'{"other": 1}'])
def test_an_export_whose_check_was_edited_is_one_sentence(tmp_path: Path, comment: bytes) -> None:
    with zipfile.ZipFile(tmp_path / "keras-0.zip", "w") as zipped:
        zipped.comment = comment
    with pytest.raises(RunError, match="delete it and export again"):
        read_check(tmp_path / "keras-0.zip")


def test_the_length_of_a_log_does_not_matter(settings: Settings) -> None:
    folder = write(settings)
    folder.log.write_bytes(b"x" * 200_000 + b"\nlast\n")
    (run,) = runs.list_runs(settings)
    assert run.log_tail(1) == "last"


def test_a_run_that_was_created_and_never_begun_is_whole(settings: Settings) -> None:
    run = runs.create_run(settings, TrainConfig("model1"))
    assert run.list_faults() == []
