"""Train one model: the course of a run, from its settings to its history."""

import logging
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from catdog.datasets import Dataset
from catdog.models.fine_tuning import unfreeze
from catdog.models.losses import CROSS_ENTROPY
from catdog.models.specs import build_model, compile_model, get_spec
from catdog.settings import Settings
from catdog.training.acceleration import (
    FUSED_ADAM,
    ONE_PASS,
    get_fused_adam,
    list_arithmetic_speedups,
    use_fast_arithmetic,
)
from catdog.training.checkpoint import has_checkpoint, load_checkpoint, read_finished_epochs, save_checkpoint
from catdog.training.config import TrainConfig
from catdog.training.devices import get_strategy
from catdog.training.features import describe_features
from catdog.training.history import Epoch, summarize_epochs, write_history
from catdog.training.material import Material, Prepared, stores_features
from catdog.training.outputs import copy_uncompiled, save_best
from catdog.training.phases import Phase, count_planned_epochs, find_phase, is_run_over, next_learning_rate
from catdog.training.reporter import Reporter
from catdog.training.run_folder import RunFolder
from catdog.training.sample import SampleLog
from catdog.training.schedule import kept_epoch
from catdog.training.tensorboard import EventFiles
from catdog.utils.progress import Progress

if TYPE_CHECKING:
    import keras

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
    if stores_features(config):
        speedups.append(describe_features(config.augmentation))
    return speedups


def _fit(folder: RunFolder, config: TrainConfig, dataset: Dataset, reporter: Reporter, settings: Settings) -> None:
    import keras

    keras.utils.set_random_seed(config.seed)
    # model4's stored features leave so little to compute that sharing it among devices would only cost time
    scope = nullcontext if stores_features(config) else get_strategy().scope
    with scope():
        model, weights = _build_model(folder, config, settings, reporter.say)
        uncompiled = copy_uncompiled(model)
        before = read_finished_epochs(folder)
        if before and find_phase(config, before[:-1]).fine_tunes:  # else the optimizer has other weights
            _begin_fine_tuning(model, config)
        epochs = load_checkpoint(folder, model)
    if epochs and epochs[-1] is kept_epoch(config.restore_best, epochs):
        save_best(folder, model, uncompiled)  # the process may have ended between checkpoint and model.keras
    events = EventFiles(folder.tensorboard)
    events.write(epochs)
    write_history(folder.history, epochs)
    finish_epoch = _make_finish_epoch(folder, config, model, uncompiled, epochs, events, reporter)
    material = Material(config, dataset, reporter, settings, weights)
    sample = SampleLog(folder.sample, dataset.catalog, len(epochs))
    while not is_run_over(config, epochs):
        phase = find_phase(config, epochs)
        with scope():
            if phase.fine_tunes and not phase.finished:
                _begin_fine_tuning(model, config)
            prepared = material.prepare(model, phase.fine_tunes, sample.rows)
        if not epochs:
            sample.ask(0, prepared.model, prepared.sample)
        reporter.update(epochs=count_planned_epochs(config, epochs))
        _train_phase(phase, config, prepared, epochs, finish_epoch, reporter, sample)
    reporter.update(**summarize_epochs(epochs))


def _train_phase(
    phase: Phase,
    config: TrainConfig,
    prepared: Prepared,
    epochs: list[Epoch],
    finish_epoch: Callable[[int, float, dict], None],
    reporter: Reporter,
    sample: SampleLog,
) -> None:
    """Train until a phase's last epoch.

    Args:
        phase: The phase.
        config: The run's settings.
        prepared: What is trained, and on what.
        epochs: The finished epochs, to which `finish_epoch` adds.
        finish_epoch: See `_make_finish_epoch`.
        reporter: Gets the progress.
        sample: Gets the answers about a few images.
    """
    import keras

    trained, summary = prepared.model, summarize_epochs(epochs)
    batches = len(prepared.training)
    reporter.begin_training(epoch=len(epochs), batch=0, batches=batches, message="preparing the first step", **summary)
    timer = _Timer()

    def begin_epoch(epoch: int, logs: dict) -> None:
        trained.optimizer.learning_rate = next_learning_rate(config, epochs)
        reporter.epoch_begin(epoch, logs)
        if phase.fine_tunes:
            reporter.update(message="fine-tuning")

    def end_epoch(epoch: int, logs: dict) -> None:
        finish_epoch(epoch + 1, timer.seconds(), logs)
        sample.ask(epoch + 1, trained, prepared.sample)
        trained.stop_training = is_run_over(config, epochs) or find_phase(config, epochs).first != phase.first

    trained.fit(
        prepared.training,
        validation_data=prepared.validation,
        epochs=phase.last,
        initial_epoch=len(epochs),
        shuffle=False,  # the batches are shuffled already
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


def _build_model(
    folder: RunFolder, config: TrainConfig, settings: Settings, report: Progress
) -> "tuple[keras.Model, Path | None]":
    """Return the run's model, compiled, and where model4's weights are from, as config.json notes; None: no file."""
    from catdog.models.mobilenet import find_weights

    # a checkpoint holds the backbone's weights too
    needs_weights = get_spec(config.model).backbone and not has_checkpoint(folder)
    weights = find_weights(settings, report) if needs_weights else None
    if weights:
        folder.add_to_config(weights={"source": weights.source, "path": str(weights.path)})
    report(0, 0, "building the model")
    values = {"augmentation": config.augmentation, "seed": config.seed, "scaling": config.scaling}
    model = build_model(config.model, weights=weights.path if weights else None, **values)
    _compile(model, config, config.learning_rate)
    return model, weights.path if weights else None


def _begin_fine_tuning(model: "keras.Model", config: TrainConfig) -> None:
    """Let the top of the backbone be trained, with an optimizer that has no memory of the head's training.

    It goes on from the head's last epoch, not from its best one: which is best by a photo or two is luck, and the head
    is trained on anyway.
    """
    unfreeze(model, config.fine_tune_layers)
    _compile(model, config, config.fine_tune_rate)


def _compile(model: "keras.Model", config: TrainConfig, rate: float) -> None:
    adam = get_fused_adam() if FUSED_ADAM in list_arithmetic_speedups(config) else None
    compile_model(
        model,
        config.model,
        rate,
        adam=adam,
        label_smoothing=config.label_smoothing,
        weight_decay=config.weight_decay,
        clip_norm=config.clip_norm,
    )
    # if the first step made the optimizer's variables, TensorFlow would make the step's graph twice
    model.optimizer.build(model.trainable_variables)


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
        values.append(next_learning_rate(config, epochs))
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
        planned = count_planned_epochs(config, epochs)
        logger.info("epoch %d of %d ended: accuracy %.4f, validation %.4f", number, planned, *accuracies)

    return finish_epoch
