"""A run's model in another file format, and the answers of the file that came out. Needs TensorFlow."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from catdog.errors import RunError
from catdog.export.formats import ExportFormat
from catdog.images.decode import SIZE
from catdog.inference.predictor import Predictor
from catdog.models.specs import get_spec

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

    from catdog.runs import Run


def load_model(run: "Run") -> "keras.Model":
    """Return the Keras model of a run, not compiled; raise RunError where its file is missing or damaged."""
    import keras

    try:
        return keras.saving.load_model(run.files.model, compile=False)
    except Exception as error:  # a damaged file makes the readers of zip, JSON and HDF5 raise nearly anything
        raise RunError(f"The model of the run {run.name} is missing or damaged: train it again.") from error


def convert(run: "Run", model: "keras.Model", form: ExportFormat, folder: Path) -> None:
    """Write the model in this format into `folder`, under the format's own name for it.

    Whatever the format, it takes float32 (N, 160, 160, 3), 0..255, and gives the probability of class 1 as (N, 1);
    only "keras" stays as the run has it, which for model1 means two logits, (N, 2).
    """
    target = folder / form.model
    match form.name:
        case "keras":
            shutil.copyfile(run.files.model, target)
        case "tflite":
            shutil.copyfile(run.files.tflite, target)
        case "int8":
            target.write_bytes(_with_bytes(model, run.config.model))
        case "savedmodel":
            _save(model, run.config.model, target)
        case "onnx":
            import tf2onnx

            function = probability(model, run.config.model)
            tf2onnx.convert.from_function(function, function.input_signature, output_path=str(target))


def answers(form: ExportFormat, folder: Path, pixels: np.ndarray) -> np.ndarray:
    """Return what the exported file says: the probability of class 1, float (N,), of uint8 (N, 160, 160, 3)."""
    target = folder / form.model
    numbers = pixels.astype(np.float32)
    if form.name == "onnx":
        import onnxruntime

        session = onnxruntime.InferenceSession(target, providers=["CPUExecutionProvider"])
        return session.run(None, {session.get_inputs()[0].name: numbers})[0][:, 0]
    if form.name == "keras":
        import keras

        return keras_answers(keras.saving.load_model(target, compile=False), pixels)
    if form.name == "savedmodel":
        import tensorflow as tf

        loaded = tf.saved_model.load(str(target))
        return loaded.signatures["serving_default"](pixels=tf.constant(numbers))["probability"].numpy()[:, 0]
    return Predictor(target).predict(pixels)


def keras_answers(model: "keras.Model", pixels: np.ndarray) -> np.ndarray:
    """Return the probability of class 1 that a Keras model gives, float32 (N,), of uint8 (N, 160, 160, 3)."""
    import tensorflow as tf

    outputs = model(tf.constant(pixels, tf.float32), training=False)
    return (tf.nn.softmax(outputs)[:, 1] if outputs.shape[-1] == 2 else outputs[:, 0]).numpy()


def probability(
    model: "keras.Model", name: str, pictures: int | None = None
) -> "tf.types.experimental.PolymorphicFunction":
    """Return a TensorFlow function of `pixels`, float32 (N, 160, 160, 3), 0..255 → (N, 1), probability of class 1.

    It calls the model with training=False: Keras's own export puts the augmentation's random operations into the
    file, which LiteRT and ONNX have not. pictures: N, where it is fixed.
    """
    import tensorflow as tf

    signature = [tf.TensorSpec((pictures, SIZE, SIZE, 3), tf.float32, name="pixels")]

    @tf.function(input_signature=signature, autograph=False)
    def answer(pixels: tf.Tensor) -> tf.Tensor:
        outputs = model(pixels, training=False)
        return tf.nn.softmax(outputs)[:, 1:2] if get_spec(name).logits else outputs

    return answer


def _with_bytes(model: "keras.Model", name: str) -> bytes:
    """Return a LiteRT file whose weights are 8-bit numbers; what flows between the layers stays float32."""
    import tensorflow as tf

    concrete = probability(model, name, pictures=1).get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], _holder(model))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    return converter.convert()


def _save(model: "keras.Model", name: str, target: Path) -> None:
    import tensorflow as tf

    holder, inner = _holder(model), probability(model, name)
    holder.answer = tf.function(
        lambda pixels: {"probability": inner(pixels)}, input_signature=inner.input_signature, autograph=False
    )
    tf.saved_model.save(holder, str(target), signatures={"serving_default": holder.answer})


def _holder(model: "keras.Model") -> "tf.Module":
    """Return a module of plain variables: given a Keras model, the converter leaves model1's weights out."""
    import tensorflow as tf

    holder = tf.Module()
    holder.weights = [variable.value for variable in model.variables]
    return holder
