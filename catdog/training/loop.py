"""Train one model: the story of a run, from its folder's config.json to its history."""

import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING

import numpy as np

from catdog.augmentation.config import Augmentation
from catdog.datasets import TRAINING, VALIDATION, Dataset
from catdog.datasets.splits import sample_stratified
from catdog.models.specs import build_model, compile_model, get_spec
from catdog.settings import Settings
from catdog.training.acceleration import (
    FUSED_ADAM,
    POOLED_FIRST,
    accelerate_model,
    get_fused_adam,
    list_arithmetic_speedups,
    use_fast_arithmetic,
)
from catdog.training.batches import batches
from catdog.training.checkpoint import has_checkpoint, load_checkpoint, save_checkpoint
from catdog.training.config import TrainConfig
from catdog.training.devices import get_strategy
from catdog.training.features import compute_features, feature_batches, head_of, stored_words
from catdog.training.history import Epoch, best_epoch, write_history
from catdog.training.outputs import bare_copy, save_best
from catdog.training.reporter import Reporter
from catdog.training.run_folder import RunFolder
from catdog.training.schedule import is_over, kept_epoch, learning_rate
from catdog.training.tensorboard import EventFiles
from catdog.utils.progress import Progress

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

ONE_PASS = "augmentation in one pass over the pictures, rounded to whole pixel values"


def fit(folder: RunFolder, config: TrainConfig, dataset: Dataset, reporter: Reporter, settings: Settings) -> None:
    """Train until the last epoch, from the start or from the folder's checkpoint.

    As each epoch ends its row, its checkpoint and, if it is the one to keep so far, its model are on disk. Raises
    StopRequested when asked to stop, WeightsError without weights for model4, RunError when the loss becomes NaN.
    """
    with use_fast_arithmetic(config):
        _fit(folder, config, dataset, reporter, settings)


def list_speedups(config: TrainConfig) -> list[str]:
    """Return what a run of `config` does faster than the notebook on this machine, in words, for config.json."""
    found = list_arithmetic_speedups(config)
    if config.augmentation.acts and not config.exact:
        found.append(ONE_PASS)
    if _stores_features(config):
        found.append(stored_words(config.augmentation))
    elif not config.exact:
        found.append(POOLED_FIRST)
    return found


def _fit(folder: RunFolder, config: TrainConfig, dataset: Dataset, reporter: Reporter, settings: Settings) -> None:
    import keras

    keras.utils.set_random_seed(config.seed)
    # model4's stored features leave so little to compute that sharing it among devices would only cost time
    scope = nullcontext if _stores_features(config) else get_strategy().scope
    with scope():
        model = _new_model(folder, config, settings, reporter.say)
        epochs = load_checkpoint(folder, model)
    bare = bare_copy(model)
    if epochs and epochs[-1] is kept_epoch(config.restore_best, epochs):
        save_best(folder, model, bare)  # the process may have ended between checkpoint and model.keras
    events = EventFiles(folder.tensorboard)
    events.write(epochs)
    write_history(folder.history, epochs)
    if is_over(config.epochs, config.patience, epochs):
        reporter.update(**best_so_far(epochs))
        return
    with scope():
        trained, train, validation = _prepare(model, config, dataset, reporter, settings)
    reporter.update(
        epoch=len(epochs), batch=0, batches=len(train), message="preparing the first step", **best_so_far(epochs)
    )
    finish_epoch = _finish_epoch(folder, config, model, bare, epochs, events, reporter)
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


def _prepare(
    model: "keras.Model", config: TrainConfig, dataset: Dataset, reporter: Reporter, settings: Settings
) -> "tuple[keras.Model, tf.data.Dataset, tf.data.Dataset]":
    """Return what is trained in the model's place, the batches that train it, and those for validation."""
    catalog = dataset.catalog
    rows = sample_stratified(catalog.indices(TRAINING), catalog.labels, config.fraction, config.seed)
    held_out = catalog.indices(VALIDATION)

    def order() -> np.random.Generator:
        # from seed and epoch alone, so a resumed run sees the photos as one that was never stopped
        return np.random.default_rng((config.seed, reporter.status.epoch))

    if _stores_features(config):
        began = time.monotonic()
        features = compute_features(model, dataset, rows, config.augmentation, config.seed, reporter, settings.cache)
        reporter.update(prepared=reporter.status.prepared + time.monotonic() - began)
        train = feature_batches(features.training, catalog.labels[rows], config.batch_size, order)
        return head_of(model), train, feature_batches(features.validation[np.newaxis], catalog.labels[held_out], 256)
    augmentation = Augmentation() if config.exact else config.augmentation
    train = batches(dataset.pixels, catalog.labels, rows, config.batch_size, order, augmentation)
    validation = batches(dataset.pixels, catalog.labels, held_out, max(64, config.batch_size))
    return model if config.exact else accelerate_model(model, config.model), train, validation


def _stores_features(config: TrainConfig) -> bool:
    return get_spec(config.model).backbone and not config.exact


class _Timer:
    """Seconds since it was made or asked last, so that an epoch's time includes the saving of the one before."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def seconds(self) -> float:
        before, self._started = self._started, time.monotonic()
        return self._started - before


def _new_model(folder: RunFolder, config: TrainConfig, settings: Settings, say: Progress):
    from catdog.models.mobilenet import find_weights

    # a checkpoint holds the backbone's weights too
    weights = find_weights(settings, say) if get_spec(config.model).backbone and not has_checkpoint(folder) else None
    if weights:
        folder.add_to_config(weights={"source": weights.source, "path": str(weights.path)})
    say(0, 0, "building the model")
    path = weights.path if weights else None
    adam = get_fused_adam() if FUSED_ADAM in list_arithmetic_speedups(config) else None
    model = build_model(config.model, weights=path, augmentation=config.augmentation, seed=config.seed)
    compile_model(model, config.model, config.learning_rate, adam=adam)
    return model


def _finish_epoch(
    folder: RunFolder, config: TrainConfig, model, bare, epochs: list[Epoch], events: EventFiles, reporter: Reporter
) -> Callable[[int, float, dict], None]:
    def finish(number: int, seconds: float, logs: dict) -> None:
        reporter.update(message="saving the epoch")
        # rounded as in history.csv, so that a resumed run sees the same ties between epochs
        values = [logs[name] for name in ("accuracy", "loss", "val_accuracy", "val_loss")]
        values.append(learning_rate(config.schedule, config.learning_rate, config.epochs, epochs))
        epochs.append(Epoch(number, seconds, *(float(f"{value:.6g}") for value in values)))
        # in this order, wherever the process ends, model.keras is the one to keep of the epochs that history.csv shows,
        # or a resumed run makes it so from the checkpoint
        save_checkpoint(folder, model, epochs)
        if epochs[-1] is kept_epoch(config.restore_best, epochs):
            save_best(folder, model, bare)
        events.write(epochs)
        write_history(folder.history, epochs)
        reporter.update(**best_so_far(epochs))

    return finish


def best_so_far(epochs: list[Epoch]) -> dict[str, object]:
    """Return the Status fields that follow from the finished epochs."""
    best = best_epoch(epochs)
    return {
        "seconds": sum(epoch.seconds for epoch in epochs),
        "best_val_accuracy": best.val_accuracy if best else None,
        "best_epoch": best.epoch if best else None,
    }
