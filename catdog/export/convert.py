"""Write a run's model in another file format, and predict with the file written. Needs TensorFlow."""

import shutil
from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from catdog.errors import RunError
from catdog.export.formats import ExportFormat
from catdog.export.metadata import add_metadata
from catdog.inference.predictor import Predictor
from catdog.models.litert import convert_to_litert, hold_weights, make_probability_function

if TYPE_CHECKING:
    import keras

    from catdog.runs import Run

VERSION = "1"  # name of the only folder in a SavedModel's, which TensorFlow Serving demands to be a number


def load_model(run: "Run") -> "keras.Model":
    """Return the Keras model of a run, not compiled.

    Raises:
        RunError: Its file is missing or damaged.
    """
    import keras

    try:
        return keras.saving.load_model(run.files.model, compile=False)
    except Exception as error:  # a damaged file makes the readers of zip, JSON and HDF5 raise nearly anything
        raise RunError(f"The model of the run {run.name} is missing or damaged: train it again.") from error


def convert(run: "Run", model: "keras.Model", file_format: ExportFormat, folder: Path) -> None:
    """Write a run's model in a format.

    In every format it takes RGB, float32 (N, 160, 160, 3) in 0..255, and returns the probability of class 1, (N, 1).
    Only "mediapipe" gives the probabilities of both classes, (1, 2), and "keras" stays as the run has it, where model1
    returns two logits, (N, 2).

    Args:
        run: A finished run.
        model: Its Keras model.
        file_format: Format to write.
        folder: Where to write the model, under the name that the format gives it.
    """
    target, name = folder / file_format.model, run.config.model

    def write_litert(content: bytes, per_class: bool = False) -> None:
        target.write_bytes(add_metadata(content, run.name, run.require_classes(), per_class))

    match file_format.name:
        case "keras":
            shutil.copyfile(run.files.model, target)
        case "tflite":
            write_litert(run.files.tflite.read_bytes())
        case "int8":
            write_litert(_convert_to_int8(model, name))
        case "mediapipe":
            write_litert(_convert_to_scores(model, name), per_class=True)
        case "savedmodel":
            _write_saved_model(model, name, target)
        case "onnx":
            import tf2onnx

            function = make_probability_function(model, name)
            tf2onnx.convert.from_function(function, function.input_signature, output_path=str(target))


def predict_exported(file_format: ExportFormat, folder: Path, pixels: np.ndarray) -> np.ndarray:
    """Predict with an exported model.

    Args:
        file_format: Its format.
        folder: The folder that holds it.
        pixels: RGB images, uint8 (N, 160, 160, 3).

    Returns:
        Probabilities of class 1, float (N,).
    """
    target = folder / file_format.model
    floats = pixels.astype(np.float32)
    if file_format.name == "onnx":
        import onnxruntime

        session = onnxruntime.InferenceSession(target, providers=["CPUExecutionProvider"])
        return session.run(None, {session.get_inputs()[0].name: floats})[0][:, 0]
    if file_format.name == "keras":
        import keras

        return predict_keras(keras.saving.load_model(target, compile=False), pixels)
    if file_format.name == "savedmodel":
        import tensorflow as tf

        with chdir(folder):  # see _write_saved_model
            loaded = tf.saved_model.load(f"{file_format.model}/{VERSION}")
        return loaded.signatures["serving_default"](pixels=tf.constant(floats))["probability"].numpy()[:, 0]
    return Predictor(target).outputs(pixels)[:, -1]


def predict_keras(model: "keras.Model", pixels: np.ndarray) -> np.ndarray:
    """Predict with a Keras model that returns probabilities, (N, 1), or two logits, (N, 2).

    Args:
        model: The model.
        pixels: RGB images, uint8 (N, 160, 160, 3).

    Returns:
        Probabilities of class 1, float32 (N,).
    """
    import tensorflow as tf

    outputs = model(tf.constant(pixels, tf.float32), training=False)
    return (tf.nn.softmax(outputs)[:, 1] if outputs.shape[-1] == 2 else outputs[:, 0]).numpy()


def _convert_to_int8(model: "keras.Model", name: str) -> bytes:
    """Return a LiteRT file with 8-bit weights; activations stay float32 (dynamic range quantization)."""
    import tensorflow as tf

    function = make_probability_function(model, name)
    return convert_to_litert(model, function.python_function, [tf.lite.Optimize.DEFAULT])


def _convert_to_scores(model: "keras.Model", name: str) -> bytes:
    """Return a LiteRT file that gives the probabilities of both classes, (1, 2)."""
    import tensorflow as tf

    function = make_probability_function(model, name)

    def scores(pixels: tf.Tensor) -> tf.Tensor:
        probability = function.python_function(pixels)
        return tf.concat([1 - probability, probability], axis=1)

    return convert_to_litert(model, scores)


def _write_saved_model(model: "keras.Model", name: str, target: Path) -> None:
    """Write a folder of versions, as TensorFlow Serving wants it, with one in it.

    TensorFlow takes brackets and backslashes in a path for a pattern and then does not find its own files. So it gets
    a path that starts in the folder beside them, and the process that exports works in that folder meanwhile.
    """
    import tensorflow as tf

    module, function = hold_weights(model), make_probability_function(model, name)
    module.answer = tf.function(
        lambda pixels: {"probability": function(pixels)}, input_signature=function.input_signature, autograph=False
    )
    with chdir(target.parent):
        tf.saved_model.save(module, f"{target.name}/{VERSION}", signatures={"serving_default": module.answer})
