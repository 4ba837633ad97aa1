"""Write a run's model in another file format, and predict with the file written. Needs TensorFlow."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from catdog.errors import RunError
from catdog.export.formats import ExportFormat
from catdog.inference.predictor import Predictor
from catdog.training.litert import convert_to_litert, hold_weights, make_probability_function

if TYPE_CHECKING:
    import keras

    from catdog.runs import Run


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
    Only "keras" stays as the run has it, where model1 returns two logits, (N, 2).

    Args:
        run: A finished run.
        model: Its Keras model.
        file_format: Format to write.
        folder: Where to write the model, under the name that the format gives it.
    """
    target = folder / file_format.model
    match file_format.name:
        case "keras":
            shutil.copyfile(run.files.model, target)
        case "tflite":
            shutil.copyfile(run.files.tflite, target)
        case "int8":
            target.write_bytes(_convert_to_int8(model, run.config.model))
        case "savedmodel":
            _write_saved_model(model, run.config.model, target)
        case "onnx":
            import tf2onnx

            function = make_probability_function(model, run.config.model)
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

        loaded = tf.saved_model.load(str(target))
        return loaded.signatures["serving_default"](pixels=tf.constant(floats))["probability"].numpy()[:, 0]
    return Predictor(target).predict(pixels)


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


def _write_saved_model(model: "keras.Model", name: str, target: Path) -> None:
    import tensorflow as tf

    module, function = hold_weights(model), make_probability_function(model, name)
    module.answer = tf.function(
        lambda pixels: {"probability": function(pixels)}, input_signature=function.input_signature, autograph=False
    )
    tf.saved_model.save(module, str(target), signatures={"serving_default": module.answer})
