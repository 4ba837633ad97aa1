"""Exported models opened by the programs that they are for, with the answers of the run's own model."""

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catdog.augmentation.config import Augmentation
from catdog.export import FORMATS
from catdog.export.build import build_package
from catdog.inference.predictor import Predictor
from catdog.models.specs import build_model
from catdog.settings import PROJECT
from catdog.training.outputs import copy_uncompiled
from tests.catdog.export.conftest import install, lend_packages, unpack

ASK_MEDIAPIPE = """
import json, sys
import numpy as np, mediapipe
from mediapipe.tasks.python import BaseOptions, vision
answers = {}
for path in sys.argv[2:]:
    options = vision.ImageClassifierOptions(BaseOptions(model_asset_path=path))
    with vision.ImageClassifier.create_from_options(options) as classifier:
        for pixels in np.load(sys.argv[1]):
            result = classifier.classify(mediapipe.Image(mediapipe.ImageFormat.SRGB, pixels))
            scores = {entry.category_name: entry.score for entry in result.classifications[0].categories}
            answers.setdefault(path, []).append(scores)
print(json.dumps(answers))
"""
ASK_KERAS = """
import importlib.util, sys
assert importlib.util.find_spec("catdog") is None
import keras, numpy as np
pixels = np.load(sys.argv[1]).astype("float32")
for path in sys.argv[2:]:
    model = keras.saving.load_model(path)
    np.save(path + ".npy", keras.ops.convert_to_numpy(model(pixels, training=False)))
"""
EVERYTHING = Augmentation("horizontal", 0.1, 0.1, 0.1, 0.1, 0.1, "nearest")


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    """Pictures of the models' size in three colours."""
    colours = np.array([(200, 80, 40), (120, 120, 120), (40, 90, 210)]).reshape(3, 1, 1, 3)
    return (colours + np.random.default_rng(3).integers(-40, 40, (3, 160, 160, 3))).astype(np.uint8)


@pytest.fixture
def expected(run, pixels) -> np.ndarray:
    """The probability of class 1 by the run's own model."""
    return Predictor(run.files.tflite).predict(pixels)


@pytest.fixture(scope="module")
def mediapipe(tmp_path_factory) -> Path:
    """The Python of an environment with MediaPipe."""
    folder = tmp_path_factory.mktemp("mediapipe") / "environment"
    return install(PROJECT / "requirements-mediapipe.txt", folder, lend=True)


def make(run, settings, name: str, folder: Path) -> Path:
    """Return the model's file or folder out of the zip."""
    return unpack(build_package(run, FORMATS[name], settings), folder) / FORMATS[name].model


@pytest.mark.slow
def test_mediapipe_classifies_as_the_run_does(run, settings, mediapipe, pixels, expected, tmp_path):
    tolerances = {"mediapipe": 1e-4, "tflite": 1e-4, "int8": 0.3}
    models = {name: str(make(run, settings, name, tmp_path / name)) for name in tolerances}
    np.save(tmp_path / "pixels.npy", pixels)
    command = [mediapipe, "-I", "-c", ASK_MEDIAPIPE, tmp_path / "pixels.npy", *models.values()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers = {name: json.loads(done.stdout)[path] for name, path in models.items()}
    for name, tolerance in tolerances.items():
        assert [answer["dogs"] for answer in answers[name]] == pytest.approx(expected, abs=tolerance), name
    cats = [answer["cats"] for answer in answers["mediapipe"]]
    assert cats == pytest.approx(1 - expected, abs=tolerances["mediapipe"])
    assert [set(answer) for name in ("tflite", "int8") for answer in answers[name]] == [{"dogs"}] * 6


@pytest.mark.parametrize(("name", "labels"), [("mediapipe", "cats\ndogs"), ("tflite", "dogs"), ("int8", "dogs")])
def test_a_litert_file_holds_its_labels_and_metadata(run, settings, name, labels, tmp_path):
    from ai_edge_litert import schema_py_generated as schema

    model = make(run, settings, name, tmp_path)
    with zipfile.ZipFile(model) as zipped:
        assert zipped.read("labels.txt").decode() == labels
        assert zipped.read("classes.txt").decode() == "cats\ndogs"
    unpacked = schema.ModelT.InitFromPackedBuf(model.read_bytes())
    (entry,) = [entry for entry in unpacked.metadata if entry.name == b"TFLITE_METADATA"]
    content = bytes(unpacked.buffers[entry.buffer].data)
    assert content[4:8] == b"M001"
    assert b"labels.txt" in content
    parts = schema.Model.GetRootAs(model.read_bytes())
    assert {_place(parts.Buffers(row)) % 16 for row in range(parts.BuffersLength())} == {0}


def _place(buffer) -> int:
    """Where a buffer's bytes begin in its file, which must be a multiple of 16; 0 for an empty buffer."""
    return 0 if buffer.DataIsNone() else buffer._tab.Vector(buffer._tab.Offset(4))


def test_tensorflow_serving_finds_a_version_with_the_signature(run, settings, pixels, expected, tmp_path):
    import tensorflow as tf

    folder = make(run, settings, "savedmodel", tmp_path)
    (version,) = folder.iterdir()
    assert version.name.isdigit()
    assert {"saved_model.pb", "variables"} <= {path.name for path in version.iterdir()}
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:  # as its C++ loader does, without Python's code
        graph = tf.compat.v1.saved_model.load(session, ["serve"], str(version))
        signature = graph.signature_def["serving_default"]
        assert signature.method_name == "tensorflow/serving/predict"
        ((given, source),), ((returned, target),) = signature.inputs.items(), signature.outputs.items()
        assert (given, returned) == ("pixels", "probability")
        assert [size.size for size in source.tensor_shape.dim] == [-1, 160, 160, 3]
        assert source.dtype == tf.float32.as_datatype_enum
        answers = session.run(target.name, {source.name: pixels.astype(np.float32)})
    assert answers[:, 0] == pytest.approx(expected, abs=1e-4)


def test_onnx_runtime_takes_batches_of_any_size(run, settings, pixels, expected, tmp_path):
    import onnx
    import onnxruntime

    model = make(run, settings, "onnx", tmp_path)
    onnx.checker.check_model(str(model), full_check=True)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (source,), (target,) = session.get_inputs(), session.get_outputs()
    assert (source.name, source.type, source.shape[1:]) == ("pixels", "tensor(float)", [160, 160, 3])
    assert target.shape[1:] == [1]
    for count in (1, 3):
        (answers,) = session.run(None, {"pixels": pixels[:count].astype(np.float32)})
        assert answers[:, 0] == pytest.approx(expected[:count], abs=1e-4)


def test_the_script_beside_an_onnx_file_predicts_as_the_run_does(run, settings, pixels, expected, tmp_path):
    folder = make(run, settings, "onnx", tmp_path).parent
    for row, picture in enumerate(pixels):
        Image.fromarray(picture).save(folder / f"{row}.png")
    command = [sys.executable, "-I", folder / "classify.py", folder, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [answer["probability"] for answer in json.loads(done.stdout)] == pytest.approx(expected, abs=1e-4)


@pytest.mark.slow
def test_keras_alone_loads_models_with_every_augmentation(pixels, tmp_path):
    np.save(tmp_path / "pixels.npy", pixels)
    expected, files = {}, {}
    for name in ("model1", "model4"):  # with logits, and on a backbone
        model = copy_uncompiled(build_model(name, augmentation=EVERYTHING, seed=1))
        files[name] = str(tmp_path / f"{name}.keras")
        model.save(files[name])
        expected[name] = np.asarray(model(pixels.astype(np.float32), training=False))
    # a fresh environment, for which the packages that are installed here need not be fetched again
    venv.create(tmp_path / "fresh")
    lend_packages(tmp_path / "fresh")
    command = [tmp_path / "fresh" / "bin" / "python", "-I", "-c", ASK_KERAS, tmp_path / "pixels.npy", *files.values()]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name, path in files.items():
        assert np.load(f"{path}.npy") == pytest.approx(expected[name], abs=1e-5)
