"""The list of runs: what the runs folder holds."""

from pathlib import Path

from catdog.errors import CatDogError, RunError
from catdog.models.specs import MODELS
from catdog.runs.executors.ray import jobs_of
from catdog.runs.run import Run, read_run
from catdog.settings import Settings


def list_runs(settings: Settings) -> list[Run]:
    """Return all runs, newest first; folders that are no run, or a damaged one, are passed over."""
    try:
        folders = sorted((path for path in settings.runs.iterdir() if path.name[:1] != "."), reverse=True)
    except OSError:
        return []
    runs = [run for folder in folders if (run := _read(settings, folder))]
    # names count whole seconds only; the queue time orders runs launched together
    return sorted(runs, key=lambda run: (run.created, run.id), reverse=True)


def open_run(settings: Settings, run_id: str) -> Run:
    """Return the run of this id; raise RunError if there is none (the id may come from the address bar)."""
    known = run_id and "/" not in run_id and "\\" not in run_id and not run_id.startswith(".")
    run = _read(settings, settings.runs / run_id) if known else None
    if run is None:
        raise RunError(f"There is no run {run_id!r}: it may have been deleted.")
    return run


def find_run(settings: Settings, text: str) -> Run:
    """Return the newest run with this id, name, unique beginning of an id, or (finished) of this model.

    Raises RunError if none or, for a beginning of an id, more than one fits.
    """
    runs = list_runs(settings)
    for run in runs:
        if text in (run.id, run.name):
            return run
    if text in MODELS:
        finished = [run for run in runs if run.config.model == text and run.usable]
        if finished:
            return finished[0]
        raise RunError(f"There is no trained {text} yet: train it with python -m catdog train {text}.")
    found = [run for run in runs if text and run.id.startswith(text)]
    if len(found) == 1:
        return found[0]
    problem = "more than one run begins with" if found else "there is no run"
    raise RunError(f"{problem.capitalize()} {text!r}: list the runs with python -m catdog runs.")


def _read(settings: Settings, folder: Path) -> Run | None:
    jobs = jobs_of(settings.cluster) if settings.cluster else None
    try:
        return read_run(folder, jobs)
    except (OSError, TypeError, ValueError, CatDogError):
        return None
