"""Train one model: the course of a run, from its settings to its history."""

import logging
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING

import numpy as np

from catdog.augmentation.config import Augmentation
from catdog.datasets import TRAINING, VALIDATION, Dataset
from catdog.datasets.splits import sample_stratified
from catdog.models.losses import CROSS_ENTROPY
from catdog.models.specs import build_model, compile_model, get_spec
from catdog.settings import Settings
from catdog.training.acceleration import (
    FUSED_ADAM,
    ONE_PASS,
    get_fused_adam,
    list_arithmetic_speedups,
    strip_augmentation,
    use_fast_arithmetic,
)
from catdog.training.batches import make_batches
from catdog.training.checkpoint import has_checkpoint, load_checkpoint, save_checkpoint
from catdog.training.config import TrainConfig
from catdog.training.devices import get_strategy
from catdog.training.features import build_head, compute_features, describe_features, make_feature_batches
from catdog.training.history import Epoch, best_epoch, write_history
from catdog.training.outputs import copy_uncompiled, save_best
from catdog.training.reporter import Reporter
from catdog.training.run_folder import RunFolder
from catdog.training.schedule import is_over, kept_epoch, learning_rate
from catdog.training.tensorboard import EventFiles
from catdog.utils.progress import Progress

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

logger = logging.getLogger(__name__)


def fit(folder: RunFolder, config: TrainConfig, dataset: Dataset, reporter: Reporter, settings: Settings) -> None:
    """Train until the last epoch, from the start or from the folder's checkpoint.

    As each epoch ends, its row in history.csv, its checkpoint and, if it is the one to keep so far, model.keras are on
    the disk.

    Args:
        folder: The run's files.
        config: The run's settings.
        dataset: What it learns from.
        reporter: Gets the progress; its status names the epoch under way.
        settings: Where the cache and model4's weights are.

    Raises:
        StopRequested: The run was told to stop.
        WeightsError: There are no weights for model4's backbone.
        RunError: The loss became NaN, or the checkpoint is damaged.
    """
    with use_fast_arithmetic(config):
        _fit(folder, config, dataset, reporter, settings)


def list_speedups(config: TrainConfig) -> list[str]:
    """Return what a run does faster than the notebook on this machine, a phrase each, for config.json."""
    speedups = list_arithmetic_speedups(config)
    if config.augmentation.active and not config.exact:
        speedups.append(ONE_PASS)
    if _stores_features(config):
        speedups.append(describe_features(config.augmentation))
    return speedups


def summarize_epochs(epochs: list[Epoch]) -> dict[str, object]:
    """Return the fields of `Status` that follow from the finished epochs."""
    best = best_epoch(epochs)
    return {
        "seconds": sum(epoch.seconds for epoch in epochs),
        "best_val_accuracy": best.val_accuracy if best else None,
        "best_epoch": best.epoch if best else None,
    }


def _fit(folder: RunFolder, config: TrainConfig, dataset: Dataset, reporter: Reporter, settings: Settings) -> None:
    import keras

    keras.utils.set_random_seed(config.seed)
    # model4's stored features leave so little to compute that sharing it among devices would only cost time
    scope = nullcontext if _stores_features(config) else get_strategy().scope
    with scope():
        model = _build_model(folder, config, settings, reporter.say)
        epochs = load_checkpoint(folder, model)
    uncompiled = copy_uncompiled(model)
    if epochs and epochs[-1] is kept_epoch(config.restore_best, epochs):
        save_best(folder, model, uncompiled)  # the process may have ended between checkpoint and model.keras
    events = EventFiles(folder.tensorboard)
    events.write(epochs)
    write_history(folder.history, epochs)
    if is_over(config.epochs, config.patience, epochs):
        reporter.update(**summarize_epochs(epochs))
        return
    with scope():
        trained, train, validation = _prepare(model, config, dataset, reporter, settings)
    summary = summarize_epochs(epochs)
    reporter.update(epoch=len(epochs), batch=0, batches=len(train), message="preparing the first step", **summary)
    finish_epoch = _make_finish_epoch(folder, config, model, uncompiled, epochs, events, reporter)
    timer = _Timer()

    def begin_epoch(epoch: int, logs: dict) -> None:
        model.optimizer.learning_rate = learning_rate(config.schedule, config.learning_rate, config.epochs, epochs)
        reporter.epoch_begin(epoch, logs)

    def end_epoch(epoch: int, logs: dict) -> None:
        finish_epoch(epoch + 1, timer.seconds(), logs)
        trained.stop_training = is_over(config.epochs, config.patience, epochs)

    trained.fit(
        train,
        validation_data=validation,
        epochs=config.epochs,
        initial_epoch=len(epochs),
        shuffle=False,  # `train` shuffles by itself
        verbose=0,
        callbacks=[
            keras.callbacks.LambdaCallback(
                on_epoch_begin=begin_epoch,
                on_train_batch_end=reporter.batch_end,
                on_test_begin=reporter.validation_begin,
                on_test_batch_end=reporter.validation_batch_end,
                on_epoch_end=end_epoch,
            )
        ],
    )


def _build_model(folder: RunFolder, config: TrainConfig, settings: Settings, report: Progress) -> "keras.Model":
    """Return the run's model, compiled, with its first weights; note in config.json where model4's come from."""
    from catdog.models.mobilenet import find_weights

    # a checkpoint holds the backbone's weights too
    needs_weights = get_spec(config.model).backbone and not has_checkpoint(folder)
    weights = find_weights(settings, report) if needs_weights else None
    if weights:
        folder.add_to_config(weights={"source": weights.source, "path": str(weights.path)})
    report(0, 0, "building the model")
    path = weights.path if weights else None
    adam = get_fused_adam() if FUSED_ADAM in list_arithmetic_speedups(config) else None
    model = build_model(config.model, weights=path, augmentation=config.augmentation, seed=config.seed)
    compile_model(
        model,
        config.model,
        config.learning_rate,
        adam=adam,
        label_smoothing=config.label_smoothing,
        weight_decay=config.weight_decay,
        clip_norm=config.clip_norm,
    )
    return model


def _prepare(
    model: "keras.Model", config: TrainConfig, dataset: Dataset, reporter: Reporter, settings: Settings
) -> "tuple[keras.Model, tf.data.Dataset, tf.data.Dataset]":
    """Return what is trained in the model's place, the batches that train it, and those for validation."""
    catalog = dataset.catalog
    rows = sample_stratified(catalog.indices(TRAINING), catalog.labels, config.fraction, config.seed)
    validation_rows = catalog.indices(VALIDATION)

    def order() -> np.random.Generator:
        # from seed and epoch alone, so a resumed run sees the photos as one that was never stopped
        return np.random.default_rng((config.seed, reporter.status.epoch))

    if _stores_features(config):
        began = time.monotonic()
        features = compute_features(model, dataset, rows, config.augmentation, config.seed, reporter, settings.cache)
        reporter.update(prepared=reporter.status.prepared + time.monotonic() - began)
        train = make_feature_batches(features.training, catalog.labels[rows], config.batch_size, order)
        validation = make_feature_batches(features.validation[np.newaxis], catalog.labels[validation_rows], 256)
        return build_head(model), train, validation
    augmentation = Augmentation() if config.exact else config.augmentation
    train = make_batches(dataset.pixels, catalog.labels, rows, config.batch_size, order, augmentation)
    validation = make_batches(dataset.pixels, catalog.labels, validation_rows, max(64, config.batch_size))
    return model if config.exact else strip_augmentation(model, config.model), train, validation


def _stores_features(config: TrainConfig) -> bool:
    return get_spec(config.model).backbone and not config.exact


class _Timer:
    """Measures the time since it was last read, so that an epoch's includes the saving of the one before."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def seconds(self) -> float:
        before, self._started = self._started, time.monotonic()
        return self._started - before


def _make_finish_epoch(
    folder: RunFolder,
    config: TrainConfig,
    model: "keras.Model",
    uncompiled: "keras.Model",
    epochs: list[Epoch],
    events: EventFiles,
    reporter: Reporter,
) -> Callable[[int, float, dict], None]:
    """Return a function that adds an epoch, by its number, seconds and Keras's logs, to `epochs` and to the disk."""

    def finish_epoch(number: int, seconds: float, logs: dict) -> None:
        reporter.update(message="saving the epoch")
        # rounded as in history.csv, so that a resumed run sees the same ties between epochs
        loss = CROSS_ENTROPY if config.label_smoothing else "loss"
        values = [logs[name] for name in ("accuracy", loss, "val_accuracy", f"val_{loss}")]
        values.append(learning_rate(config.schedule, config.learning_rate, config.epochs, epochs))
        epochs.append(Epoch(number, seconds, *(float(f"{value:.6g}") for value in values)))
        # in this order, wherever the process ends, model.keras is the one to keep of the epochs that history.csv shows,
        # or a resumed run makes it so from the checkpoint
        save_checkpoint(folder, model, epochs)
        if epochs[-1] is kept_epoch(config.restore_best, epochs):
            save_best(folder, model, uncompiled)
        events.write(epochs)
        write_history(folder.history, epochs)
        reporter.update(**summarize_epochs(epochs))
        accuracies = epochs[-1].accuracy, epochs[-1].val_accuracy
        logger.info("epoch %d of %d ended: accuracy %.4f, validation %.4f", number, config.epochs, *accuracies)

    return finish_epoch
