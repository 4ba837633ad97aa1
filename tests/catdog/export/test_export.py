"""Exported models: what is in the zip, that it predicts as the run does, and what is refused.

The zips are made in this process, where TensorFlow is loaded once, except where the test is of the process that
`export_run` starts for each.
"""

import errno
import json
import os
import re
import runpy
import subprocess
import sys
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from catdog.__main__ import main
from catdog.errors import RunError, UsageError
from catdog.export import FORMATS, build, export_run, find_export, read_check
from catdog.export.__main__ import explain
from catdog.export.build import STEPS, build_package
from catdog.images.decode import load_image, resize
from catdog.inference.predictor import load_predictor
from catdog.runs import find_run
from catdog.utils.text import format_percent
from tests.catdog.export.conftest import add_detector, install, unpack

MADE = list(FORMATS)
FILES = {"model_card.md", "classify.py", "requirements.txt"}


def run_script(python, folder, photo, *options):
    """Return what the script in the folder prints of the photo."""
    command = [python, "-I", str(folder / "classify.py"), str(photo), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder.parent)
    assert done.returncode == 0, done.stderr
    return done.stdout


def read_answer(printed):
    """Return what a script printed as JSON of a photo: its class, the probability of class 1, if it's of another kind.

    The last is None where nothing tells it.
    """
    (answer,) = json.loads(printed)
    return answer["label"], answer["probability"], answer["novel"]


@pytest.mark.parametrize("name", MADE)
def test_each_format_has_card_script_and_requirements_and_was_checked(settings, run, name, tmp_path):
    path = build_package(run, FORMATS[name], settings)
    folder = unpack(path, tmp_path)
    detector = set() if name == "onnx" else {"novelty.npz", "features.tflite"}  # nothing of ONNX reads LiteRT's file
    assert {file.name for file in folder.iterdir()} == FILES | {FORMATS[name].model} | detector
    left = [path.suffix for path in (run.folder / "exports").glob(f"*{name}*") if path.suffix != ".lock"]
    assert left == [".zip"]
    check = read_check(path)
    assert check.pictures >= 8
    assert check.largest <= check.tolerance
    assert check.tolerance == 1e-4 or name == "int8"
    card = (folder / "model_card.md").read_text()
    for words in (", 160, 160, 3)", "0 = cats, 1 = dogs", "no smoothing", "accuracy", "Fingerprint"):
        assert words in card
    assert f"**Test**: accuracy {format_percent(run.test_accuracy)} of " in card
    assert f"**Validation**: accuracy {format_percent(run.val_accuracy)} of " in card
    assert "about 95% of such intervals contain the true accuracy" in card
    assert ("novelty.npz" in card) == (name != "onnx")


@pytest.mark.parametrize("name", MADE)
def test_the_script_predicts_as_the_run_does(settings, run, name, tmp_path, photo, monkeypatch, capsys):
    folder = unpack(build_package(run, FORMATS[name], settings), tmp_path / f"[{name}] \\")
    expected = float(load_predictor(run.files.tflite, run.name).predict(resize(load_image(photo))[np.newaxis])[0])
    assert expected > 0.7  # so that the other class's probability is over 0.3 away
    if name in ("keras", "savedmodel"):  # in this process, which has TensorFlow; the others start in an instant
        monkeypatch.setattr(sys, "argv", ["classify.py", str(photo), "--json"])
        with pytest.raises(SystemExit, match=r"^0$"):
            runpy.run_path(str(folder / "classify.py"), run_name="__main__")
        printed = capsys.readouterr().out
    else:
        printed = run_script(sys.executable, folder, photo, "--json")
    label, probability, novel = read_answer(printed)
    assert probability == pytest.approx(expected, abs=0.3 if name == "int8" else 1e-3)
    assert label == ("dogs" if probability > 0.5 else "cats")
    assert novel is (None if name == "onnx" else False)


def test_the_script_says_what_is_of_another_kind(copy, tmp_path, photo):
    settings, run = copy
    plain = unpack(build_package(run, FORMATS["tflite"], settings), tmp_path / "plain")
    assert {file.name for file in plain.iterdir()} == FILES | {"model.tflite"}
    assert "novelty.npz" not in (plain / "model_card.md").read_text()
    add_detector(run, settings.cache, -1)  # what is in proportion to no probability
    folder = unpack(build_package(run, FORMATS["tflite"], settings), tmp_path / "detecting")
    words = run_script(sys.executable, folder, photo).removeprefix(f"{photo}: ")
    assert re.fullmatch(r"dogs \(probability of dogs: 0\.\d{6}\); unlike anything in the training set\n", words)


@pytest.mark.slow
def test_the_script_needs_nothing_but_what_its_requirements_say(settings, run, tmp_path, photo):
    folder = unpack(build_package(run, FORMATS["tflite"], settings), tmp_path / "model")
    python = install(folder / "requirements.txt", tmp_path / "fresh")
    expected = float(load_predictor(run.files.tflite, run.name).predict(resize(load_image(photo))[np.newaxis])[0])
    assert read_answer(run_script(str(python), folder, photo, "--json"))[1] == pytest.approx(expected, abs=1e-3)


def test_a_process_makes_the_file_once_and_it_is_found_again(copy):
    settings, run = copy
    steps = []
    first = export_run(run, "int8", settings, lambda *step: steps.append(step))
    assert steps == [(done, len(STEPS), what) for done, what in enumerate(STEPS)]
    assert read_check(first).pictures == 64
    made = first.stat().st_ino
    assert export_run(run, "int8", settings, lambda *step: steps.append(step)) == first
    assert first.stat().st_ino == made
    assert len(steps) == len(STEPS)
    assert find_export(run, FORMATS["int8"], settings.cache) == first
    assert not list(first.parent.glob(".*.log"))


def test_a_model_that_changed_is_exported_anew(copy):
    settings, run = copy
    first = build_package(run, FORMATS["tflite"], settings)
    run.files.add_to_config(name="another")
    again = build_package(find_run(settings, "another"), FORMATS["tflite"], settings)
    assert export_run(find_run(settings, "another"), "tflite", settings) == again
    assert again != first
    assert not first.exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EIO])
def test_the_disk_is_blamed_only_where_it_is_full(copy, monkeypatch, number):
    from tensorflow import errors

    def fail(*arguments):
        raise errors.ResourceExhaustedError(None, None, f"/home/saved_model; {os.strerror(number)}")

    settings, run = copy
    monkeypatch.setattr(build, "convert", fail)
    with pytest.raises((OSError, errors.OpError)) as caught:
        build_package(run, FORMATS["savedmodel"], settings)
    sentence = explain(caught.value, run.folder)
    assert ("free some disk space" in sentence) == (number in (errno.ENOSPC, errno.EDQUOT))
    assert not list((run.folder / "exports").glob("*.zip"))


def test_what_can_not_be_written_is_said_by_its_reason(tmp_path):
    full, denied = OSError(errno.EDQUOT, "Disk quota exceeded"), OSError(errno.EACCES, "Permission denied", "/home/x")
    assert explain(full, tmp_path).endswith("(Disk quota exceeded): free some disk space, then try again.")
    assert explain(denied, tmp_path).endswith("(Permission denied): look after /home/x, then try again.")
    assert "memory" in explain(MemoryError(), tmp_path)
    assert "the end of the log" in explain(ValueError("x"), tmp_path)


def test_model_files_that_differ_are_refused_and_nothing_is_left(copy):
    settings, run = copy
    import keras

    model = keras.saving.load_model(run.files.model, compile=False)
    model.set_weights([weight + 0.5 for weight in model.get_weights()])
    model.save(run.files.model)
    with pytest.raises(RunError, match="do not answer alike"):
        build_package(run, FORMATS["keras"], settings)
    assert not list((run.folder / "exports").glob("*.zip"))


@pytest.mark.parametrize("damaged", ["model", "tflite"])
def test_a_damaged_model_is_one_sentence(copy, damaged):
    settings, run = copy
    getattr(run.files, damaged).write_bytes(b"no model")
    with pytest.raises(RunError, match="train it again"):
        build_package(run, FORMATS["savedmodel"], settings)
    assert not list((run.folder / "exports").glob("*.zip"))


def test_what_ends_the_process_is_the_same_sentence(copy):
    settings, run = copy
    run.files.tflite.write_bytes(b"no model")
    with pytest.raises(RunError, match="train it again"):
        export_run(run, "savedmodel", settings)
    assert not list((run.folder / "exports").glob("*.zip"))
    assert "RunError" in (run.folder / "exports" / ".savedmodel.log").read_text()


def test_an_unfinished_run_and_one_without_its_model_are_refused(copy):
    settings, run = copy
    run.files.model.unlink()
    with pytest.raises(RunError, match=r"lacks a file that its model needs \(model.keras"):
        export_run(run, "keras", settings)
    run.files.write_status(replace(run.status, state="stopped"))
    with pytest.raises(RunError, match="let it train to its end"):
        export_run(find_run(settings, "mine"), "keras", settings)


def test_an_unknown_format_is_wrong_use(settings, run):
    with pytest.raises(UsageError, match="choose one of keras, tflite, int8, mediapipe, savedmodel, onnx"):
        export_run(run, "floppy", settings)


def test_without_its_packages_onnx_says_how_to_install_them(copy, monkeypatch):
    settings, run = copy
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(RunError, match=r"pip install -r .*requirements-onnx\.txt"):
        export_run(run, "onnx", settings)


def test_the_command_exports_to_a_folder_and_prints_the_file(settings, run, tmp_path, capsys, monkeypatch):
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    build_package(run, FORMATS["tflite"], settings)  # which spares the command a process
    assert main(["export", "mine", "--format", "tflite", "--out", str(tmp_path), "--json"]) == 0
    (file,) = json.loads(capsys.readouterr().out)
    assert set(file) == {"run", "format", "path", "bytes", "pictures", "difference"}
    assert file["path"] == str(tmp_path / f"{run.id}-tflite.zip")
    assert zipfile.is_zipfile(file["path"])
    assert main(["export", "mine", "--format", "tflite"]) == 0
    assert "LiteRT" in capsys.readouterr().out


def test_the_command_refuses_an_unknown_run_in_one_line(settings, capsys, monkeypatch):
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert main(["export", "nobody", "--format", "keras"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
