"""What a run leaves: the best model, the same for LiteRT, its answer to every photo, and its scores."""

import csv
import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from catdog.datasets import SPLITS, TRAINING, Dataset
from catdog.datasets.cache import ImageReader
from catdog.errors import RunError
from catdog.evaluation import score
from catdog.images.decode import SIZE
from catdog.inference.predictor import Predictor, parallel_outputs
from catdog.models.specs import get_spec
from catdog.training.litert import to_litert
from catdog.training.reporter import Reporter
from catdog.training.run_folder import RunFolder
from catdog.utils.files import whole_file, write_json, write_text

if TYPE_CHECKING:
    import keras

BATCH = 64
AGREEMENT = 1e-3  # largest difference in probability between Keras and LiteRT that is still the same model


def bare_copy(model: "keras.Model") -> "keras.Model":
    """Return a copy of the model that is not compiled, so that it is saved without the optimizer's state."""
    # not keras.models.clone_model, which compiles the copy too
    return type(model).from_config(model.get_config())


def save_best(folder: RunFolder, model: "keras.Model", bare: "keras.Model") -> None:
    """Write model.keras: the model's architecture and weights by way of its bare copy (a third of the size)."""
    bare.set_weights(model.get_weights())
    with whole_file(folder.model) as temporary:
        bare.save(temporary)


def write_results(folder: RunFolder, dataset: Dataset, name: str, reporter: Reporter) -> None:
    """Turn model.keras into model.tflite, let it answer every photo, and write predictions.csv and evaluation.json.

    Raises RunError where LiteRT's answers differ from Keras's, rather than leaving a broken file.
    """
    import keras
    import tensorflow as tf

    # a graphics processor's rounded numbers (TF32) are good enough to train, but not to be compared with LiteRT's
    tf.config.experimental.enable_tensor_float_32_execution(False)
    model = keras.saving.load_model(folder.model, compile=False)
    probability = _probability(model, logits=get_spec(name).logits)
    reporter.update(message="making the model for predictions")
    with whole_file(folder.tflite) as temporary:
        temporary.write_bytes(to_litert(model, probability.python_function))
        predictor = Predictor(temporary)
        _check(predictor, probability, dataset)
    catalog = dataset.catalog
    # LiteRT is faster for model4's depthwise convolutions, TensorFlow for the large dense layers of the others
    if get_spec(name).backbone:
        with parallel_outputs(folder.tflite) as outputs:
            answers = _answers(dataset, outputs, reporter)
    else:
        answers = _answers(dataset, lambda pixels: probability(pixels.astype(np.float32)).numpy(), reporter)
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("path", "label", "probability", "split"))
    for path, label, answer, split in zip(catalog.paths, catalog.labels, answers, catalog.splits, strict=True):
        path = path.encode("utf-8", "backslashreplace").decode()  # a file name may be no text at all
        writer.writerow((path, label, f"{answer:.9g}", split))
    write_text(folder.predictions, table.getvalue())
    scores = {
        split: score(catalog.labels[rows], answers[rows])
        for split in SPLITS
        if split != TRAINING and len(rows := catalog.indices(split))
    }
    write_json(folder.evaluation, scores)


def _answers(dataset: Dataset, outputs: Callable[[np.ndarray], np.ndarray], reporter: Reporter) -> np.ndarray:
    """Return the probability of class 1 of every picture, float32 (N,); `outputs` takes 64 of them at a time."""
    number, parts, read = len(dataset.catalog), [], ImageReader(dataset.pixels)
    for first in range(0, number, BATCH):
        reporter.update(message=f"scoring the photos ({100 * first // number} %)")
        parts.append(outputs(read(slice(first, first + BATCH)))[:, 0])
    return np.concatenate(parts)


def _probability(model: "keras.Model", logits: bool):
    """Return a TensorFlow function: float32 (N, 160, 160, 3), 0..255 → float32 (N, 1), probability of class 1.

    It calls the model with training=False: model.export would put the augmentation's random operations into the
    function, which LiteRT can't convert.
    """
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec((None, SIZE, SIZE, 3), tf.float32)], autograph=False)
    def probability(pixels: tf.Tensor) -> tf.Tensor:
        outputs = model(pixels, training=False)
        return tf.nn.softmax(outputs)[:, 1:2] if logits else outputs

    return probability


def _check(predictor: Predictor, probability, dataset: Dataset) -> None:
    pixels = dataset.pixels[:: max(1, len(dataset.catalog) // 8)][:8]
    expected = probability(pixels.astype(np.float32)).numpy()[:, 0]
    difference = float(np.abs(predictor.predict(pixels) - expected).max())
    if not difference <= AGREEMENT:
        raise RunError(
            f"The model for predictions answers differently from the trained one (by {difference:.3g}), so it was "
            "not kept: report this with the run's config.json."
        )
