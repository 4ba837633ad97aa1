"""What can be done with a run that is there: stop, move up, resume, rename, annotate, delete.

Several people may act on one run at the same moment: one of them wins, and the others get a RunError that says what
has become of the run. Nothing here makes a folder that is gone.

Everywhere `by` is the e-mail address of who does it, for the run's audit log; "" where nobody has signed in. Everything
here raises AccessError where it is somebody else's, see `catdog.access.Owned`.
"""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from catdog.datasets import UserDataset, delete_user_dataset
from catdog.errors import RunError, UsageError
from catdog.runs.audit import RESUMED, record_action
from catdog.runs.damaged import DamagedRun, drop_ghosts, remove_entry
from catdog.runs.estimate import bytes_taken
from catdog.runs.executors import ray
from catdog.runs.launching import clean_run_name, require_space, start_run
from catdog.runs.queue import Queue
from catdog.runs.quota import check_quota, lock_launching
from catdog.runs.run import Run
from catdog.runs.store import find_entry, list_active_on, open_run
from catdog.settings import Settings
from catdog.training import ACTIVE, RunFolder
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
            write_text(files.place, repr(place), make_folder=False)


def resume_run(settings: Settings, run: Run, by: str = "") -> None:
    """Queue a stopped, failed or interrupted run again, to go on after its last finished epoch.

    Raises:
        RunError: It is in any other state, the disk has too little space, or it can't be started.
        AccessError: The person may have no more active runs.
    """
    with lock_launching(settings):
        check_quota(settings, 1, by)
        with _changing(run), run.files.lock_config():
            run = open_run(settings, run.id)
            run.owned.check(settings.owners, by)
            if not run.resumable:
                raise RunError(
                    f"The run {run.name} is {run.state}: only a stopped, failed or interrupted run can be resumed."
                )
            run.require_whole_config()
            require_space(settings, run.config, bytes_taken(run.folder))
            run.files.stop.unlink(missing_ok=True)
            run.files.place.unlink(missing_ok=True)
            run.files.write_status(
                replace(run.status, state="queued", message="", error="", pid=None, finished=None, queued=time.time())
            )
        with _changing(run):
            record_action(run.files, RESUMED, by)
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


def share_run(settings: Settings, run: Run, shared: bool, by: str = "") -> None:
    """Let everybody see the run, or only its owner and the owners of the dashboard, where runs are private."""
    run.owned.check(settings.owners, by)
    with _changing(run):
        open_run(settings, run.id).files.add_to_config(shared=shared)
        record_action(run.files, "shared" if shared else "made private", by)


def delete_run(settings: Settings, run: Run | DamagedRun, by: str = "") -> None:
    """Delete the run with all its files, whether or not it can be read; of a link, only the link.

    Raises:
        RunError: It is active, or a file can't be deleted.
    """
    hidden = settings.runs / f".deleted-{secrets.token_hex(8)}"
    with _changing(run), RunFolder(run.folder).lock_config():
        entry = find_entry(settings, run.id)
        entry.owned.check(settings.owners, by)
        if isinstance(entry, DamagedRun) and entry.active:
            RunFolder(entry.folder).stop.touch()
            raise RunError(f"The run {entry.name} still trains and has now been told to stop: delete it once it has.")
        if isinstance(entry, Run) and entry.state in ACTIVE:
            raise RunError(f"The run {entry.name} is {entry.state}: stop it before you delete it.")
        # out of the list at once, so that a deletion cut short leaves no half run behind
        entry.folder.rename(hidden)
    remove_entry(hidden)
    drop_ghosts(settings.runs)
    if hidden.exists():
        raise RunError(f"The run {run.name} is deleted, but files of it remain in {hidden}: delete them yourself.")


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
def _changing(run: Run | DamagedRun) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if not os.path.lexists(run.folder):
            raise RunError(f"There is no run {run.name!r} any more: it has just been deleted.") from error
        raise RunError(f"The run {run.name} could not be changed ({error.strerror or error}): try again.") from error
