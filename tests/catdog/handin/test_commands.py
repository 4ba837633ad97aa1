"""python -m catdog handin and grade, as typed."""

import json

import pytest

from catdog.__main__ import main
from catdog.handin import grading
from catdog.lessons.progress import LessonProgress, Progress, to_json

ROW = {
    *("file", "name", "person", "made", "lessons_done", "tasks_confirmed", "tasks_passed", "predictions_right"),
    *("predictions_made", "hints", "best", "runs", "lessons", "findings", "error"),
}
RUN = {"name", "model", "val_accuracy", "test_accuracy", "rescored", "images", "findings"}


@pytest.fixture
def folder(environment, make, light, tmp_path, capsys, monkeypatch):
    """A folder with the hand-in of one student, as the command has written it; no model is asked."""
    monkeypatch.setattr(grading, "ask_models", lambda *arguments: {})
    make()
    progress = tmp_path / "progress.json"
    progress.write_text(json.dumps(to_json(Progress({"first-cnn": LessonProgress(hints={"train": 2})}))))
    out = tmp_path / "handins"
    command = ["handin", "--name", "Ada", "--progress", str(progress), "--out", str(out), "--json"]
    assert main(command) == 0
    values = json.loads(capsys.readouterr().out)
    assert set(values) == {"path", "bytes", "runs"}
    assert len(values["runs"]) == 1
    return out


def test_the_table_as_json_follows_the_contract(folder, capsys):
    assert main(["grade", str(folder), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert set(row) == ROW
    assert set(row["best"]) == RUN
    assert (row["name"], row["hints"]) == ("Ada", 2)


def test_the_table_is_printed_and_written(folder, tmp_path, capsys):
    assert main(["grade", str(folder), "--csv", str(tmp_path / "class.csv")]) == 0
    assert "Ada" in capsys.readouterr().out
    assert (tmp_path / "class.csv").read_text().splitlines()[0].startswith("student,address,")


def test_a_hand_in_that_can_not_be_read_is_told_and_sets_the_status(folder, capsys):
    (folder / "bob.zip").write_bytes(b"no zip")
    assert main(["grade", str(folder)]) == 1
    out = capsys.readouterr().out
    assert "bob.zip is no hand-in that can be read" in out
    assert "Ada" in out


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["grade", "/nowhere/at/all"], "The folder /nowhere/at/all can't be read"),
        (["handin", "--name", "Ada"], "A hand-in has 1 to 20 runs, not 0"),
        (["handin", "--name", "Ada", "--progress", "/nowhere.json"], "/nowhere.json can't be read as progress"),
    ],
)
def test_wrong_use_is_one_line(environment, data, capsys, command, sentence):
    assert main(command) != 0
    (line,) = capsys.readouterr().err.splitlines()
    assert sentence in line
