"""The quality check of a dataset, made once in a process of its own: python -m catdog.datasets.quality.job SOURCE."""

import os
import subprocess
import sys
import threading
import time
import traceback
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
from catdog.utils.progress import Progress, silent

INTERVAL = 0.3  # seconds between two writes of the state
LOCK, STATE, LOG = ".lock", ".state.json", ".log"
STARTING = 30.0  # seconds that a new process has to take the work up


@dataclass(frozen=True)
class JobState:
    """How a check-up stands.

    active: whether a process is at it; done, total, what: how far it is; error: why the last one failed, in one
    sentence; cut_off: whether the last one ended before its end, such as by a restart of the machine.
    """

    active: bool = False
    done: int = 0
    total: int = 0
    what: str = ""
    error: str = ""
    cut_off: bool = False


def load_report(settings: Settings, catalog: Catalog) -> QualityReport | None:
    """Return what a check-up of this data found; None where there was none or its file is damaged."""
    values = read_json(report_path(settings, catalog))
    try:
        health = QualityReport.from_dict(values or {})
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    named = {path for pair in health.pairs for path in (pair.first, pair.second)}
    named |= {path for found in health.odd.values() for path, _ in found}
    fits = (health.fingerprint, health.pictures) == (catalog.fingerprint, len(catalog)) and named <= set(catalog.paths)
    return health if fits else None


def check_quality(settings: Settings, dataset: Dataset, progress: Progress = silent) -> QualityReport:
    """Return the health of the data: found now, in one process at a time, unless it is stored already.

    Raises DataError where the result can't be written.
    """
    catalog = dataset.catalog
    known = load_report(settings, catalog)
    if known is not None:
        return known
    try:
        settings.cache.mkdir(parents=True, exist_ok=True)
        lock = _file(settings, catalog.fingerprint, LOCK)
        with hold_lock(lock, progress, "waiting for another process that checks the pictures"):
            return load_report(settings, catalog) or _found(settings, dataset, progress)  # it may have found all
    except OSError as error:
        raise DataError(
            f"What the check of the pictures found can't be kept in {settings.cache} ({error.strerror or error}): "
            "free some disk space or set CATDOG_HOME to another folder."
        ) from error


def read_job_state(settings: Settings, catalog: Catalog) -> JobState:
    """Return how the check-up of this data stands, whichever process is at it."""
    values = read_json(_file(settings, catalog.fingerprint, STATE)) or {}
    number = values.get("starting")
    starting = isinstance(number, int | float) and 0 <= time.time() - number < STARTING
    if starting or _held(_file(settings, catalog.fingerprint, LOCK)):
        done, total = (values[name] if isinstance(values.get(name), int) else 0 for name in ("done", "total"))
        return JobState(True, done, total, str(values.get("what", "")))
    error = str(values.get("error", ""))
    return JobState(error=error, cut_off=bool(values) and not error)


def start_job(settings: Settings, catalog: Catalog) -> None:
    """Start the check-up in a process of its own, which outlives this one, unless one is at it already.

    Raises DataError where that can't be done.
    """
    if read_job_state(settings, catalog).active:
        return
    environment = os.environ | settings.environment()
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH"))))
    state_file = _file(settings, catalog.fingerprint, STATE)
    try:
        write_json(state_file, {"starting": time.time(), "what": "starting"})
        with _file(settings, catalog.fingerprint, LOG).open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "catdog.datasets.quality.job", catalog.source, catalog.fingerprint],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                cwd=PROJECT,
                start_new_session=True,  # Ctrl-C at the page server must not reach it
            )
    except OSError as error:
        state_file.unlink(missing_ok=True)
        raise DataError(f"The check could not be started ({error.strerror or error}): try again later.") from error
    # an ended process stays in the system's table, as a zombie, until its parent has asked how it ended
    threading.Thread(target=process.wait, daemon=True, name="reaper of a check-up").start()


def run_job(settings: Settings, source: str, fingerprint: str) -> int:
    """Check the data of `source` and return the process's exit status; a failure is one sentence in the state."""
    from catdog.datasets import open_dataset

    state_file = _file(settings, fingerprint, STATE)
    try:
        settings.cache.mkdir(parents=True, exist_ok=True)
        # held from the start, since reading all files to tell which data it is takes long where there are many
        with hold_lock(_file(settings, fingerprint, LOCK), silent, "waiting"):
            dataset = open_dataset(settings, source)
            if dataset.catalog.fingerprint != fingerprint:
                raise DataError("The pictures have just changed: reload the page and start the check again.")
            if load_report(settings, dataset.catalog) is None:
                _found(settings, dataset, silent)
    except BaseException as error:
        traceback.print_exception(error)
        sentence = str(error) if isinstance(error, CatDogError) else _sentence(error, settings, fingerprint)
        with suppress(OSError):
            write_json(state_file, {"error": sentence})
        return 1
    state_file.unlink(missing_ok=True)
    return 0


def report_path(settings: Settings, catalog: Catalog) -> Path:
    """Return the file that keeps what a check-up of this data found."""
    return _file(settings, catalog.fingerprint, ".json")


def _found(settings: Settings, dataset: Dataset, progress: Progress) -> QualityReport:
    """Look through the data and keep what was found; the caller holds the lock."""
    with _told(_file(settings, dataset.catalog.fingerprint, STATE), progress) as told:
        found = examine_images(dataset, settings.cache, told)
        write_json(report_path(settings, dataset.catalog), found.to_dict())
    return found


def _sentence(error: BaseException, settings: Settings, fingerprint: str) -> str:
    if isinstance(error, MemoryError):
        return "The memory did not suffice to check the pictures: close other programs and start the check again."
    if isinstance(error, OSError):
        return f"The check could not read or write a file ({error.strerror or error}): mend that and start it again."
    log = _file(settings, fingerprint, LOG)
    return f"The check ended by an error ({type(error).__name__}): the end of {log} shows where."


@contextmanager
def _told(file: Path, progress: Progress) -> Iterator[Progress]:
    """Yield a progress that is also written to `file`, for pages to read; the file is gone once all went well."""
    last = 0.0

    def tell(done: int, total: int, what: str) -> None:
        nonlocal last
        progress(done, total, what)
        if time.monotonic() - last > INTERVAL:
            write_json(file, {"done": done, "total": total, "what": what})
            last = time.monotonic()

    tell(0, 0, "starting")
    yield tell
    file.unlink(missing_ok=True)


def _held(lock: Path) -> bool:
    """Tell whether a process holds the lock file; the system frees that of a process that dies."""
    if not lock.exists():
        return False
    try:
        with FileLock(lock, timeout=0):
            return False
    except (Timeout, OSError):
        return True


def _file(settings: Settings, fingerprint: str, suffix: str) -> Path:
    return settings.cache / f"health-{fingerprint}{suffix}"


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m catdog.datasets.quality.job SOURCE FINGERPRINT")
    sys.exit(run_job(Settings.from_environment(), *sys.argv[1:]))
