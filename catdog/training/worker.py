"""The worker: what a training process does with the run folder it is given, from first status to last."""

import errno
import logging
import platform
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from catdog import __version__
from catdog.datasets import Catalog, Dataset, open_dataset
from catdog.datasets.catalog import digest_paths
from catdog.datasets.exclusions import EXCLUDED, list_excluded, without_images
from catdog.datasets.labels import with_corrections
from catdog.errors import CatDogError, DataError, RunError
from catdog.features.shared import SharedFeatures, find_shared_features
from catdog.settings import Settings
from catdog.training.config import TrainConfig
from catdog.training.devices import describe_device, describe_processor
from catdog.training.history import read_history, summarize_epochs
from catdog.training.phases import is_run_over, keeps_fine_tuned
from catdog.training.process import stop_on_signals
from catdog.training.records import DETAILS, read_record
from catdog.training.reporter import Reporter, StopRequested
from catdog.training.run_folder import RunFolder
from catdog.training.sample import SampleLog
from catdog.utils.class_names import is_swapped
from catdog.utils.memory import peak_memory

logger = logging.getLogger(__name__)


def work(folder: RunFolder, settings: Settings, train: bool = True, supervisor: int | None = None) -> int:
    """Train a run to its end, from whatever it has reached; the folder's status tells the rest.

    A wish to stop (the folder's stop file, or SIGTERM, or Ctrl-C) keeps all finished epochs: the best model is scored
    and the state becomes "stopped". A failure becomes one sentence in the status, its traceback goes to the log.

    Args:
        folder: The run's folder.
        settings: Say where the data are.
        train: False for a run whose training was cut off: what it has reached is then only scored.
        supervisor: The id of the process that the status names as the run's; None for this one.

    Returns:
        The process's exit status: 1 if the run failed, else 0.
    """
    logger.info("%s %s", "training" if train else "scoring", folder.path.name)
    with stop_on_signals(folder):
        try:
            config = _read_settings(folder)
        except CatDogError as error:
            return fail(folder, error)
        reporter = Reporter(folder, config.total_epochs, "running" if train else "stopping", supervisor)
        try:
            with reporter:
                folder.drop_half_models()
                _train_and_score(folder, config, settings, reporter, train)
        except BaseException as error:
            return fail(folder, error, reporter)
        done = is_run_over(config, read_history(folder.history))
        if done:
            folder.drop_checkpoint()
        state = "done" if done else "stopped"
        folder.end(reporter.status, state)
        logger.info("the run is %s", state)
        return 0


def _read_settings(folder: RunFolder) -> TrainConfig:
    """Return the run's settings.

    Raises:
        CatDogError: config.json is damaged: what is missing could be which images are excluded.
    """
    details = read_record(folder.config, DETAILS)
    if details.fault:
        raise RunError(details.fault)
    return TrainConfig.from_dict(details.values.get("config"))


def _train_and_score(
    folder: RunFolder, config: TrainConfig, settings: Settings, reporter: Reporter, train: bool
) -> None:
    """Train, unless that has been cut off, and score the model to keep."""
    dataset, stopped = None, not train
    try:
        if train:
            dataset = _open(folder, config, settings, reporter)
            folder.add_to_config(data=describe_data(dataset.catalog))
            _train(folder, config, settings, dataset, reporter)
    except StopRequested:
        logger.info("the training has heard the wish to stop")
        stopped = True
    if stopped:
        reporter.begin_scoring(state="stopping", **summarize_epochs(read_history(folder.history)))
        # the wish is fulfilled: from here on only the scores of what was reached are missing
        folder.stop.unlink(missing_ok=True)
    else:
        reporter.begin_scoring()
    if folder.model.exists() and not (stopped and folder.scored):
        dataset = dataset or _open(folder, config, settings, reporter)
        _write_outputs(folder, config, settings, dataset, reporter)
        folder.note_scored(folder.model, folder.tflite)
        logger.info("the model is scored")
    _note_memory(folder)


def _write_outputs(
    folder: RunFolder, config: TrainConfig, settings: Settings, dataset: Dataset, reporter: Reporter
) -> None:
    folder.note_scored()
    if config.quick:
        from catdog.training import quick

        quick.write_outputs(folder, dataset, reporter, settings)
        return
    reporter.update(message="starting TensorFlow")
    from catdog.training.outputs import write_outputs

    write_outputs(folder, dataset, config.model, reporter, _find_shared(folder, config, settings, dataset))


def _find_shared(folder: RunFolder, config: TrainConfig, settings: Settings, dataset: Dataset) -> SharedFeatures | None:
    """Return the features of a run's images if they are stored, by the backbone that its kept model has."""
    path = folder.read_config().get("weights", {}).get("path")
    if not path or config.exact or keeps_fine_tuned(config, read_history(folder.history)):
        return None
    return find_shared_features(Path(path), dataset, settings.cache)


def _note_memory(folder: RunFolder) -> None:
    """Note in config.json the most memory that the run has taken, of all the times that it was resumed."""
    before, now = folder.read_config().get("memory"), peak_memory()
    if now is not None:
        folder.add_to_config(memory=max(now, before if isinstance(before, int) else 0))


def _open(folder: RunFolder, config: TrainConfig, settings: Settings, reporter: Reporter) -> Dataset:
    """Return the data with the labels and without what is excluded that config.json says since the run was started.

    Where it does not say, these are the data as they are today, with today's labels and without what is excluded today.

    Raises:
        DataError: They are no longer what the run was started with.
    """
    dataset = open_dataset(settings, config.source, reporter.say)
    data = folder.read_config().get("data") or {}
    if not data.get("fingerprint"):
        return without_images(dataset, list_excluded(settings, dataset.catalog))
    if data["fingerprint"] != dataset.catalog.fingerprint:
        raise DataError("The images are no longer those that this run began with: start a new run.")
    if is_swapped(data.get("classes") or (), dataset.catalog.classes):  # class 0 stays what it was
        catalog = dataset.catalog
        dataset = replace(dataset, catalog=replace(catalog, classes=catalog.classes[::-1], labels=1 - catalog.labels))
    dataset = with_corrections(dataset, (data.get("corrected") or {}).get("paths") or ())
    return without_images(dataset, (data.get("excluded") or {}).get("paths") or ())


def _train(folder: RunFolder, config: TrainConfig, settings: Settings, dataset: Dataset, reporter: Reporter) -> None:
    """Train to the last epoch.

    Raises:
        StopRequested: The run shall stop before.
    """
    epochs = read_history(folder.history)
    SampleLog(folder.sample, dataset.catalog, len(epochs)).write()  # the pages show the images from the start
    if config.quick:
        from catdog.training.quick import fit

        folder.add_to_config(**_describe_machine(describe_processor()))
    else:
        reporter.update(message="starting TensorFlow")
        reporter.check_stop()
        from catdog.training.loop import fit, list_speedups

        folder.add_to_config(**_describe_machine(describe_device()), faster=list_speedups(config))
    if is_run_over(config, epochs) and folder.model.exists():
        # the process ended after the training and before its scores
        reporter.update(**summarize_epochs(epochs))
    else:
        fit(folder, config, dataset, reporter, settings)


def describe_data(catalog: Catalog) -> dict:
    """Return what config.json says of the data that a run learns from, under "data"."""
    left_out = [catalog.paths[row] for row in catalog.indices(EXCLUDED)]
    corrected = list(catalog.corrected)
    return {
        "source": catalog.source,
        "title": catalog.title,
        "note": catalog.note,
        "classes": list(catalog.classes),
        "counts": catalog.counts(),
        "baseline": catalog.baseline,
        "fingerprint": catalog.fingerprint,
        "excluded": {"pictures": len(left_out), "digest": digest_paths(left_out), "paths": left_out},
        "corrected": {"pictures": len(corrected), "digest": digest_paths(corrected), "paths": corrected},
    }


def _describe_machine(device: str) -> dict:
    return {
        "device": device,
        "versions": {
            "python": platform.python_version(),
            "catdog": __version__,
            **{name: version(name) for name in ("tensorflow", "keras", "numpy")},
        },
    }


def fail(folder: RunFolder, error: BaseException, reporter: Reporter | None = None) -> int:
    """End a run with state "failed" and what went wrong in one sentence.

    Returns:
        The process's exit status, 1.
    """
    logger.error("the run failed", exc_info=error)
    folder.end(reporter.status if reporter else folder.read_status(), "failed", _explain(error))
    return 1


def _explain(error: BaseException) -> str:
    """Say in one sentence what ended a training."""
    kind = type(error).__name__
    if isinstance(error, CatDogError):
        return str(error)
    chain = list(_causes(error))
    if any(isinstance(cause, MemoryError) or type(cause).__name__ == "ResourceExhaustedError" for cause in chain):
        return "The memory did not suffice: choose a smaller batch size, or close other programs."
    if any(isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) for cause in chain):
        return "The disk is full: free some space (about 500 MB) and resume the run."
    if isinstance(error, OSError):
        file = f"{error.filename}: " if error.filename else ""
        return f"A file could not be read or written ({file}{error.strerror or error}): fix that and resume the run."
    return f"The training ended by a programming error ({kind}): the end of the log shows where."


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error and those that led to it: a library may wrap what the system said in its own kind."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
