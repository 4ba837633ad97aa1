"""python -m catdog health."""

import json
import shutil
from pathlib import Path

import pytest

from catdog.__main__ import main
from catdog.settings import Settings
from tests.scenes import scenes_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = scenes_folder(tmp_path / "scenes")
    shutil.copy(root / "train/cats/1.jpg", root / "validation/cats/again.jpg")
    return root


def test_health_as_json_has_exactly_the_keys_of_the_contract(environment: Settings, folder: Path, capsys) -> None:
    assert main(["health", "--source", str(folder), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    keys = {"fingerprint", "pictures", "counts", "pairs", "odd", "unreadable", "doubted", "excluded"}
    assert set(report) == keys
    assert report["counts"]["leaks"] == 1
    (pair,) = report["pairs"]
    assert set(pair) == {"first", "second", "kind", "distance", "likeness", "mirrored", "leak"}
    assert (pair["first"], pair["second"]) == ("train/cats/1.jpg", "validation/cats/again.jpg")
    assert set(report["odd"]) == {"small", "dark", "bright", "blurred"}
    assert report["doubted"] == {"run": None, "pictures": []}
    assert report["excluded"] == []


def test_health_for_people_names_the_leaking_files_and_what_a_leak_is(
    environment: Settings, folder: Path, capsys
) -> None:
    assert main(["health", "--source", str(folder)]) == 0
    shown = capsys.readouterr().out
    assert "1 leak: an image that a model learns from" in shown
    assert "train/cats/1.jpg (training) and validation/cats/again.jpg" in shown
    assert "the same file" in shown
    assert "not found: exact copies" in shown


def test_images_are_excluded_and_included_again(environment: Settings, folder: Path, capsys) -> None:
    call = ["health", "--source", str(folder)]
    chosen = ["train/cats/1.jpg", "train/dogs/2.jpg"]
    assert main([*call, "--exclude", *chosen, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["excluded"] == chosen
    assert main(call) == 0
    assert "2 excluded from training" in capsys.readouterr().out
    assert main([*call, "--include", chosen[0], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["excluded"] == chosen[1:]


def test_a_path_that_is_not_there_is_wrong_use_in_one_line(environment: Settings, folder: Path, capsys) -> None:
    assert main(["health", "--source", str(folder), "--exclude", "no-such.jpg"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines()[-1].startswith("catdog: There is no image no-such.jpg")
