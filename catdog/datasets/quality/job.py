"""The quality check of a dataset, made once in a process of its own: python -m catdog.datasets.quality.job SOURCE."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from catdog.datasets.cache import Dataset
from catdog.datasets.catalog import Catalog
from catdog.datasets.quality.checks import QualityReport, examine_images
from catdog.errors import CatDogError, DataError
from catdog.settings import PROJECT, Settings
from catdog.utils.files import read_json, write_json
from catdog.utils.locks import hold_lock
from catdog.utils.processes import log_to_stderr, start_process
from catdog.utils.progress import Progress, silent

JOB = "catdog.datasets.quality.job"
INTERVAL = 0.3  # seconds between two writes of the state
LOCK, STATE, LOG = ".lock", ".state.json", ".log"
STARTING = 30.0  # seconds that a new process has to take the work up

logger = logging.getLogger(JOB)


@dataclass(frozen=True)
class JobState:
    """How a quality check stands.

    Attributes:
        active: Whether a process is at it.
        done: How many steps are done.
        total: Of how many; 0 if unknown.
        what: What it does right now, in words.
        error: Why the last one failed, in one sentence; "" if it did not.
        cut_off: Whether the last one ended before its end, such as by a restart of the machine.
    """

    active: bool = False
    done: int = 0
    total: int = 0
    what: str = ""
    error: str = ""
    cut_off: bool = False


def load_report(settings: Settings, catalog: Catalog) -> QualityReport | None:
    """Return the stored report on this data; None where there is none or its file is damaged."""
    values = read_json(report_path(settings, catalog))
    try:
        report = QualityReport.from_dict(values or {})
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    paths = {path for pair in report.pairs for path in (pair.first, pair.second)}
    paths |= {path for images in report.odd.values() for path, _ in images}
    fits = (report.fingerprint, report.pictures) == (catalog.fingerprint, len(catalog)) and paths <= set(catalog.paths)
    return report if fits else None


def check_quality(settings: Settings, dataset: Dataset, progress: Progress = silent) -> QualityReport:
    """Return the report on the data; where none is stored the data is checked now, in one process at a time.

    Args:
        settings: Say where the report is stored.
        dataset: The data.
        progress: Told how far the check is, or that another process is at it.

    Raises:
        DataError: The report can't be written.
    """
    catalog = dataset.catalog
    report = load_report(settings, catalog)
    if report is not None:
        return report
    try:
        settings.cache.mkdir(parents=True, exist_ok=True)
        lock = _path(settings, catalog.fingerprint, LOCK)
        with hold_lock(lock, progress, "waiting for another process that checks the images"):
            # the other process may have stored it
            return load_report(settings, catalog) or _check(settings, dataset, progress)
    except OSError as error:
        raise DataError(
            f"What the check of the images found can't be kept in {settings.cache} ({error.strerror or error}): "
            "free some disk space or set CATDOG_HOME to another folder."
        ) from error


def read_job_state(settings: Settings, catalog: Catalog) -> JobState:
    """Return how the check of this data stands, whichever process is at it."""
    values = read_json(_path(settings, catalog.fingerprint, STATE)) or {}
    started = values.get("starting")
    starting = isinstance(started, int | float) and 0 <= time.time() - started < STARTING
    if starting or _is_locked(_path(settings, catalog.fingerprint, LOCK)):
        done, total = (values[name] if isinstance(values.get(name), int) else 0 for name in ("done", "total"))
        return JobState(True, done, total, str(values.get("what", "")))
    error = str(values.get("error", ""))
    return JobState(error=error, cut_off=bool(values) and not error)


def start_job(settings: Settings, catalog: Catalog) -> None:
    """Start the check in a process of its own, which outlives this one, unless one is at it already.

    Raises:
        DataError: It can't be started.
    """
    if read_job_state(settings, catalog).active:
        return
    state_file = _path(settings, catalog.fingerprint, STATE)
    arguments = (catalog.source, catalog.fingerprint)
    try:
        write_json(state_file, {"starting": time.time(), "what": "starting"})
        with _path(settings, catalog.fingerprint, LOG).open("wb") as log:
            start_process(JOB, *arguments, project=PROJECT, variables=settings.environment(), log=log)
    except OSError as error:
        state_file.unlink(missing_ok=True)
        raise DataError(f"The check could not be started ({error.strerror or error}): try again later.") from error


def run_job(settings: Settings, source: str, fingerprint: str) -> int:
    """Check the data in this process; a failure becomes one sentence in the state.

    Args:
        settings: Say where the data and the report are.
        source: The data's source, as in open_dataset.
        fingerprint: What tells which data it was when the check was started.

    Returns:
        The process's exit status.
    """
    from catdog.datasets import open_dataset

    state_file = _path(settings, fingerprint, STATE)
    logger.info("checking %s", source)
    try:
        settings.cache.mkdir(parents=True, exist_ok=True)
        # held from the start, since reading all files to tell which data it is takes long where there are many
        with hold_lock(_path(settings, fingerprint, LOCK), silent, "waiting"):
            dataset = open_dataset(settings, source)
            if dataset.catalog.fingerprint != fingerprint:
                raise DataError("The images have just changed: reload the page and start the check again.")
            if load_report(settings, dataset.catalog) is None:
                _check(settings, dataset, silent)
    except BaseException as error:
        logger.exception("the check failed")
        sentence = str(error) if isinstance(error, CatDogError) else _explain(error, settings, fingerprint)
        with suppress(OSError):
            write_json(state_file, {"error": sentence})
        return 1
    logger.info("checked %d images", len(dataset.catalog))
    state_file.unlink(missing_ok=True)
    return 0


def report_path(settings: Settings, catalog: Catalog) -> Path:
    """Return the file that stores the report on this data."""
    return _path(settings, catalog.fingerprint, ".json")


def _check(settings: Settings, dataset: Dataset, progress: Progress) -> QualityReport:
    """Check the data and store the report; the caller holds the lock."""
    with _write_progress(_path(settings, dataset.catalog.fingerprint, STATE), progress) as written:
        report = examine_images(dataset, settings.cache, written)
        write_json(report_path(settings, dataset.catalog), report.to_dict())
    return report


def _explain(error: BaseException, settings: Settings, fingerprint: str) -> str:
    """Say in one sentence what ended the check."""
    if isinstance(error, MemoryError):
        return "The memory did not suffice to check the images: close other programs and start the check again."
    if isinstance(error, OSError):
        return f"The check could not read or write a file ({error.strerror or error}): fix that and start it again."
    log = _path(settings, fingerprint, LOG)
    return f"The check ended by an error ({type(error).__name__}): the end of {log} shows where."


@contextmanager
def _write_progress(path: Path, progress: Progress) -> Iterator[Progress]:
    """Yield a progress that is also written to a file, for pages to read; the file is gone once all went well."""
    last = 0.0

    def write(done: int, total: int, what: str) -> None:
        nonlocal last
        progress(done, total, what)
        if time.monotonic() - last > INTERVAL:
            write_json(path, {"done": done, "total": total, "what": what})
            last = time.monotonic()

    write(0, 0, "starting")
    yield write
    path.unlink(missing_ok=True)


def _is_locked(lock: Path) -> bool:
    """Tell whether a process holds the lock file; the system frees that of a process that dies."""
    if not lock.exists():
        return False
    try:
        with FileLock(lock, timeout=0):
            return False
    except (Timeout, OSError):
        return True


def _path(settings: Settings, fingerprint: str, suffix: str) -> Path:
    return settings.cache / f"health-{fingerprint}{suffix}"


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m catdog.datasets.quality.job SOURCE FINGERPRINT")
    log_to_stderr()
    sys.exit(run_job(Settings.from_environment(), *sys.argv[1:]))
