"""Hand-ins of made runs on a few drawn images; stored answers take the place of asking the models.

Fixtures:
    data     the opened drawn set of 24 + 40 images.
    make     makes a finished run with a stand-in for a model: make("model1", seed=2).
    light    stand-ins for the report and the notebook of a hand-in, whose making takes longer than all else.
    hand_in  writes a zip of runs, with these stand-ins: hand_in("Ada", [run], progress) returns its path.
    hand_in_whole  the same with a real report and a real notebook.
    rewrite  replaces files in a hand-in and leaves its manifest: rewrite(path, {"answers.json": b"..."}).
    grade    grades zips: grade(path, ...) returns {name: Grade}.
"""

import zipfile

import numpy as np
import pytest

from benchmarks.synthetic_runs import make_finished_run, write_predictions
from catdog.datasets import open_dataset
from catdog.datasets.synthetic.generate import generate_dataset
from catdog.handin import build_handin, grade_folder, grading
from catdog.handin.rescoring import Answers, select_images
from catdog.lessons.progress import Progress
from catdog.runs import open_run
from catdog.runs.reader import read_run


@pytest.fixture(scope="session")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn") / "drawn"
    generate_dataset(folder, training=24, validation=40)
    return folder


@pytest.fixture
def data(settings, drawn):
    settings.data.mkdir()
    (settings.data / "drawn").symlink_to(drawn)
    return open_dataset(settings, "drawn")


@pytest.fixture
def make(settings, data):
    def make(model="model1", seed=1):
        run = make_finished_run(settings, model, seed, 4)
        write_predictions(run, data.catalog)
        run.files.tflite.write_bytes(f"stands for {run.id}".encode())
        # as in a training, the kept model does about as well as its epoch
        history = run.files.history.read_text().splitlines()
        accuracy = open_run(settings, run.id).evaluation["validation"]["accuracy"]
        rows = [line.split(",") for line in history[1:]]
        for row in rows:
            row[1], row[4] = "0.01", f"{accuracy:.6g}"
        run.files.history.write_text("\n".join([history[0], *map(",".join, rows), ""]))
        status = run.files.read_status()
        run.files.write_status(type(status)(**{**vars(status), "best_val_accuracy": float(f"{accuracy:.6g}")}))
        run.files.note_scored(run.files.tflite)
        return open_run(settings, run.id)

    return make


@pytest.fixture
def hand_in_whole(settings, tmp_path):
    def write(name, runs, progress=None, person=""):
        folder = tmp_path / "handins"
        return build_handin(settings, runs, progress or Progress(), name, folder / f"{name}.zip", person)

    return write


@pytest.fixture
def light(monkeypatch):
    monkeypatch.setattr("catdog.handin.archive.render_report", lambda *_: "<html></html>")
    monkeypatch.setattr("catdog.handin.archive.render_notebook", lambda *_: b"{}")


@pytest.fixture
def hand_in(hand_in_whole, light):
    return hand_in_whole


@pytest.fixture
def rewrite():
    def replace_files(path, files, drop=()):
        with zipfile.ZipFile(path) as before:
            members = {name: before.read(name) for name in before.namelist() if name not in drop}
        with zipfile.ZipFile(path, "w") as after:
            for name, content in (members | files).items():
                after.writestr(name, content)
        return path

    return replace_files


@pytest.fixture
def grade(settings, data, monkeypatch):
    def ask(models, settings, source, split, progress):
        rows = select_images(data.catalog, split)
        paths = np.array(data.catalog.paths)[rows]
        answers = {}
        for model in models:
            run = read_run(model.parent)
            if b"another model" in model.read_bytes():
                answers[model] = Answers(np.full(len(rows), 0.5))
            elif b"damaged" in model.read_bytes():
                answers[model] = Answers(error="The model ended the process that asked it: its file is damaged.")
            else:
                honest = dict(np.load(settings.home / "honest.npz")) if (settings.home / "honest.npz").exists() else {}
                stored = run.predictions()
                told = dict(zip(stored.paths, stored.probabilities, strict=True))
                answers[model] = Answers(honest.get(run.id, np.array([told.get(path, 0.0) for path in paths])))
        return answers

    monkeypatch.setattr(grading, "ask_models", ask)
    return lambda *files: {row.name: row for row in grade_folder(files, settings, "drawn")}
