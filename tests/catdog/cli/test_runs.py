"""python -m catdog runs: list, show, move up, stop, resume, rename, note, delete."""

import json
from dataclasses import replace

import pytest

from catdog import runs
from catdog.__main__ import main
from catdog.runs import create_run, list_runs, open_run
from catdog.training import TrainConfig

KEYS = {"id", "name", "model", "source", "state", "epochs", "seconds"} | {
    "val_accuracy",
    "best_val_accuracy",
    "test_accuracy",
}


@pytest.fixture
def run(environment):
    """A run called "first" that was stopped after two epochs."""
    created = create_run(environment, TrainConfig("model1", source="drawn", epochs=5), "first")
    created.files.write_status(replace(created.status, state="stopped", epoch=2, best_val_accuracy=0.6, best_epoch=2))
    return open_run(environment, created.id)


def test_an_empty_list_says_how_to_make_a_run(environment, capsys):
    assert main(["runs"]) == 0
    assert "python -m catdog train" in capsys.readouterr().out


def test_an_empty_list_as_json_is_a_list(environment, capsys):
    assert main(["runs", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_the_list_as_json_follows_the_contract_newest_first(environment, run, capsys):
    newer = create_run(environment, TrainConfig("model4", epochs=3))
    assert main(["runs", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [run["id"] for run in listed] == [newer.id, run.id]
    assert [set(run) for run in listed] == [KEYS, KEYS]
    assert listed[1] == {
        "id": run.id,
        "name": "first",
        "model": "model1",
        "source": "drawn",
        "state": "stopped",
        "epochs": 5,
        "val_accuracy": None,
        "best_val_accuracy": 0.6,
        "test_accuracy": None,
        "seconds": 0.0,
    }


@pytest.mark.parametrize("words", [["runs", "list", "--json"], ["runs", "--json", "list"], ["runs", "--json"]])
def test_json_may_stand_before_or_after_the_action(run, words, capsys):
    assert main(words) == 0
    assert [run["id"] for run in json.loads(capsys.readouterr().out)] == [run.id]


def test_the_list_for_people_shows_name_state_and_score(run, capsys):
    assert main(["runs"]) == 0
    row = capsys.readouterr().out.splitlines()[1]
    assert all(word in row for word in (run.id, "first", "stopped", "60.0%"))


def test_show_tells_settings_and_state(run, capsys):
    assert main(["runs", "show", "first"]) == 0
    shown = capsys.readouterr().out
    assert "first" in shown
    assert "epochs 5" in shown
    assert str(run.folder) in shown


def test_show_as_json_adds_details_to_the_contract(run, capsys):
    assert main(["runs", "show", run.id, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert set(shown) == KEYS | {"details", "ended_early", "error", "evaluation", "history"}
    assert shown["details"]["config"]["epochs"] == 5


def test_a_run_that_is_not_there_is_one_line_and_status_1(environment, capsys):
    assert main(["runs", "show", "nothing"]) == 1
    printed = capsys.readouterr()
    assert printed.err.startswith("catdog: ")
    assert "nothing" in printed.err
    assert printed.err.count("\n") == 1


def test_stop_makes_a_queued_run_stop(environment, capsys):
    queued = create_run(environment, TrainConfig("model1", source="drawn"), "waiting")
    assert main(["runs", "stop", "waiting", "--json"]) == 0
    assert queued.files.stop.exists()
    assert json.loads(capsys.readouterr().out)["state"] == "stopping"


def test_stopping_a_run_that_has_ended_fails(run, capsys):
    assert main(["runs", "stop", "first"]) == 1
    assert capsys.readouterr().err.startswith("catdog: ")


def test_resume_starts_the_run_again(environment, run, monkeypatch, capsys):
    started = []
    monkeypatch.setattr(runs.actions, "start_run", lambda settings, again: started.append(again.id))
    assert main(["runs", "resume", "first"]) == 0
    assert started == [run.id]
    assert "queued" in capsys.readouterr().out


def test_rename_changes_the_name_only(environment, run):
    assert main(["runs", "rename", "first", "my best run"]) == 0
    assert [(run.id, run.name) for run in list_runs(environment)] == [(run.id, "my best run")]


def test_an_empty_name_is_wrong_use(environment, run, capsys):
    assert main(["runs", "rename", "first", "  "]) == 2
    assert capsys.readouterr().err.startswith("catdog: ")
    assert open_run(environment, run.id).name == "first"


def test_delete_removes_that_run_and_no_other(environment, run, capsys):
    kept = create_run(environment, TrainConfig("model2", source="drawn"))
    assert main(["runs", "delete", run.id, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"deleted": run.id}
    assert [run.id for run in list_runs(environment)] == [kept.id]
    assert not run.folder.exists()


def test_a_models_name_must_not_delete_a_run(environment, run, capsys):
    run.files.tflite.write_bytes(b"model")
    run.files.write_status(replace(run.status, state="done"))
    assert main(["runs", "delete", "model1"]) == 2
    assert run.id in capsys.readouterr().err
    assert run.folder.exists()


def test_up_moves_a_waiting_run_before_the_other(environment):
    first, second = (
        create_run(environment, TrainConfig("model1", source="drawn"), name) for name in ("first", "second")
    )
    assert main(["runs", "up", "second"]) == 0
    assert open_run(environment, second.id).place < open_run(environment, first.id).place


def test_up_refuses_a_run_that_does_not_wait(run, capsys):
    assert main(["runs", "up", "first"]) == 1
    assert "does not wait" in capsys.readouterr().err


def test_a_note_is_kept_and_shown(environment, run, capsys):
    assert main(["runs", "note", "first", "the one with rain"]) == 0
    capsys.readouterr()
    assert main(["runs", "show", "first"]) == 0
    assert "note: the one with rain" in capsys.readouterr().out


def test_damaged_runs_are_listed_with_one_line_each_and_can_be_deleted(environment, run, capsys):
    spoilt = create_run(environment, TrainConfig("model2", source="drawn"))
    spoilt.files.config.write_text("{")
    spoilt.files.write_status(replace(spoilt.status, state="done"))
    run.files.evaluation.write_text('{"test": {"accuracy": "high"}}')
    assert main(["runs"]) == 0
    printed = capsys.readouterr()
    assert "stopped, damaged" in printed.out
    assert printed.out.splitlines()[-2].startswith(spoilt.id)
    assert printed.err.count("catdog: The file ") == printed.err.count("\n") == 2
    assert main(["runs", "--json"]) == 0
    good, bad = json.loads(capsys.readouterr().out)
    assert (good["state"], len(good["damaged"])) == ("stopped", 1)
    assert (bad["id"], bad["state"], bad["model"], set(bad)) == (spoilt.id, "damaged", None, KEYS | {"damaged"})
    for action in (["show"], ["stop"], ["resume"], ["up"], ["rename", "x"], ["note", "x"]):
        assert main(["runs", action[0], spoilt.id, *action[1:]]) == 1
        printed = capsys.readouterr()
        assert printed.err.startswith(f"catdog: The file {spoilt.id}/config.json is damaged (it is no JSON)")
        assert printed.err.count("\n") == 1
    assert main(["runs", "delete", spoilt.id]) == 0
    assert not spoilt.folder.exists()


@pytest.mark.parametrize("data", [None, "photos", ["a"], {"classes": None}, {"classes": [1, 2]}, {"classes": "ab"}])
@pytest.mark.parametrize("command", [["predict"], ["evaluate"], ["export", "--format", "keras"]])
def test_what_needs_the_classes_says_in_a_line_that_they_are_missing(
    environment, run, data, command, capsys, monkeypatch
):
    monkeypatch.setattr("catdog.inference.predictor.load_predictor", lambda path, name: None)
    run.files.add_to_config(data=data)
    run.files.write_status(replace(run.status, state="done"))
    run.files.evaluation.write_text("{}")
    for file in (run.files.tflite, run.files.model, run.files.predictions):
        file.write_bytes(b"x")
    picture = ["nothing.jpg"] if command == ["predict"] else []
    assert main([command[0], run.id, *command[1:], *picture]) == 1
    printed = capsys.readouterr().err
    assert printed.startswith(f"catdog: The file {run.id}/config.json is damaged")
    assert printed.count("\n") == 1


def test_resume_on_a_full_disk_is_refused(environment, run, monkeypatch, capsys):
    monkeypatch.setattr("catdog.runs.launching.bytes_free", lambda folder: 1_000_000)
    assert main(["runs", "resume", "first"]) == 1
    assert "only 1 MB are free" in capsys.readouterr().err
    assert open_run(environment, run.id).state == "stopped"


def test_resume_says_where_the_run_failed_at_once(environment, run, monkeypatch, capsys):
    def fail(settings, again):
        again.files.write_status(replace(again.status, state="failed", error="The disk is full."))

    monkeypatch.setattr(runs.actions, "start_run", fail)
    assert main(["runs", "resume", "first"]) == 1
    assert "The disk is full." in capsys.readouterr().err
