"""The worker: what a training process does with the run folder it is given, from first status to last."""

import errno
import platform
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version

from catdog import __version__
from catdog.dataset import Dataset, open_dataset
from catdog.errors import CatDogError, DataError
from catdog.settings import Settings
from catdog.training.config import TrainConfig
from catdog.training.folder import RunFolder
from catdog.training.history import read_history
from catdog.training.reporter import Reporter, StopRequested
from catdog.training.signals import stop_on_signals


def work(folder: RunFolder, settings: Settings) -> int:
    """Train the run in `folder` to its end and return 0, or 1 if it failed; the folder's status tells the rest.

    A request to stop (the folder's stop file, or SIGTERM, or Ctrl-C) keeps all finished epochs: the best model is
    scored and the state becomes "stopped". A failure becomes one sentence in the status, its traceback goes to the log.
    """
    with stop_on_signals(folder):
        try:
            config = TrainConfig.from_dict(folder.read_config().get("config"))
        except CatDogError as error:
            return fail(folder, error)
        reporter = Reporter(folder, config.epochs)
        try:
            with reporter:
                folder.drop_half_models()
                stopped = _train(folder, config, settings, reporter)
        except StopRequested:
            stopped = True
        except BaseException as error:
            return fail(folder, error, reporter)
        if not stopped:
            folder.drop_checkpoint()
        _end(folder, reporter, "stopped" if stopped else "done")
        return 0


def _train(folder: RunFolder, config: TrainConfig, settings: Settings, reporter: Reporter) -> bool:
    """Train and score; return whether the training was stopped before its end."""
    epochs = read_history(folder.history)
    dataset = open_dataset(settings, config.source, reporter.say)
    trained_on = (folder.read_config().get("data") or {}).get("fingerprint")
    if epochs and trained_on not in (None, dataset.catalog.fingerprint):
        raise DataError("The pictures are no longer those that this run began with: start a new run.")
    folder.add_to_config(data=_data(dataset))
    reporter.update(message="starting TensorFlow")
    reporter.check_stop()
    from catdog.training.fit import best_so_far, faster, fit
    from catdog.training.results import write_results

    folder.add_to_config(**_machine(), faster=faster(config))
    stopped = False
    if len(epochs) >= config.epochs and folder.model.exists():
        # the process ended after the training and before its scores
        reporter.update(**best_so_far(epochs))
    else:
        try:
            fit(folder, config, dataset, reporter, settings)
        except StopRequested:
            # the wish is fulfilled: from here on only the scores of what was reached are missing
            folder.stop.unlink(missing_ok=True)
            reporter.update(state="stopping")
            stopped = True
    if folder.model.exists():
        write_results(folder, dataset, config.model, reporter)
    return stopped


def _data(dataset: Dataset) -> dict:
    catalog = dataset.catalog
    return {
        "source": catalog.source,
        "title": catalog.title,
        "note": catalog.note,
        "classes": list(catalog.classes),
        "counts": catalog.counts(),
        "baseline": catalog.baseline,
        "fingerprint": catalog.fingerprint,
    }


def _machine() -> dict:
    import tensorflow as tf

    graphics = tf.config.list_physical_devices("GPU")
    names = [tf.config.experimental.get_device_details(device).get("device_name", "GPU") for device in graphics]
    return {
        "device": ", ".join(names) or f"CPU ({platform.machine()})",
        "versions": {
            "python": platform.python_version(),
            "catdog": __version__,
            **{name: version(name) for name in ("tensorflow", "keras", "numpy")},
        },
    }


def fail(folder: RunFolder, error: BaseException, reporter: Reporter | None = None) -> int:
    """End the run with state "failed", what went wrong in one sentence; return the process's exit status."""
    traceback.print_exception(error, file=sys.stderr)
    _end(folder, reporter, "failed", _sentence(error))
    return 1


def _end(folder: RunFolder, reporter: Reporter | None, state: str, error: str = "") -> None:
    status = reporter.status if reporter else folder.read_status()
    # on a full disk the last word can't be written; the pages then find the process gone and say "interrupted"
    with suppress(OSError):
        folder.stop.unlink(missing_ok=True)
        folder.write_status(replace(status, state=state, message="", error=error, finished=time.time(), pid=None))


def _sentence(error: BaseException) -> str:
    """Say in one sentence what ended a training."""
    kind = type(error).__name__
    if isinstance(error, CatDogError):
        return str(error)
    chain = list(_chain(error))
    if any(isinstance(one, MemoryError) or type(one).__name__ == "ResourceExhaustedError" for one in chain):
        return "The memory did not suffice: choose a smaller batch size, or close other programs."
    if any(isinstance(one, OSError) and one.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) for one in chain):
        return "The disk is full: free some space (about 500 MB) and resume the run."
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"A file could not be read or written ({where}{error.strerror or error}): mend that and resume the run."
    return f"The training ended by a programming error ({kind}): the end of the log shows where."


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error and those that led to it: a library may wrap what the system said in its own kind."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
