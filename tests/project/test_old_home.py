"""A home that version 0.1.0 wrote is listed, opened, resumed, predicted with and exported: nothing trained is lost.

The home is written here as that version wrote it, literally, and not by the library's own functions.
"""

import csv
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from catdog.cli import runs as runs_command
from catdog.datasets import list_user_datasets, open_catalog
from catdog.datasets.exclusions import list_excluded
from catdog.export.build import build_package
from catdog.export.formats import FORMATS
from catdog.inference.predictor import load_predictor
from catdog.runs import list_runs, open_run
from catdog.settings import Settings
from catdog.training import worker

CLASSES = ("circles", "squares")
EACH = 24  # images of a class
FINGERPRINT = "4e6f3000d9feb5e6"  # what version 0.1.0 calls these images
DONE, STOPPED = "20261126-081019-model4-k28s", "20261126-081036-model4-4ikp"
# 271 arrays: the weights of model4, then the state of its dropout and of Adam
SHAPES = "8a90706e2220c05f"  # SHA-256 of their shapes in the order of version 0.1.0, beginning
SETTINGS = {
    "model": "model4",
    "epochs": 3,
    "batch_size": 32,
    "learning_rate": 0.001,
    "seed": 1,
    "fraction": 1.0,
    "exact": False,
    "patience": 0,
    "schedule": "constant",
    "restore_best": True,
    "flip": None,
    "rotation": None,
    "zoom": None,
    "translation": None,
    "contrast": None,
    "brightness": None,
    "fill": None,
}
VERSIONS = {"python": "3.11.7", "catdog": "0.1.0", "tensorflow": "2.21.0", "keras": "3.15.1", "numpy": "2.4.6"}
STATUS = {
    "message": "",
    "epochs": 3,
    "batch": 1,
    "batches": 2,
    "queued": 1795680636.2919044,
    "started": 1795680636.5697024,
    "updated": 1795680648.531071,
    "finished": 1795680648.5310495,
    "seconds": 0.9784644,
    "prepared": 0.39085915399982696,
    "best_val_accuracy": 0.6,
    "best_epoch": 2,
    "pid": None,
    "pid_started": 1795680635.42,
    "host": "vm",
    "boot": "667f320d-db14-484d-b8d3-e38bb96c4830",
    "error": "",
}
HISTORY = """epoch,seconds,accuracy,loss,val_accuracy,val_loss,learning_rate
1,0.425269,0.441176,1.04585,0.5,0.662547,0.001
2,0.463121,0.470588,0.852132,0.6,0.58877,0.001
"""


def bitmap(label: int, number: int) -> bytes:
    """Return a BMP file of 24 × 16 pixels, whose bytes depend on nothing but the arguments."""
    width, height = 24, 16
    pixels = np.full((height, width, 3), (60, 90, 190) if label else (190, 90, 60), np.uint8)
    pixels[number % height, :, 1] = 200
    pixels[:, number % width, 1] = 20
    head = b"BM" + (54 + pixels.nbytes).to_bytes(4, "little") + bytes(4) + (54).to_bytes(4, "little")
    sizes = b"".join(value.to_bytes(4, "little") for value in (40, width, height))
    return head + sizes + (1).to_bytes(2, "little") + (24).to_bytes(2, "little") + bytes(24) + pixels.tobytes()


def write_images(root: Path) -> list[str]:
    """Write the user dataset's images and return their paths, sorted."""
    for label, name in enumerate(CLASSES):
        (root / name).mkdir(parents=True)
        for number in range(EACH):
            (root / name / f"{number:02}.bmp").write_bytes(bitmap(label, number))
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*.bmp"))


def write_json(path: Path, value: object) -> None:
    """Write JSON as version 0.1.0 did."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_run(folder: Path, source: Path, paths: list[str], state: str, models: Path, **details: object) -> None:
    """Write a run folder of version 0.1.0."""
    counts = {"training": 17, "validation": 5, "test": 2}
    data = {
        "source": str(source),
        "title": "48 images of circles and squares from Shapes",
        "note": "",
        "classes": list(CLASSES),
        "counts": {split: dict.fromkeys(CLASSES, number) for split, number in counts.items()},
        "baseline": 0.5,
        "fingerprint": FINGERPRINT,
        "excluded": {"pictures": 0, "digest": "", "paths": []},
    }
    config = {"name": f"the {state} one", "created": 1795680636.290452, "config": SETTINGS | {"source": str(source)}}
    weights = {"source": "ImageNet weights trained at 224×224", "path": "/nowhere/weights.h5"}
    machine = {"device": "CPU (x86_64, 2 cores)", "versions": VERSIONS, "faster": [], "weights": weights}
    write_json(folder / "config.json", config | details | {"data": data} | machine | {"memory": 1096728576})
    write_json(folder / "status.json", {"state": state, "epoch": 3} | STATUS)
    (folder / "history.csv").write_text(HISTORY)
    (folder / "log.txt").write_text("INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n")
    for name in (".lock", ".config.lock"):
        (folder / name).touch()
    for name in ("model.keras", "model.tflite"):
        (folder / name).write_bytes((models / name).read_bytes())
    with (folder / "predictions.csv").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("path", "label", "probability", "split"))
        table.writerows((path, int(path.startswith("squares")), "0.233631134", "test") for path in paths)
    scores = {"accuracy": 0.75, "loss": 0.4402360081204963, "photos": 4, "confusion": [[2, 0], [1, 1]]}
    write_json(folder / "evaluation.json", {"validation": scores, "test": scores})
    if state == "stopped":
        (folder / "checkpoint").mkdir()
        (folder / "checkpoint" / "state.npz").write_bytes((models / "state.npz").read_bytes())
        (folder / "checkpoint" / "history.csv").write_text(HISTORY)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """model.keras, model.tflite and state.npz of an untrained model4."""
    import keras
    import tensorflow as tf

    folder = tmp_path_factory.mktemp("models")
    keras.utils.set_random_seed(1)
    image = keras.Input((160, 160, 3), name="pictures")
    scaled = keras.layers.Rescaling(1 / 127.5, offset=-1, name="scale")(image)
    flipped = keras.layers.RandomFlip("horizontal_and_vertical", name="flip")(scaled)
    turned = keras.layers.RandomRotation(0.2, name="rotation")(flipped)
    backbone = keras.applications.MobileNetV2(input_shape=(160, 160, 3), include_top=False, weights=None)
    backbone.trainable = False
    features = keras.layers.GlobalAveragePooling2D(name="features")(backbone(turned, training=False))
    dropped = keras.layers.Dropout(0.4, name="dropout")(features)
    model = keras.Model(image, keras.layers.Dense(1, activation="sigmoid", name="probability")(dropped), name="model4")
    model.save(folder / "model.keras")
    model.compile(optimizer=keras.optimizers.Adam(0.001), loss="binary_crossentropy", metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)
    arrays = [variable.numpy() for variable in [*model.variables, *model.optimizer.variables]]
    np.savez(folder / "state.npz", *arrays)
    shapes = hashlib.sha256(repr([array.shape for array in arrays]).encode()).hexdigest()
    assert shapes.startswith(SHAPES), "these are not the arrays of version 0.1.0"

    @tf.function(input_signature=[tf.TensorSpec((1, 160, 160, 3), tf.float32)])
    def probability(pixels: tf.Tensor) -> tf.Tensor:
        return model(pixels, training=False)

    # with its weights as constants: in a module of variables they give the same file in twice the time
    converter = tf.lite.TFLiteConverter.from_concrete_functions([probability.get_concrete_function()])
    (folder / "model.tflite").write_bytes(converter.convert())
    return folder


@pytest.fixture
def home(settings: Settings, models: Path) -> Settings:
    """The home with two runs, a user dataset and a list of exclusions."""
    root = settings.home / "data" / "own" / "shapes"
    paths = write_images(root)
    card = {"name": "Shapes", "pictures": 48, "classes": list(CLASSES), "added": 1795680620}
    card |= {"fingerprint": FINGERPRINT, "note": "", "by": "anna@school.example", "bytes": 68198}
    write_json(root / "set.json", card)
    excluded = {"source": str(root), "paths": [paths[3]]}
    write_json(settings.home / "data" / f"excluded-{FINGERPRINT}.json", excluded)
    acts = [
        {"what": "started", "by": "anna@school.example", "at": 1795680619.716518},
        {"what": "noted", "by": "ben@school.example", "at": 1795680636.2889977},
    ]
    runs = settings.home / "runs"
    write_run(runs / DONE, root, paths, "done", models, acts=acts, note="a note")
    write_run(runs / STOPPED, root, paths, "stopped", models, sweep="epochs 3")
    return settings


@pytest.fixture
def source(home: Settings) -> str:
    """The user dataset's path."""
    return str(home.home / "data" / "own" / "shapes")


def test_its_user_dataset_and_exclusions_are_read(home: Settings, source: str) -> None:
    [dataset] = list_user_datasets(home)
    assert (dataset.name, dataset.source, dataset.by, dataset.bytes) == ("Shapes", source, "anna@school.example", 68198)
    catalog = open_catalog(home, source)
    assert (catalog.fingerprint, catalog.classes, len(catalog)) == (FINGERPRINT, CLASSES, 2 * EACH)
    assert list_excluded(home, catalog) == ("circles/03.bmp",)


def test_its_runs_are_listed_with_all_they_hold(home: Settings) -> None:
    done = open_run(home, DONE)
    assert [run.id for run in list_runs(home)] == [STOPPED, DONE]
    assert (done.state, done.finished, done.usable, done.note, done.by) == (
        "done",
        True,
        True,
        "a note",
        "anna@school.example",
    )
    assert (done.best_val_accuracy, done.best_epoch, done.test_accuracy) == (0.6, 2, 0.75)
    assert done.history()["val_accuracy"] == [0.5, 0.6]
    assert len(done.predictions()) == 2 * EACH
    stopped = open_run(home, STOPPED)
    assert (stopped.state, stopped.resumable, stopped.sweep) == ("stopped", True, "epochs 3")


def test_its_model_predicts_and_is_exported(home: Settings) -> None:
    done = open_run(home, DONE)
    predictor = load_predictor(done.files.tflite, done.name)
    [probability] = predictor.predict(np.zeros((1, 160, 160, 3), np.uint8))
    assert 0 <= probability <= 1
    assert build_package(done, FORMATS["keras"], home).is_file()


@pytest.mark.slow
def test_its_stopped_run_goes_on_to_the_end(home: Settings) -> None:
    run = open_run(home, STOPPED)
    assert worker.work(run.files, home) == 0
    run = open_run(home, STOPPED)
    assert run.state == "done", run.log_tail()
    assert run.history()["epoch"] == [1, 2, 3]
    assert run.history()["val_accuracy"][:2] == [0.5, 0.6]
    assert run.evaluation["test"]["photos"] == 4
    assert not run.files.checkpoint.exists()


def test_the_command_line_shows_its_runs(home: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    from catdog.__main__ import build_parser

    options = build_parser().parse_args(["runs", "--json"])
    assert runs_command.run(options, home) == 0
    assert [run["id"] for run in json.loads(capsys.readouterr().out)] == [STOPPED, DONE]
