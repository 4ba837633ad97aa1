"""Which runs are learning from some data, and deleting data that none is learning from."""

from catdog.datasets import UserDataset, delete_user_dataset
from catdog.errors import RunError
from catdog.runs.run import Run
from catdog.runs.store import list_runs
from catdog.settings import Settings
from catdog.training import ACTIVE
from catdog.utils.text import join_names


def list_active_on(settings: Settings, source: str) -> list[Run]:
    """Return the runs on this data source that train or wait for their turn."""
    return [run for run in list_runs(settings) if run.config.source == source and run.state in ACTIVE]


def delete_dataset(settings: Settings, chosen: UserDataset) -> None:
    """Delete an added photo set; raise RunError while a run is learning from it, DataError where it can't be deleted.

    Runs that have ended stay, with their models and scores; they just can't be resumed.
    """
    busy = list_active_on(settings, chosen.source)
    if busy:
        names = join_names([run.name for run in busy[:3]])
        raise RunError(f"{names} still learns from {chosen.name}: wait for the end or stop it first.")
    delete_user_dataset(settings, chosen)
