"""The store of runs: what the runs folder holds, and how a run is looked up."""

from pathlib import Path

from catdog.errors import CatDogError, RunError
from catdog.models.specs import MODELS
from catdog.runs.executors.ray import get_jobs
from catdog.runs.run import Run, read_run
from catdog.settings import Settings
from catdog.training import ACTIVE


def list_runs(settings: Settings) -> list[Run]:
    """Return all runs, newest first; folders that hold no run, or a damaged one, are passed over."""
    try:
        folders = sorted((path for path in settings.runs.iterdir() if path.name[:1] != "."), reverse=True)
    except OSError:
        return []
    runs = [run for folder in folders if (run := _read(settings, folder))]
    # ids count whole seconds only; `created` orders runs that were launched together
    return sorted(runs, key=lambda run: (run.created, run.id), reverse=True)


def open_run(settings: Settings, run_id: str) -> Run:
    """Return the run with this id.

    Args:
        settings: Where the runs are.
        run_id: May come from the address bar: one that leads out of the runs folder opens nothing.

    Raises:
        RunError: There is no such run.
    """
    is_name = run_id and "/" not in run_id and "\\" not in run_id and not run_id.startswith(".")
    run = _read(settings, settings.runs / run_id) if is_name else None
    if run is None:
        raise RunError(f"There is no run {run_id!r}: it may have been deleted.")
    return run


def find_run(settings: Settings, text: str) -> Run:
    """Return the newest run that a text names.

    Args:
        settings: Where the runs are.
        text: A run's id or name, "model1" to "model4" for its newest run that can predict, or the beginning of an id.

    Raises:
        RunError: No run fits or, for the beginning of an id, more than one.
    """
    runs = list_runs(settings)
    for run in runs:
        if text in (run.id, run.name):
            return run
    if text in MODELS:
        trained = [run for run in runs if run.config.model == text and run.usable]
        if trained:
            return trained[0]
        raise RunError(f"There is no trained {text} yet: train it with python -m catdog train {text}.")
    matches = [run for run in runs if text and run.id.startswith(text)]
    if len(matches) == 1:
        return matches[0]
    problem = "more than one run begins with" if matches else "there is no run"
    raise RunError(f"{problem.capitalize()} {text!r}: list the runs with python -m catdog runs.")


def list_active_on(settings: Settings, source: str) -> list[Run]:
    """Return the runs that wait or train with this data source."""
    return [run for run in list_runs(settings) if run.config.source == source and run.state in ACTIVE]


def _read(settings: Settings, folder: Path) -> Run | None:
    jobs = get_jobs(settings.cluster) if settings.cluster else None
    try:
        return read_run(folder, jobs)
    except (OSError, TypeError, ValueError, CatDogError):
        return None
