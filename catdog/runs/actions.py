"""What can be done with a run that is there: stop, move up, resume, rename, annotate, delete.

Everywhere `by` is the e-mail address of who does it, for the run's audit log; "" where nobody has signed in. Everything
here raises AccessError where it is somebody else's, see `catdog.access.Owned`.
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from catdog.datasets import UserDataset, delete_user_dataset
from catdog.errors import RunError, UsageError
from catdog.runs.audit import RESUMED, record_action
from catdog.runs.executors import ray
from catdog.runs.launching import clean_run_name, start_run
from catdog.runs.queue import Queue
from catdog.runs.quota import reserve_quota
from catdog.runs.run import Run
from catdog.runs.store import list_active_on, open_run
from catdog.settings import Settings
from catdog.training import ACTIVE
from catdog.utils.files import write_text
from catdog.utils.text import join_names

MAX_NOTE = 1000  # characters


def stop_run(settings: Settings, run: Run, by: str = "") -> None:
    """Tell a queued or running run to stop; all its finished epochs stay.

    Raises:
        RunError: It is not active.
    """
    run.owned.check(settings.owners, by)
    if open_run(settings, run.id).state not in ACTIVE:
        raise RunError(f"The run {run.name} is not training, so there is nothing to stop.")
    with _changing(run):
        record_action(run.files, "stopped", by)
        run.files.stop.touch()
        waits_in_cluster = run.files.read_status().pid is None and run.files.job.exists()
        if waits_in_cluster and ray.withdraw(settings, run.files):
            run.files.stop.unlink(missing_ok=True)
            run.files.write_status(replace(run.files.read_status(), state="stopped", finished=time.time()))


def move_up(settings: Settings, run: Run, by: str = "") -> None:
    """Swap a waiting run with the one before it in the queue; both must be the person's own.

    Raises:
        RunError: It does not wait, is the first, or waits in a Ray cluster.
    """
    run.owned.check(settings.owners, by)
    if run.files.job.exists():
        raise RunError(f"The run {run.name} waits in the Ray cluster, which decides itself which run is the next.")
    waiting = Queue(settings.runs).waiting()
    if run.id not in waiting:
        raise RunError(f"The run {run.name} does not wait for its turn, so it can't be moved up.")
    index = waiting.index(run.id)
    if index == 0:
        raise RunError(f"The run {run.name} is the next one already.")
    before = open_run(settings, waiting[index - 1])
    before.owned.check(settings.owners, by)
    pair = [open_run(settings, run.id).files, before.files]
    later, earlier = (files.read_place(files.read_status()) for files in pair)
    if later == earlier:  # told apart by their ids alone
        later += 1e-3
    with _changing(run):
        record_action(run.files, "moved up", by)
        for files, place in zip(pair, (earlier, later), strict=True):
            write_text(files.place, repr(place))


def resume_run(settings: Settings, run: Run, by: str = "") -> None:
    """Queue a stopped, failed or interrupted run again, to go on after its last finished epoch.

    Raises:
        RunError: It is in any other state, or can't be started.
        AccessError: The person may have no more active runs.
    """
    run = open_run(settings, run.id)
    run.owned.check(settings.owners, by)
    if not run.resumable:
        raise RunError(f"The run {run.name} is {run.state}: only a stopped, failed or interrupted run can be resumed.")
    with reserve_quota(settings, 1, by), _changing(run):
        record_action(run.files, RESUMED, by)
        run.files.stop.unlink(missing_ok=True)
        run.files.place.unlink(missing_ok=True)
        run.files.write_status(
            replace(run.status, state="queued", message="", error="", pid=None, finished=None, queued=time.time())
        )
    start_run(settings, run)


def rename_run(settings: Settings, run: Run, name: str, by: str = "") -> None:
    """Give the run another name.

    Raises:
        UsageError: The name has not 1 to 80 visible characters.
    """
    run.owned.check(settings.owners, by)
    name = clean_run_name(name)
    with _changing(run):
        open_run(settings, run.id).files.add_to_config(name=name)
        record_action(run.files, "renamed", by)


def annotate_run(settings: Settings, run: Run, note: str, by: str = "") -> None:
    """Keep a note with the run, "" for none.

    Raises:
        UsageError: The note has more than 1,000 characters.
    """
    run.owned.check(settings.owners, by)
    note = "".join(character for character in note if character.isprintable() or character == "\n").strip()
    if len(note) > MAX_NOTE:
        raise UsageError(f"The note has {len(note):,} characters, but at most {MAX_NOTE:,} are kept: shorten it.")
    with _changing(run):
        open_run(settings, run.id).files.add_to_config(note=note)
        record_action(run.files, "noted", by)


def delete_run(settings: Settings, run: Run, by: str = "") -> None:
    """Delete the run with all its files.

    Raises:
        RunError: It is active, or a file can't be deleted.
    """
    run.owned.check(settings.owners, by)
    run = open_run(settings, run.id)
    if run.state in ACTIVE:
        raise RunError(f"The run {run.name} is {run.state}: stop it before you delete it.")
    with _changing(run):
        # out of the list at once, so that a deletion cut short leaves no half run behind
        hidden = run.folder.rename(run.folder.with_name(f".deleted-{run.id}"))
        with suppress(FileNotFoundError):  # another process cleans up at the same time
            shutil.rmtree(hidden)
    for leftover in settings.runs.glob(".deleted-*"):  # of an earlier deletion that was cut short
        shutil.rmtree(leftover, ignore_errors=True)


def delete_dataset(settings: Settings, dataset: UserDataset, by: str = "") -> None:
    """Delete a user dataset.

    Runs that have ended stay, with their models and scores; they just can't be resumed.

    Raises:
        RunError: A run is learning from it.
        DataError: It can't be deleted.
    """
    dataset.owned.check(settings.owners, by)
    active = list_active_on(settings, dataset.source)
    if active:
        names = join_names([run.name for run in active[:3]])
        raise RunError(f"{names} still learns from {dataset.name}: wait for the end or stop it first.")
    delete_user_dataset(settings, dataset)


@contextmanager
def _changing(run: Run) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError(f"The run {run.name} could not be changed ({error.strerror or error}): try again.") from error
