"""python -m catdog data, and python -m catdog models."""

import json
import shutil
from dataclasses import asdict

import pytest

from catdog.__main__ import main
from catdog.models.specs import MODELS
from catdog.runs import create_run
from catdog.training import TrainConfig


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
    assert "baseline 50.0%" in shown


def test_a_folder_named_relative_to_here_becomes_absolute(environment, picture_folder, monkeypatch, capsys):
    monkeypatch.chdir(picture_folder.parent)
    assert main(["data", "--source", picture_folder.name, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["source"] == str(picture_folder)


def test_decode_skips_an_unreadable_image_and_says_so(environment, picture_folder, tmp_path, capsys):
    folder = shutil.copytree(picture_folder, tmp_path / "damaged")
    (folder / "train" / "cats" / "cat.0.jpg").write_text("no image at all")
    assert main(["data", "--source", str(folder), "--decode", "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["splits"]["training"] == {"cats": 11, "dogs": 12}
    assert "cat.0.jpg" in printed.err


def test_missing_photos_are_one_line_that_says_how_to_get_them(environment, capsys):
    assert main(["data", "--source", "photos"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("catdog: ")
    assert "data --fetch" in printed.err


def test_a_fetch_that_fails_is_one_line_and_leaves_nothing_behind(environment, capsys):
    assert main(["data", "--fetch", "--give-up-after", "5"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("catdog: ")
    assert printed.err.count("\n") == 1
    assert not (environment.data / "photos").exists()


def test_models_as_json_follow_the_contract(environment, capsys):
    assert main(["models", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    keys = {"name", "parameters", "trainable_parameters", "loss", "goal", "published"}
    assert [set(spec) for spec in listed] == [keys] * 4
    assert [spec["name"] for spec in listed] == ["model1", "model2", "model3", "model4"]
    assert [spec["parameters"] for spec in listed] == [16_821_250, 16_828_449, 21_257_153, 2_259_265]
    assert listed[3]["trainable_parameters"] == 1281
    assert listed[3]["published"] == asdict(MODELS["model4"].published)


def test_models_for_people_name_all_four_with_their_size(environment, capsys):
    assert main(["models"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in MODELS)
    assert "2,259,265 parameters" in shown


@pytest.fixture
def shapes_zip(picture_folder, tmp_path):
    """A zip of two class folders."""
    return shutil.make_archive(tmp_path / "Shapes", "zip", picture_folder / "validation")


def test_a_zip_that_is_added_is_counted_and_can_be_removed_again(environment, shapes_zip, capsys):
    assert main(["data", "--add", shapes_zip, "--name", "My pets", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["source"] == str(environment.data / "own" / "my-pets")
    assert data["splits"]["training"] == {"cats": 14, "dogs": 14}
    assert main(["data", "--source", data["source"]]) == 0
    assert "40 images of cats and dogs from My pets" in capsys.readouterr().out
    assert main(["data", "--remove", "my pets", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"removed": "My pets"}
    assert list((environment.data / "own").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--remove", "nothing"], "none has been added"),
        (["--name", "x"], "--name goes with --add"),
        (["--encoding", "cp932"], "--encoding goes with --add"),
        (["--add", "x.zip", "--source", "drawn"], "leave one out"),
    ],
)
def test_wrong_use_of_user_datasets_is_one_line(environment, capsys, arguments, words):
    assert main(["data", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_a_folder_is_added_and_a_zip_is_a_source(environment, shapes_zip, picture_folder, capsys):
    assert main(["data", "--add", str(picture_folder / "validation"), "--name", "Pets", "--json"]) == 0
    added = json.loads(capsys.readouterr().out)
    sources = []
    for _ in range(2):  # the zip becomes a set once
        assert main(["data", "--source", shapes_zip, "--json"]) == 0
        printed = capsys.readouterr()
        sources.append(json.loads(printed.out)["source"])
        assert printed.err.startswith("The zip is the photo set Shapes here")
    assert sources == [str(environment.data / "own" / "shapes")] * 2
    assert len(list((environment.data / "own").iterdir())) == 2
    assert main(["data", "--source", sources[0], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["fingerprint"] == added["fingerprint"]


def test_a_zip_as_a_source_takes_a_free_name(environment, shapes_zip, picture_folder, capsys):
    assert main(["data", "--add", str(picture_folder), "--name", "shapes"]) == 0
    assert main(["data", "--source", shapes_zip]) == 0
    assert "the photo set Shapes 2 here" in capsys.readouterr().err


def test_a_code_page_that_does_not_exist_is_wrong_use(environment, shapes_zip, capsys):
    assert main(["data", "--add", shapes_zip, "--encoding", "klingon"]) == 2
    assert "There is no code page 'klingon'" in capsys.readouterr().err


def test_a_zip_that_can_not_be_used_is_one_line(environment, tmp_path, capsys):
    (tmp_path / "no.zip").write_bytes(b"no zip")
    assert main(["data", "--add", str(tmp_path / "no.zip")]) == 1
    printed = capsys.readouterr().err
    assert printed.startswith("catdog: The file is no zip")
    assert printed.count("\n") == 1


def test_a_dataset_that_a_run_waits_for_is_not_removed(environment, shapes_zip, capsys):
    assert main(["data", "--add", shapes_zip]) == 0
    create_run(environment, TrainConfig("model1", str(environment.data / "own" / "shapes")), "patient")
    assert main(["data", "--remove", "Shapes"]) == 1
    assert "patient still learns from Shapes" in capsys.readouterr().err
    assert (environment.data / "own" / "shapes").is_dir()
