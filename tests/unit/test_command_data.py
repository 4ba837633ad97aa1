"""python -m catdog data and models."""

import json
import shutil
from dataclasses import asdict

import pytest

from catdog.__main__ import main
from catdog.models import MODELS


def test_data_as_json_has_exactly_the_keys_of_the_contract(environment, picture_folder, capsys):
    assert main(["data", "--source", str(picture_folder), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert set(data) == {"source", "classes", "splits", "baseline", "fingerprint"}
    assert data["source"] == str(picture_folder)
    assert data["classes"] == ["cats", "dogs"]
    assert set(data["splits"]) == {"training", "validation", "test"}
    assert data["splits"]["training"] == {"cats": 12, "dogs": 12}
    assert sum(data["splits"]["validation"].values()) + sum(data["splits"]["test"].values()) == 40
    assert data["baseline"] == 0.5
    assert data["fingerprint"]


def test_data_counts_the_baseline_instead_of_assuming_it(environment, picture_folder, tmp_path, capsys):
    folder = shutil.copytree(picture_folder, tmp_path / "uneven")
    for number in range(6):
        (folder / "train" / "dogs" / f"dog.{number}.jpg").unlink()
    assert main(["data", "--source", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["baseline"] == pytest.approx(12 / 18)


def test_data_for_people_says_which_data_it_is(environment, picture_folder, capsys):
    assert main(["data", "--source", str(picture_folder)]) == 0
    shown = capsys.readouterr().out
    assert str(picture_folder) in shown
    assert "24 = 12 cats + 12 dogs" in shown
    assert "baseline 50.0 %" in shown


def test_a_folder_named_relative_to_here_becomes_absolute(environment, picture_folder, monkeypatch, capsys):
    monkeypatch.chdir(picture_folder.parent)
    assert main(["data", "--source", picture_folder.name, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["source"] == str(picture_folder)


def test_decode_skips_an_unreadable_picture_and_says_so(environment, picture_folder, tmp_path, capsys):
    folder = shutil.copytree(picture_folder, tmp_path / "damaged")
    (folder / "train" / "cats" / "cat.0.jpg").write_text("no picture at all")
    assert main(["data", "--source", str(folder), "--decode", "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["splits"]["training"] == {"cats": 11, "dogs": 12}
    assert "cat.0.jpg" in said.err


def test_photos_that_are_not_here_are_one_line_that_says_how_to_get_them(environment, capsys):
    assert main(["data", "--source", "photos"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("catdog: ")
    assert "data --fetch" in said.err


def test_a_fetch_that_fails_is_one_line_and_leaves_nothing_behind(environment, capsys):
    assert main(["data", "--fetch", "--give-up-after", "5"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("catdog: ")
    assert said.err.count("\n") == 1
    assert not (environment.data / "photos").exists()


def test_models_as_json_follow_the_contract(environment, capsys):
    assert main(["models", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    keys = {"name", "parameters", "trainable_parameters", "loss", "goal", "published"}
    assert [set(each) for each in listed] == [keys] * 4
    assert [each["name"] for each in listed] == ["model1", "model2", "model3", "model4"]
    assert [each["parameters"] for each in listed] == [16_821_250, 16_828_449, 21_257_153, 2_259_265]
    assert listed[3]["trainable_parameters"] == 1281
    assert listed[3]["published"] == asdict(MODELS["model4"].published)


def test_models_for_people_name_all_four_with_their_size(environment, capsys):
    assert main(["models"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in MODELS)
    assert "2,259,265 parameters" in shown
