"""The store of runs: what the runs folder holds, and how a run is looked up."""

import os
from collections.abc import Sequence
from pathlib import Path

from catdog.errors import RunError
from catdog.models.specs import MODELS
from catdog.runs.damaged import DamagedRun, is_ghost
from catdog.runs.executors.ray import get_jobs
from catdog.runs.reader import read_run
from catdog.runs.run import Run
from catdog.settings import Settings
from catdog.training import ACTIVE


def list_runs(settings: Settings) -> list[Run]:
    """Return all runs, newest first; folders that hold none, or a damaged one, are passed over."""
    return [run for run in list_entries(settings) if isinstance(run, Run)]


def list_damaged(settings: Settings) -> list[DamagedRun]:
    """Return the folders among the runs that can't be read as runs, by name."""
    return [entry for entry in list_entries(settings) if isinstance(entry, DamagedRun)]


def list_entries(settings: Settings) -> list[Run | DamagedRun]:
    """Return all runs, newest first, then the damaged ones by name."""
    try:
        with os.scandir(settings.runs) as entries:
            folders = [Path(entry.path) for entry in entries if is_run_entry(entry)]
    except OSError:
        return []
    return sort_entries([entry for folder in folders if (entry := read_entry(settings, folder))])


def sort_entries(entries: Sequence[Run | DamagedRun]) -> list[Run | DamagedRun]:
    """Return runs, newest first, then damaged ones by name."""
    runs = [entry for entry in entries if isinstance(entry, Run)]
    damaged = [entry for entry in entries if isinstance(entry, DamagedRun)]
    # ids count whole seconds only; `created` orders runs that were launched together
    runs.sort(key=lambda run: (run.created, run.id), reverse=True)
    return [*runs, *sorted(damaged, key=lambda entry: entry.id)]


def is_run_entry(entry: os.DirEntry) -> bool:
    """Tell whether an entry of the runs folder may be a run: a folder, or a link, which is then listed as damaged."""
    return not entry.name.startswith(".") and (entry.is_dir(follow_symlinks=False) or entry.is_symlink())


def read_entry(settings: Settings, folder: Path) -> Run | DamagedRun | None:
    """Return the run in a folder, or what is wrong with it; None where there is none, or only what one left."""
    if folder.is_symlink():
        name = folder.name.encode("utf-8", "backslashreplace").decode()
        return DamagedRun(folder, f"{name} is a link, which is not followed: delete it, which keeps what it leads to.")
    jobs = get_jobs(settings.cluster) if settings.cluster else None
    try:
        if not folder.name.isprintable():
            raise RunError("The name of this folder can't be shown: rename it, or delete the run.")
        return read_run(folder, jobs)
    except RunError as error:
        return DamagedRun(folder, str(error)) if folder.is_dir() and not is_ghost(folder) else None


def find_entry(settings: Settings, run_id: str) -> Run | DamagedRun:
    """Return the run with this id, damaged or not; arguments and errors as for `open_run`."""
    is_name = run_id and "/" not in run_id and "\\" not in run_id and not run_id.startswith(".")
    try:
        entry = read_entry(settings, settings.runs / run_id) if is_name else None
    except (OSError, ValueError):  # a name too long for the disk, or with a null character
        entry = None
    if entry is None:
        raise RunError(f"There is no run {run_id!r}: it may have been deleted.")
    return entry


def open_run(settings: Settings, run_id: str) -> Run:
    """Return the run with this id.

    Args:
        settings: Where the runs are.
        run_id: May come from the address bar: one that leads out of the runs folder opens nothing.

    Raises:
        RunError: There is no such run, or it is damaged.
    """
    return _require_run(find_entry(settings, run_id))


def find_run(settings: Settings, text: str) -> Run:
    """Return the newest run that a text names.

    Args:
        settings: Where the runs are.
        text: A run's id or name, "model1" to "model4" for its newest run that can predict (a quick one only where
            there is no other), or the beginning of an id.

    Raises:
        RunError: No run fits or, for the beginning of an id, more than one; or the run is damaged.
    """
    return _require_run(search_entry(settings, text))


def search_entry(settings: Settings, text: str) -> Run | DamagedRun:
    """Return the newest run that a text names, damaged or not; arguments and errors as for `find_run`."""
    entries = list_entries(settings)
    for entry in entries:
        if text in (entry.id, entry.name):
            return entry
    if text in MODELS:
        runs = [entry for entry in entries if isinstance(entry, Run)]
        trained = [run for run in runs if run.config.model == text and run.usable]
        if trained:
            return min(trained, key=lambda run: run.config.quick)  # the newest of those that are not quick, if any
        raise RunError(f"There is no trained {text} yet: train it with python -m catdog train {text}.")
    matches = [entry for entry in entries if text and entry.id.startswith(text)]
    if len(matches) == 1:
        return matches[0]
    problem = "more than one run begins with" if matches else "there is no run"
    raise RunError(f"{problem.capitalize()} {text!r}: list the runs with python -m catdog runs.")


def list_active_on(settings: Settings, source: str) -> list[Run]:
    """Return the runs that wait or train with this data source."""
    return [run for run in list_runs(settings) if run.config.source == source and run.state in ACTIVE]


def _require_run(entry: Run | DamagedRun) -> Run:
    if isinstance(entry, DamagedRun):
        raise RunError(entry.problem)
    return entry
