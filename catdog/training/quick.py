"""The quick training of model4: its last layer is fitted at once, on stored features, without TensorFlow.

Nothing is learned step by step, so there are no epochs. The history has a single row all the same, which tells how
often the fitted model is right on training and validation images.
"""

import logging
import time

import numpy as np

from catdog.datasets import TRAINING, VALIDATION, Dataset
from catdog.datasets.splits import sample_stratified
from catdog.errors import RunError
from catdog.evaluation import score
from catdog.features.assemble import make_keras_file, make_litert_file, read_head
from catdog.features.backbone import get_feature_extractor, get_model_template
from catdog.features.head import choose_head
from catdog.features.store import FeatureStore, make_features
from catdog.inference.predictor import Predictor
from catdog.models.mobilenet import Weights, find_weights
from catdog.settings import Settings
from catdog.training.config import TrainConfig
from catdog.training.history import Epoch, summarize_epochs, write_history
from catdog.training.reporter import Reporter
from catdog.training.run_folder import RunFolder
from catdog.training.sample import SampleLog
from catdog.training.scores import TOLERANCE, pick_images, write_scores
from catdog.utils.files import whole_file

logger = logging.getLogger(__name__)


def fit(folder: RunFolder, config: TrainConfig, dataset: Dataset, reporter: Reporter, settings: Settings) -> None:
    """Fit the last layer, and leave model.keras, model.tflite and the only row of history.csv.

    Args:
        folder: The run's files.
        config: The run's settings, those of a quick training.
        dataset: What it learns from.
        reporter: Gets the progress.
        settings: Where the cache and the backbone's weights are.

    Raises:
        StopRequested: The run was told to stop.
        DataError: The features can't be kept, or there are no images of a class.
        WeightsError: There are no weights for the backbone.
    """
    weights, store = _open_features(dataset, reporter, settings)
    folder.add_to_config(weights={"source": weights.source, "path": str(weights.path)})
    extractor = get_feature_extractor(weights.path, settings.cache).read_bytes()
    template = get_model_template(weights.path, settings.cache).read_bytes()
    reporter.check_stop()
    reporter.begin_training(epoch=1, batch=0, batches=1, message="fitting the last layer")
    began, catalog = time.monotonic(), dataset.catalog
    rows = sample_stratified(catalog.indices(TRAINING), catalog.labels, config.fraction, config.seed)
    training, validation = (
        (store.values[chosen], catalog.labels[chosen]) for chosen in (rows, catalog.indices(VALIDATION))
    )
    head = choose_head(training, validation)
    scores = [score(labels, head.predict(values)) for values, labels in (training, validation)]
    values = [measures[name] for measures in scores for name in ("accuracy", "loss")]
    epochs = [Epoch(1, time.monotonic() - began, *(float(f"{value:.6g}") for value in values))]
    logger.info("fitted with the inverse penalty %g: validation accuracy %.4f", head.strength, epochs[0].val_accuracy)
    with whole_file(folder.tflite, make_folder=False) as temporary:
        temporary.write_bytes(make_litert_file(extractor, head))
    write_history(folder.history, epochs)
    sample = SampleLog(folder.sample, catalog, len(epochs))
    sample.ask(1, lambda inputs, training: head.predict(inputs)[:, np.newaxis], store.values[sample.rows])
    # last, since a run that has it is fitted
    with whole_file(folder.model, make_folder=False) as temporary:
        temporary.write_bytes(make_keras_file(template, head))
    reporter.update(batch=1, **summarize_epochs(epochs))


def write_outputs(folder: RunFolder, dataset: Dataset, reporter: Reporter, settings: Settings) -> None:
    """Predict every image by arithmetic on its stored features, and write predictions.csv and evaluation.json.

    Args:
        folder: The run's files.
        dataset: What the run learned from.
        reporter: Gets the progress.
        settings: Where the cache and the backbone's weights are.

    Raises:
        RunError: model.tflite, given images, predicts something else than model.keras's last layer.
    """
    _, store = _open_features(dataset, reporter, settings)
    reporter.update(message="scoring the photos")
    probabilities = read_head(folder.model.read_bytes()).predict(store.values)
    rows = pick_images(dataset)
    predicted = Predictor(folder.tflite, name=folder.path.name).predict(dataset.pixels[rows])
    difference = float(np.abs(predicted - probabilities[rows]).max())
    if not difference <= TOLERANCE:  # also refuses NaN
        raise RunError(
            f"The model for predictions answers differently from the fitted one (by {difference:.3g}), as where the "
            "backbone's weights have changed meanwhile: start a new run."
        )
    write_scores(folder, dataset.catalog, probabilities)


def _open_features(dataset: Dataset, reporter: Reporter, settings: Settings) -> tuple[Weights, FeatureStore]:
    began = time.monotonic()
    weights = find_weights(settings, reporter.say)
    store = make_features(dataset, weights.path, settings.cache, reporter.say)
    if store.computed:
        reporter.update(prepared=reporter.status.prepared + time.monotonic() - began)
    return weights, store
