"""Notebooks that are run: the same parameters, the same losses as the run they were written of.

A notebook is run as its script, in the tests' own process, which has TensorFlow already; one is run cell by cell by a
kernel, as Jupyter does.
"""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageOps

from catdog.datasets import open_dataset
from catdog.datasets.synthetic.generate import generate_dataset
from catdog.export.notebook import render_course_script, render_notebook, render_script
from catdog.export.notebook.data import Data
from catdog.export.notebook.photos import write_data_cells
from catdog.images.decode import load_image, resize
from catdog.models.specs import MODELS
from catdog.runs import create_run, open_run
from catdog.settings import Settings
from catdog.training import TrainConfig, loop, worker
from catdog.training.recipes import make_config, make_quick_config
from catdog.training.reporter import Reporter

FIRST_EPOCH = 0.01  # how far the first epoch's losses may differ, as a share: what the notebook promises
LATER = 0.05  # and those of the few that follow, where rounding has grown
LOSSES = ("loss", "val_loss")
USUAL = {"epochs": 2, "batch_size": 8, "exact": True}
FINE_TUNED = {"epochs": 1, "fine_tune_layers": 20, "fine_tune_epochs": 2, "fine_tune_rate": 1e-4}
RECIPES = (  # each model and recipe that is not below, each loss: from logits or binary, smoothed or not
    *(("model1", "tuned", {}), ("model3", "tuned", {})),
    *(("model4", "published", {}), ("model4", "tuned", FINE_TUNED)),
)
OTHERS = {
    "plateau, patience, clipping, some photos": ("model2", {"schedule": "plateau", "patience": 1, "clip_norm": 0.5,
                                                            "fraction": 0.7, "epochs": 4}),
    "last epoch, scaled, every effect": ("model1", {"restore_best": False, "scaling": True, "brightness": 0.2,
                                                    "contrast": 0.2, "zoom": 0.1, "fill": "constant"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """MobileNetV2's weights as they are before any training."""
    import keras

    keras.utils.set_random_seed(5)
    path = tmp_path_factory.mktemp("weights") / "random.weights.h5"
    keras.applications.MobileNetV2(input_shape=(160, 160, 3), include_top=False, weights=None).save_weights(path)
    return path


@pytest.fixture
def place(tmp_path):
    return Settings(home=tmp_path / "home")


@pytest.fixture
def with_weights(place, weights):
    return replace(place, backbone_weights=weights)


@pytest.fixture
def finish(place, picture_folder, request):
    """Train a run to its last epoch."""

    def finish(config):
        config = replace(config, source=str(picture_folder))
        run = create_run(place, config, "mine")
        dataset = open_dataset(place, config.source)
        run.files.add_to_config(data=worker.describe_data(dataset.catalog))
        reporter = Reporter(run.files, config.total_epochs)
        loop.fit(run.files, config, dataset, reporter, request.getfixturevalue("with_weights"))
        lines = [
            f"{path},{label},0.5,{split}"
            for path, label, split in zip(
                dataset.catalog.paths, dataset.catalog.labels, dataset.catalog.splits, strict=True
            )
        ]
        run.files.predictions.write_text("\n".join(["path,label,probability,split", *lines]) + "\n")
        return open_run(place, run.id)

    return finish


@pytest.fixture
def execute(place, weights, tmp_path, monkeypatch):
    """Run a run's notebook as a script, and return the names that it leaves."""

    def execute(run=None, **replaced):
        import matplotlib

        matplotlib.use("Agg", force=True)
        script = (render_script([run], {run.id: "mine"}, place) if run else render_course_script()).decode()
        for before, after in {'WEIGHTS = "imagenet"': f"WEIGHTS = {str(weights)!r}", **replaced}.items():
            assert before in script or run
            script = script.replace(before, after)
        monkeypatch.chdir(tmp_path)
        scope = {}
        exec(compile(script, "script", "exec"), scope)
        scope["plt"].close("all")
        return scope

    return execute


def test_images_of_any_sort_are_read_as_in_the_dashboard(place, tmp_path):
    import tensorflow as tf

    shapes = {"photo.jpg": (90, 70, 3), "turned.jpg": (90, 70, 3), "grey.png": (50, 70), "clear.png": (60, 200, 4)}
    for name, shape in shapes.items():
        pixels = np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)
        exif = Image.Exif()
        exif[0x0112] = 6 if name == "turned.jpg" else 1
        Image.fromarray(pixels).save(tmp_path / name, exif=exif)
    scope = {"tf": tf, "np": np, "Image": Image, "ImageOps": ImageOps}
    data = Data("pets", ("cats", "dogs"), files=(("training", (("a.jpg",), ("b.jpg",))),))
    reader = next(cell.text for cell in write_data_cells(data) if "def read_image" in cell.text)
    exec(reader.partition("images = ")[0], scope)
    for name in shapes:
        ours = resize(load_image(tmp_path / name))
        levels = np.abs(scope["read_image"](tmp_path / name).astype(int) - ours)
        assert levels.max() <= (0 if name == "photo.jpg" else 1 if name.endswith(".png") else 8), name


def check_alike(run, scope):
    assert scope["model"].count_params() == MODELS[run.config.model].parameters
    check_curves(run, scope["history"])


def check_curves(run, curves):
    history = run.history()
    assert len(curves["loss"]) == len(history["loss"])
    for name in LOSSES:
        assert curves[name][0] == pytest.approx(history[name][0], rel=FIRST_EPOCH)
        assert curves[name] == pytest.approx(history[name], rel=LATER)
    for name in ("accuracy", "val_accuracy"):
        assert curves[name][0] == pytest.approx(history[name][0], abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize(("model", "recipe", "then"), RECIPES, ids=[f"{case[0]}-{case[1]}" for case in RECIPES])
def test_models_and_recipes_are_trained_as_in_the_run(finish, execute, model, recipe, then):
    run = finish(make_config(model, recipe, **USUAL | then))
    scope = execute(run)
    check_alike(run, scope)
    if then:
        from catdog.models.fine_tuning import count_trained_weights

        trained = sum(int(np.prod(weight.shape)) for weight in scope["model"].trainable_weights)
        assert trained == count_trained_weights(run.config.fine_tune_layers)


@pytest.mark.slow
@pytest.mark.parametrize("case", OTHERS)
def test_other_settings_are_trained_as_in_the_run(finish, execute, case):
    model, values = OTHERS[case]
    run = finish(TrainConfig(model, **USUAL | values))
    check_alike(run, execute(run))


@pytest.mark.slow
def test_a_quick_run_and_its_notebook_get_the_same_scores(with_weights, execute, picture_folder):
    run = create_run(with_weights, make_quick_config(str(picture_folder), fraction=0.8), "mine")
    assert worker.work(run.files, with_weights) == 0, run.files.read_status().error
    run = open_run(with_weights, run.id)
    scope = execute(run)
    for split in ("validation", "test"):
        accuracy, loss = scope["score"](scope["probabilities"][split], scope[split])
        assert accuracy == run.evaluation[split]["accuracy"]
        assert loss == pytest.approx(run.evaluation[split]["loss"], rel=1e-3)


@pytest.mark.slow
def test_the_course_runs_to_its_end(execute, tmp_path):
    generate_dataset(tmp_path / "drawn", training=32, validation=240)
    scope = execute(**{"epochs=20": "epochs=1", 'DATA = ""': f"DATA = {str(tmp_path / 'drawn')!r}"})
    assert list(scope["results"]) == list(MODELS)
    assert [len(scope[name]) for name in ("training", "validation", "test")] == [32, 48, 192]


@pytest.mark.slow
def test_a_kernel_runs_every_cell_of_a_notebook(place, finish, tmp_path, monkeypatch):
    import nbformat
    from nbclient import NotebookClient

    monkeypatch.delenv("MPLBACKEND", raising=False)  # Streamlit's import sets it, and then no chart would be shown
    run = finish(make_config("model1", "steady", **USUAL))
    book = nbformat.reads(render_notebook([run], {run.id: "mine"}, place).decode(), 4)
    book.cells.append(nbformat.v4.new_code_cell("import json\nprint(json.dumps(history, default=float))"))
    NotebookClient(book, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in book.cells for output in cell.get("outputs", ())]
    text = "\n".join(output.get("text", "") or output.get("data", {}).get("text/plain", "") for output in outputs)
    assert not [output for output in outputs if output.output_type == "error"]
    check_curves(run, json.loads(outputs[-1].text))
    assert "16,821,250" in text
    assert "training: 12 cats, 12 dogs" in text
    assert text.count("here; the dashboard") == 4
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 4
