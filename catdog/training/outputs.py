"""What a run leaves: the best model, the same for LiteRT, its predictions for every image, and its scores."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from catdog.datasets import Dataset
from catdog.errors import RunError
from catdog.features.assemble import make_litert_file
from catdog.features.head import Head
from catdog.features.shared import SharedFeatures
from catdog.inference.predictor import Predictor, parallel_outputs
from catdog.models.litert import convert_to_litert, make_probability_function
from catdog.models.specs import get_spec
from catdog.training.reporter import Reporter
from catdog.training.run_folder import RunFolder
from catdog.training.scores import TOLERANCE, pick_images, write_scores
from catdog.utils.files import whole_file

if TYPE_CHECKING:
    import keras

BATCH = 64

logger = logging.getLogger(__name__)


def copy_uncompiled(model: "keras.Model") -> "keras.Model":
    """Return a copy of the model that is not compiled, so that it is saved without the optimizer's state."""
    # not keras.models.clone_model, which compiles the copy too
    return type(model).from_config(model.get_config())


def save_best(folder: RunFolder, model: "keras.Model", uncompiled: "keras.Model") -> None:
    """Write model.keras.

    Args:
        folder: The run's files.
        model: The model that is trained.
        uncompiled: Its copy by `copy_uncompiled`, which gets its weights and is saved: a third of the size.
    """
    uncompiled.set_weights(model.get_weights())
    with whole_file(folder.model, make_folder=False) as temporary:
        uncompiled.save(temporary)


def write_outputs(
    folder: RunFolder, dataset: Dataset, name: str, reporter: Reporter, shared: SharedFeatures | None = None
) -> None:
    """Convert model.keras to model.tflite, predict every image, and write predictions.csv and evaluation.json.

    Args:
        folder: The run's files.
        dataset: What the run learned from.
        name: "model1" to "model4".
        reporter: Gets the progress.
        shared: The features of the dataset by the backbone of a model4 that was not fine-tuned: with them the images
            are predicted by arithmetic. None for none.

    Raises:
        RunError: LiteRT's predictions differ from Keras's, or are no probabilities; the converted file is not kept.
    """
    import keras
    import tensorflow as tf

    # a GPU's rounded numbers (TF32) are good enough to train, but not to be compared with LiteRT's
    tf.config.experimental.enable_tensor_float_32_execution(False)
    model = keras.saving.load_model(folder.model, compile=False)
    probability = make_probability_function(model, name)
    reporter.update(message="making the model for predictions")
    probabilities = _use_shared(folder, dataset, model, probability, shared) if shared else None
    if probabilities is None:
        probabilities = _convert_and_predict(folder, dataset, name, model, probability, reporter)
    write_scores(folder, dataset.catalog, probabilities)


def _use_shared(
    folder: RunFolder, dataset: Dataset, model: "keras.Model", probability: Callable, shared: SharedFeatures
) -> np.ndarray | None:
    """Put model.tflite together from extractor and head, and return the probability of class 1 of every image.

    None where the features are not those of the model's backbone after all; model.tflite is then not written.
    """
    kernel, bias = model.get_layer("probability").get_weights()
    head = Head(kernel[:, 0], float(bias[0]), float("nan"))
    probabilities = head.predict(shared.values)
    try:
        with whole_file(folder.tflite, make_folder=False) as temporary:
            temporary.write_bytes(make_litert_file(shared.extractor.read_bytes(), head))
            _check_agreement(Predictor(temporary, name=folder.path.name), probability, dataset)
            rows = pick_images(dataset)
            _check_difference(probabilities[rows], probability(dataset.pixels[rows].astype(np.float32)).numpy()[:, 0])
    except RunError:
        logger.warning("the stored features are of another backbone")
        return None
    return probabilities


def _convert_and_predict(
    folder: RunFolder,
    dataset: Dataset,
    name: str,
    model: "keras.Model",
    probability: Callable,
    reporter: Reporter,
) -> np.ndarray:
    """Convert model.keras to model.tflite, and return the probability of class 1 of every image."""
    with whole_file(folder.tflite, make_folder=False) as temporary:
        temporary.write_bytes(convert_to_litert(model, probability.python_function))
        predictor = Predictor(temporary, name=folder.path.name)
        _check_agreement(predictor, probability, dataset)
    # LiteRT is faster for model4's depthwise convolutions, TensorFlow for the large dense layers of the others
    if get_spec(name).backbone:
        with parallel_outputs(folder.tflite) as outputs:
            return _predict(dataset, outputs, reporter)
    return _predict(dataset, lambda pixels: probability(pixels.astype(np.float32)).numpy(), reporter)


def _predict(dataset: Dataset, outputs: Callable[[np.ndarray], np.ndarray], reporter: Reporter) -> np.ndarray:
    """Return the probability of class 1 of every image, float32 (N,); `outputs` takes `BATCH` images at a time."""
    count, batches = len(dataset.catalog), []
    for first in range(0, count, BATCH):
        reporter.update(message=f"scoring the photos ({100 * first // count}%)")
        batches.append(outputs(dataset.pixels[first : first + BATCH])[:, 0])
    return np.concatenate(batches)


def _check_agreement(predictor: Predictor, probability: Callable, dataset: Dataset) -> None:
    """Compare LiteRT with Keras on a few images."""
    pixels = dataset.pixels[pick_images(dataset)]
    expected = probability(pixels.astype(np.float32)).numpy()[:, 0]
    _check_difference(predictor.predict(pixels), expected)


def _check_difference(probabilities: np.ndarray, expected: np.ndarray) -> None:
    difference = float(np.abs(probabilities - expected).max())
    if not difference <= TOLERANCE:  # also refuses NaN
        raise RunError(
            f"The model for predictions answers differently from the trained one (by {difference:.3g}), so it was "
            "not kept: report this with the run's config.json."
        )
