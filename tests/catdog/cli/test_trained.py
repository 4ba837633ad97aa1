"""The whole way in the terminal: train, then look at the run, its scores and its predictions."""

import io
import json
import shutil
import zipfile
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import pytest

from catdog.__main__ import main
from catdog.evaluation import compute_track_record, describe_band, read_predictions
from catdog.features import novelty
from catdog.inference.predictor import Predictor
from catdog.runs.executors import local
from catdog.settings import Settings
from catdog.training import loop
from catdog.training.worker import work
from tests.stuck import small_network

KEYS = {"id", "name", "model", "source", "state", "epochs", "seconds"} | {
    "val_accuracy",
    "best_val_accuracy",
    "test_accuracy",
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory, picture_folder):
    """Settings whose home holds one run of model1, trained by the command line; its JSON.

    The training is a real one of a small network, in this process, since each other one would import TensorFlow anew.
    That a process of its own trains is tested in tests/catdog/runs/test_supervisor_process.py.
    """
    settings = Settings(home=tmp_path_factory.mktemp("trained"), first_model=False)
    command = ["train", "model1", "--epochs", "1", "--batch-size", "8", "--name", "mine", "--json"]
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed):
        for name, value in settings.environment().items():
            patch.setenv(name, value)
        patch.setattr(local, "start", lambda settings, files: work(files, settings))
        patch.setattr(loop, "build_model", small_network)
        assert main([*command, "--source", str(picture_folder)]) == 0
    return settings, json.loads(printed.getvalue())


@pytest.fixture(autouse=True)
def _here(trained, monkeypatch):
    for name, value in trained[0].environment().items():
        monkeypatch.setenv(name, value)


def test_train_as_json_prints_the_finished_run(trained, picture_folder):
    run = trained[1]
    assert set(run) == KEYS
    assert run["state"] == "done"
    assert (run["name"], run["model"], run["epochs"]) == ("mine", "model1", 1)
    assert run["source"] == str(picture_folder)
    assert 0 <= run["val_accuracy"] <= 1
    assert 0 <= run["best_val_accuracy"] <= 1
    assert 0 <= run["test_accuracy"] <= 1
    assert run["seconds"] > 0


def test_runs_lists_what_train_printed(trained, capsys):
    assert main(["runs", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [trained[1]]


def test_evaluate_as_json_gives_the_scores_of_both_splits(trained, capsys):
    assert main(["evaluate", "mine", "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert set(scores) == {"run", "classes", "validation", "test"}
    assert scores["run"] == trained[1]["id"]
    assert scores["test"]["accuracy"] == trained[1]["test_accuracy"]
    assert scores["validation"]["accuracy"] == trained[1]["val_accuracy"]
    assert scores["validation"]["photos"] + scores["test"]["photos"] == 40
    assert sum(map(sum, scores["test"]["confusion"])) == scores["test"]["photos"]


def test_evaluate_gives_the_stored_scores_to_the_last_digit(trained, capsys):
    settings, run = trained
    stored = json.loads((settings.runs / run["id"] / "evaluation.json").read_text())
    for more in ([], ["--source", run["source"]], ["--threshold", "0.5"]):
        assert main(["evaluate", "mine", *more, "--json"]) == 0
        scores = json.loads(capsys.readouterr().out)
        for split, old in stored.items():
            assert {key: scores[split][key] for key in old} == old


def test_evaluate_adds_interval_classes_areas_and_calibration(trained, capsys):
    assert main(["evaluate", "mine", "--split", "test", "--threshold", "0", "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert set(scores) == {"run", "classes", "test"}
    test = scores["test"]
    added = {"interval", "threshold", "classes", "roc_area", "average_precision", "calibration_error"}
    assert set(test) == {"accuracy", "loss", "photos", "confusion"} | added
    assert test["interval"][0] <= test["accuracy"] <= test["interval"][1]
    assert test["confusion"][1][0] == 0  # over a threshold of 0, nearly everything is taken for the second class
    assert [set(values) for values in test["classes"]] == [{"precision", "recall", "f1", "photos"}] * 2


def test_evaluate_on_another_dataset_predicts_all_of_it(trained, capsys, tmp_path, picture_folder):
    folder = tmp_path / "other"
    shutil.copytree(picture_folder, folder)
    (folder / "train" / "cats" / "cat.0.jpg").unlink()
    assert main(["evaluate", "mine", "--source", str(folder), "--json"]) == 0
    scores, own = json.loads(capsys.readouterr().out), trained[1]
    assert scores["test"]["photos"] + scores["validation"]["photos"] == 40
    assert scores["test"]["accuracy"] == pytest.approx(own["test_accuracy"])


def test_evaluate_on_another_dataset_skips_its_excluded_images(trained, capsys, tmp_path, picture_folder):
    folder = tmp_path / "other"
    shutil.copytree(picture_folder, folder)
    (folder / "train" / "cats" / "cat.1.jpg").unlink()
    left_out = ["validation/cats/cat.1.jpg", "validation/dogs/dog.1.jpg"]
    assert main(["health", "--source", str(folder), "--exclude", *left_out, "--json"]) == 0
    capsys.readouterr()
    assert main(["evaluate", "mine", "--source", str(folder), "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["test"]["photos"] + scores["validation"]["photos"] == 38
    assert main(["evaluate", "mine", "--source", str(folder)]) == 0
    assert "model1 on 61 images of cats and dogs from the folder other" in capsys.readouterr().out


def test_evaluate_refuses_a_dataset_of_other_classes_in_one_line(trained, capsys, tmp_path, picture_folder):
    folder = tmp_path / "other"
    for split in ("train", "validation"):
        for name, mine in (("cats", "apples"), ("dogs", "pears")):
            shutil.copytree(picture_folder / split / name, folder / split / mine)
    assert main(["evaluate", "mine", "--source", str(folder)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = [line for line in printed.err.splitlines() if line.startswith("catdog: ")]
    assert "mine learned to tell cats from dogs, so it can't be scored on apples and pears" in line


def test_evaluate_maps_classes_of_another_spelling_by_name(trained, capsys, tmp_path, picture_folder):
    folder = tmp_path / "other"
    for split in ("train", "validation"):
        for name, written in (("cats", "Cat"), ("dogs", "DOGS")):
            shutil.copytree(picture_folder / split / name, folder / split / written)
    assert main(["evaluate", "mine", "--source", str(folder), "--json"]) == 0
    printed = capsys.readouterr()
    scores = json.loads(printed.out)
    assert scores["classes"] == ["Cat", "DOGS"]
    assert scores["test"]["accuracy"] == pytest.approx(trained[1]["test_accuracy"])
    assert "Cat = cats, DOGS = dogs" in printed.err


def test_evaluate_says_in_one_line_that_predictions_are_damaged(trained, capsys):
    settings, run = trained
    file = settings.runs / run["id"] / "predictions.csv"
    whole = file.read_text()
    try:
        file.write_text(whole[: whole.rindex(",")])  # the last row was cut off
        assert main(["evaluate", "mine"]) == 1
    finally:
        file.write_text(whole)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("catdog: The answers that the run mine stored in predictions.csv are damaged: ")
    assert len(printed.err.splitlines()) == 1


@pytest.mark.parametrize("threshold", ["2", "-0.1", "much", "nan"])
def test_evaluate_refuses_a_threshold_that_is_none(threshold, capsys):
    assert main(["evaluate", "mine", f"--threshold={threshold}"]) == 2
    assert "must be a number from 0 to 1" in capsys.readouterr().err


def test_evaluate_for_people_says_what_was_taken_for_what(trained, capsys):
    assert main(["evaluate", "model1"]) == 0
    shown = capsys.readouterr().out
    assert "test: accuracy" in shown
    assert "were recognized" in shown
    assert "taken for dogs" in shown
    assert "threshold" not in shown
    for word in (
        "95% confidence interval",
        "precision",
        "recall",
        "F1",
        "ROC curve",
        "average precision",
        "calibration error",
    ):
        assert shown.count(word) >= 2
    settings, run = trained
    predictions = read_predictions(settings.runs / run["id"] / "predictions.csv")
    for split in ("validation", "test"):
        for band in compute_track_record(predictions.of_split(split)):
            assert (describe_band(band, f"{split} images") in shown) == (band.accuracy is not None)
    assert "when it said" in shown
    assert main(["evaluate", "model1", "--threshold", "0.3"]) == 0
    assert "threshold 0.3: the answer is dogs where their probability is above it" in capsys.readouterr().out


def test_predict_as_json_follows_the_contract(trained, picture_folder, capsys):
    paths = [str(picture_folder / "validation" / name) for name in ("cats/cat.1.jpg", "dogs/dog.1.jpg")]
    assert main(["predict", "mine", *paths, "--json"]) == 0
    predictions = json.loads(capsys.readouterr().out)
    keys = {"path", "run", "label", "probability", "novel", "distance"}
    assert [set(prediction) for prediction in predictions] == [keys] * 2
    assert [(prediction["novel"], prediction["distance"]) for prediction in predictions] == [(None, None)] * 2
    assert [prediction["path"] for prediction in predictions] == paths
    assert {prediction["run"] for prediction in predictions} == {trained[1]["id"]}
    for prediction in predictions:
        assert prediction["label"] == ("dogs" if prediction["probability"] > 0.5 else "cats")


def test_predict_says_which_images_are_unlike_the_training_set(trained, picture_folder, capsys, monkeypatch):
    class Detector:
        threshold = 0.4

        def measure_images(self, pixels):
            assert (pixels.shape, pixels.dtype) == ((2, 160, 160, 3), np.uint8)
            return np.array([0.25, 0.5], np.float32)

    fingerprints = []
    monkeypatch.setattr(novelty, "find_detector", lambda *arguments: fingerprints.append(arguments[0]) or Detector())
    paths = [str(picture_folder / "validation" / name) for name in ("cats/cat.1.jpg", "dogs/dog.1.jpg")]
    assert main(["predict", "mine", *paths, "--json"]) == 0
    predictions = json.loads(capsys.readouterr().out)
    assert [(prediction["novel"], prediction["distance"]) for prediction in predictions] == [(False, 0.25), (True, 0.5)]
    assert main(["predict", "mine", *paths]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.endswith("sure; unlike anything in the training set") for line in lines] == [False, True]
    config = json.loads((trained[0].runs / trained[1]["id"] / "config.json").read_text())
    assert fingerprints == [config["data"]["fingerprint"]] * 2


def test_predict_takes_a_folder_and_says_what_else_is_in_it(trained, picture_folder, tmp_path, capsys):
    folder = shutil.copytree(picture_folder / "validation" / "cats", tmp_path / "photos" / "cats").parent
    (folder / "notes.txt").write_text("hello")
    assert main(["predict", "mine", str(folder), "--json"]) == 0
    printed = capsys.readouterr()
    assert len(json.loads(printed.out)) == 20
    assert "1 file that is no image (notes.txt) was left out." in printed.err
    (tmp_path / "empty").mkdir()
    assert main(["predict", "mine", str(tmp_path / "empty")]) == 1
    assert "has no images in it" in capsys.readouterr().err


def test_predict_takes_a_zip_as_it_takes_the_folder(trained, picture_folder, tmp_path, capsys):
    path = shutil.make_archive(tmp_path / "pets", "zip", picture_folder)
    assert main(["predict", "mine", str(picture_folder), "--json"]) == 0
    of_folder = json.loads(capsys.readouterr().out)
    assert main(["predict", "mine", path, "--json"]) == 0
    of_zip = json.loads(capsys.readouterr().out)
    assert len(of_zip) == 64
    assert f"{path}/validation/cats/cat.0.jpg" in [prediction["path"] for prediction in of_zip]
    answers = [
        {Path(prediction["path"]).relative_to(top): prediction["probability"] for prediction in predictions}
        for top, predictions in ((picture_folder, of_folder), (path, of_zip))
    ]
    assert answers[0] == pytest.approx(answers[1], abs=1e-6)
    with zipfile.ZipFile(tmp_path / "notes.zip", "w") as notes:
        notes.writestr("notes.txt", "hello")
    assert main(["predict", "mine", str(tmp_path / "notes.zip")]) == 1
    assert "has no images in it" in capsys.readouterr().err


def test_predict_gives_the_predictions_of_the_training(trained, picture_folder, capsys):
    settings, run = trained
    rows = (settings.runs / run["id"] / "predictions.csv").read_text().splitlines()[1:]
    stored = {row.split(",")[0]: float(row.split(",")[2]) for row in rows}
    assert len(stored) == 64
    paths = sorted(stored)
    assert main(["predict", run["id"], *(str(picture_folder / path) for path in paths), "--json"]) == 0
    predictions = json.loads(capsys.readouterr().out)
    assert [prediction["probability"] for prediction in predictions] == pytest.approx(
        [stored[path] for path in paths], abs=1e-3
    )


def test_a_bad_image_gets_its_sentence_and_the_others_predictions(picture_folder, tmp_path, capsys):
    (tmp_path / "note.jpg").write_text("no image at all")
    (tmp_path / "empty.png").touch()
    good = str(picture_folder / "train" / "cats" / "cat.0.jpg")
    bad = [str(tmp_path / name) for name in ("note.jpg", "empty.png", "missing.jpg")]
    assert main(["predict", "mine", bad[0], good, *bad[1:], "--json"]) == 1
    printed = capsys.readouterr()
    assert [prediction["path"] for prediction in json.loads(printed.out)] == [good]
    complaints = [line for line in printed.err.splitlines() if line.startswith("catdog: ")]
    assert [name in line for name, line in zip(("note.jpg", "empty.png", "missing.jpg"), complaints, strict=True)] == [
        True,
        True,
        True,
    ]


def test_a_model_whose_answers_are_nan_is_one_line(picture_folder, monkeypatch, capsys):
    monkeypatch.setattr(Predictor, "outputs", lambda _, images: np.full((len(images), 1), np.nan, np.float32))
    assert main(["predict", "mine", str(picture_folder / "train" / "cats" / "cat.0.jpg")]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("catdog: The model of the run mine gives answers that are no probabilities")


def test_a_model_that_was_not_trained_is_one_line_that_says_how(picture_folder, capsys):
    assert main(["predict", "model2", str(picture_folder / "train" / "cats" / "cat.0.jpg")]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "train model2" in printed.err
