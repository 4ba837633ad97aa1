"""python -m catdog relabel."""

import json
from pathlib import Path

import pytest

from catdog.__main__ import main
from catdog.datasets import open_catalog
from catdog.settings import Settings

CAT, DOG = "train/cats/cat.1.jpg", "train/dogs/dog.1.jpg"


@pytest.fixture
def call(environment: Settings, picture_folder: Path, capsys: pytest.CaptureFixture[str]):
    """Call the command on the folder and return its status and what it printed."""

    def call(*arguments: str) -> tuple[int, str, str]:
        status = main(["relabel", *arguments, "--source", str(picture_folder)])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return call


def as_json(call, *arguments: str) -> dict:
    status, out, _ = call(*arguments, "--json")
    assert status == 0
    return json.loads(out)


def test_a_label_is_corrected_listed_and_restored(call, environment, picture_folder):
    values = as_json(call, CAT, "dog")
    assert set(values) == {"source", "fingerprint", "present", "absent"}
    [entry] = values["present"]
    assert set(entry) == {"path", "old", "new", "digest", "by", "time"}
    assert (entry["path"], entry["old"], entry["new"], entry["by"]) == (CAT, "cats", "dogs", "")
    assert open_catalog(environment, str(picture_folder)).corrected == (CAT,)
    assert call("--list") == (0, f"1 label is corrected.\n  {CAT}: cats → dogs\n", "")
    assert call() == call("--list")
    assert as_json(call, "--undo", CAT)["present"] == []


def test_a_photo_is_named_by_its_path_its_file_or_its_name(call, picture_folder):
    for name in (DOG, str(picture_folder / DOG), "dog.15.jpg"):
        assert as_json(call, name, "cats")["present"]
        assert as_json(call, "--undo", name)["present"] == []


def test_the_same_class_means_that_the_label_is_kept(call):
    _, out, _ = call(CAT, "cats")
    assert out == f"0 labels are corrected.\n  {CAT}: cats, looked at and kept\n"


def test_corrections_are_exported_and_imported(call, tmp_path):
    file = tmp_path / "labels.csv"
    before = as_json(call, CAT, "dogs")["present"]
    assert as_json(call, "--export", str(file))["present"] == before
    as_json(call, "--undo", CAT)
    [entry] = as_json(call, "--import", str(file))["present"]
    assert (entry["path"], entry["new"], entry["digest"]) == (CAT, "dogs", before[0]["digest"])


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["no-such.jpg", "dog"], 2, "There is no image no-such.jpg in this data"),
        ([CAT, "bird"], 2, "There is no class 'bird' in this data: choose cats or dogs"),
        ([CAT], 2, "Give the right class too"),
        ([CAT, "dog", "--list"], 2, "don't go together"),
        (["--list", "--undo", CAT], 2, "not allowed with argument"),
        (["--import", "/nowhere/labels.csv"], 1, "can't be read (No such file or directory)"),
        (["--export", "/nowhere/labels.csv"], 1, "can't be written (No such file or directory)"),
    ],
)
def test_wrong_use_is_one_line_and_changes_nothing(call, arguments, status, sentence):
    got, out, error = call(*arguments)
    assert (got, out) == (status, "")
    assert sentence in error
    assert error.count("\n") == 1
    assert as_json(call, "--list")["present"] == []
