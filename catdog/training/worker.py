"""The worker: what a training process does with the run folder it is given, from first status to last."""

import errno
import platform
import sys
import traceback
from collections.abc import Iterator
from importlib.metadata import version

from catdog import __version__
from catdog.datasets import Dataset, open_dataset
from catdog.datasets.exclusions import EXCLUDED, digest_paths, list_excluded, without_images
from catdog.errors import CatDogError, DataError
from catdog.settings import Settings
from catdog.training.config import TrainConfig
from catdog.training.devices import describe_device
from catdog.training.force_stop import Force
from catdog.training.history import read_history
from catdog.training.reporter import Reporter, StopRequested
from catdog.training.run_folder import RunFolder
from catdog.training.schedule import is_over
from catdog.training.signals import stop_on_signals
from catdog.utils.memory import peak_memory


def work(folder: RunFolder, settings: Settings, force: Force | None = None, train: bool = True) -> int:
    """Train the run in `folder` to its end and return 0, or 1 if it failed; the folder's status tells the rest.

    A request to stop (the folder's stop file, or SIGTERM, or Ctrl-C) keeps all finished epochs: the best model is
    scored and the state becomes "stopped". A failure becomes one sentence in the status, its traceback goes to the log.
    force: what ends this process where a training does not hear that request in time; without it, nothing does.
    train: False for a run that was ended so; what it has reached is then only scored.
    """
    with stop_on_signals(folder):
        try:
            config = TrainConfig.from_dict(folder.read_config().get("config"))
        except CatDogError as error:
            return fail(folder, error)
        reporter = Reporter(folder, config.epochs, "running" if train else "stopping", force)
        try:
            with reporter:
                folder.drop_half_models()
                _train_and_score(folder, config, settings, reporter, train)
        except BaseException as error:
            return fail(folder, error, reporter)
        done = is_over(config.epochs, config.patience, read_history(folder.history))
        if done:
            folder.drop_checkpoint()
        folder.end(reporter.status, "done" if done else "stopped")
        return 0


def _train_and_score(
    folder: RunFolder, config: TrainConfig, settings: Settings, reporter: Reporter, train: bool
) -> None:
    """Train, unless that has been ended by force, and score the best model."""
    dataset, stopped = None, not train
    try:
        if train:
            dataset = _open(folder, config, settings, reporter)
            folder.add_to_config(data=_data(dataset))
            _train(folder, config, settings, dataset, reporter)
    except StopRequested:
        stopped = True
    reporter.leave_in_peace()
    if stopped:
        from catdog.training.loop import best_so_far

        # the wish is fulfilled: from here on only the scores of what was reached are missing
        folder.stop.unlink(missing_ok=True)
        reporter.update(state="stopping", **best_so_far(read_history(folder.history)))
    if folder.model.exists() and not (stopped and folder.scored):
        dataset = dataset or _open(folder, config, settings, reporter)
        reporter.update(message="starting TensorFlow")
        from catdog.training.outputs import write_results

        write_results(folder, dataset, config.model, reporter)
    _note_memory(folder)


def _note_memory(folder: RunFolder) -> None:
    """Note in config.json the most memory that the run has taken, of all the times that it was resumed."""
    before, now = folder.read_config().get("memory"), peak_memory()
    if now is not None:
        folder.add_to_config(memory=max(now, before if isinstance(before, int) else 0))


def _open(folder: RunFolder, config: TrainConfig, settings: Settings, reporter: Reporter) -> Dataset:
    """Return the data without what is excluded: as the run began with, or by today's list where it has not begun.

    Raises DataError if it is no longer what the run's finished epochs were trained on.
    """
    dataset = open_dataset(settings, config.source, reporter.say)
    data = folder.read_config().get("data") or {}
    began = data.get("fingerprint") == dataset.catalog.fingerprint
    if read_history(folder.history) and data.get("fingerprint") and not began:
        raise DataError("The pictures are no longer those that this run began with: start a new run.")
    if began:
        return without_images(dataset, (data.get("excluded") or {}).get("paths") or ())
    return without_images(dataset, list_excluded(settings, dataset.catalog))


def _train(folder: RunFolder, config: TrainConfig, settings: Settings, dataset: Dataset, reporter: Reporter) -> None:
    """Train to the last epoch; raise StopRequested where that is asked for before."""
    reporter.update(message="starting TensorFlow")
    reporter.check_stop()
    from catdog.training.loop import best_so_far, fit, list_speedups

    folder.add_to_config(**_machine(), faster=list_speedups(config))
    epochs = read_history(folder.history)
    if is_over(config.epochs, config.patience, epochs) and folder.model.exists():
        # the process ended after the training and before its scores
        reporter.update(**best_so_far(epochs))
    else:
        fit(folder, config, dataset, reporter, settings)


def _data(dataset: Dataset) -> dict:
    catalog = dataset.catalog
    left_out = [catalog.paths[row] for row in catalog.indices(EXCLUDED)]
    return {
        "source": catalog.source,
        "title": catalog.title,
        "note": catalog.note,
        "classes": list(catalog.classes),
        "counts": catalog.counts(),
        "baseline": catalog.baseline,
        "fingerprint": catalog.fingerprint,
        "excluded": {"pictures": len(left_out), "digest": digest_paths(left_out), "paths": left_out},
    }


def _machine() -> dict:
    return {
        "device": describe_device(),
        "versions": {
            "python": platform.python_version(),
            "catdog": __version__,
            **{name: version(name) for name in ("tensorflow", "keras", "numpy")},
        },
    }


def fail(folder: RunFolder, error: BaseException, reporter: Reporter | None = None) -> int:
    """End the run with state "failed", what went wrong in one sentence; return the process's exit status."""
    traceback.print_exception(error, file=sys.stderr)
    folder.end(reporter.status if reporter else folder.read_status(), "failed", _sentence(error))
    return 1


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
