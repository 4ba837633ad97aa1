"""What can be done with a run: create, start, stop, resume, rename, delete.

by: the e-mail address of who does it, which the run then remembers; "" where nobody has signed in.
"""

import secrets
import shutil
import string
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime

from catdog.errors import RunError, UsageError
from catdog.runs.audit import RESUMED, STARTED, record_action
from catdog.runs.estimate import bytes_free, bytes_needed
from catdog.runs.executors import local, ray
from catdog.runs.queue import Queue
from catdog.runs.quota import reserve_quota
from catdog.runs.run import Run
from catdog.runs.store import open_run
from catdog.settings import Settings
from catdog.training import ACTIVE, RunFolder, Status, TrainConfig
from catdog.utils.files import write_json, write_text
from catdog.utils.text import format_size

LONGEST_NAME = 80
LONGEST_NOTE = 1000
SIGNS = string.ascii_lowercase + string.digits


def create_run(settings: Settings, config: TrainConfig, name: str = "", by: str = "", sweep: str = "") -> Run:
    """Make the run's folder with state "queued", and return the run; it appears in the list whole or not at all.

    name: 1 to 80 characters, or "" for one made of model and time. sweep: see sweep_title. Raises
    UsageError, or RunError where the disk has too little space for what the run will write.
    """
    needed, free = bytes_needed(config), bytes_free(settings.runs)
    if free < needed:
        raise RunError(
            f"A run of {config.model} needs up to {format_size(needed)} of disk while it trains and only {format_size(free)} are "
            "free: delete runs or other files, or set CATDOG_HOME to another disk."
        )
    created = datetime.now()
    name = _name(name) if name else f"{config.model} {created:%d %b %H:%M}"
    run_id = _unused_id(settings, f"{created:%Y%m%d-%H%M%S}-{config.model}")
    hidden = RunFolder(settings.runs / f".{run_id}")
    try:
        hidden.path.mkdir(parents=True)
        details = {"name": name, "created": created.timestamp(), "config": config.to_dict()}
        write_json(hidden.config, details | ({"sweep": sweep} if sweep else {}))
        record_action(hidden, STARTED, by)
        hidden.write_status(Status(epochs=config.epochs))
        hidden.path.rename(settings.runs / run_id)
    except OSError as error:
        shutil.rmtree(hidden.path, ignore_errors=True)
        raise RunError(
            f"The run could not be stored in {settings.runs} ({error.strerror or error}): free some disk space, or "
            "set CATDOG_HOME to another folder."
        ) from error
    return open_run(settings, run_id)


def start_run(settings: Settings, run: Run) -> None:
    """Start the run's process, or hand it to the cluster: it waits for its turn, then trains, and outlives this one.

    Raises RunError where the system starts none or the cluster takes none; the run is then "failed", and can be
    resumed.
    """
    try:
        if settings.cluster:
            ray.start(settings, run.files)
        else:
            run.files.job.unlink(missing_ok=True)
            local.start(settings, run.files)
    except (OSError, RunError) as error:
        problem = str(error)
        if not isinstance(error, RunError):
            problem = f"The training of {run.name} could not be started ({error.strerror or error}): try again later."
        with suppress(OSError):
            run.files.job.unlink(missing_ok=True)
            run.files.write_status(replace(run.files.read_status(), state="failed", error=problem))
        raise RunError(problem) from error


def stop_run(settings: Settings, run: Run, by: str = "") -> None:
    """Ask a queued or running run to stop; all its finished epochs stay. Raises RunError if it is not active."""
    if open_run(settings, run.id).state not in ACTIVE:
        raise RunError(f"The run {run.name} is not training, so there is nothing to stop.")
    with _changing(run):
        record_action(run.files, "stopped", by)
        run.files.stop.touch()
        waits = run.files.read_status().pid is None and run.files.job.exists()
        if waits and ray.withdraw(settings, run.files):
            run.files.stop.unlink(missing_ok=True)
            run.files.write_status(replace(run.files.read_status(), state="stopped", finished=time.time()))


def move_up(settings: Settings, run: Run, by: str = "") -> None:
    """Let a waiting run change places with the one before it; raise RunError if it does not wait or is the first."""
    if run.files.job.exists():
        raise RunError(f"The run {run.name} waits in the Ray cluster, which decides itself which run is the next.")
    waiting = Queue(settings.runs).waiting()
    if run.id not in waiting:
        raise RunError(f"The run {run.name} does not wait for its turn, so it can't be moved up.")
    place = waiting.index(run.id)
    if place == 0:
        raise RunError(f"The run {run.name} is the next one already.")
    pair = [open_run(settings, run_id).files for run_id in (run.id, waiting[place - 1])]
    later, earlier = (files.read_place(files.read_status()) for files in pair)
    if later == earlier:  # told apart by their ids alone
        later += 1e-3
    with _changing(run):
        record_action(run.files, "moved up", by)
        for files, number in zip(pair, (earlier, later), strict=True):
            write_text(files.place, repr(number))


def resume_run(settings: Settings, run: Run, by: str = "") -> None:
    """Queue a stopped, failed or interrupted run again, to go on after its last finished epoch.

    Raises RunError if it is in any other state, AccessError where the person has as many runs at work as allowed.
    """
    run = open_run(settings, run.id)
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
    """Give the run another name, 1 to 80 characters; raise UsageError otherwise."""
    name = _name(name)
    with _changing(run):
        open_run(settings, run.id).files.add_to_config(name=name)
        record_action(run.files, "renamed", by)


def annotate_run(settings: Settings, run: Run, note: str, by: str = "") -> None:
    """Keep a note of up to 1,000 characters with the run, "" for none; raise UsageError for a longer one."""
    note = "".join(sign for sign in note if sign.isprintable() or sign == "\n").strip()
    if len(note) > LONGEST_NOTE:
        raise UsageError(f"The note has {len(note):,} characters, but at most {LONGEST_NOTE:,} are kept: shorten it.")
    with _changing(run):
        open_run(settings, run.id).files.add_to_config(note=note)
        record_action(run.files, "noted", by)


def delete_run(settings: Settings, run: Run) -> None:
    """Delete the run with all its files; raise RunError if it is active."""
    run = open_run(settings, run.id)
    if run.state in ACTIVE:
        raise RunError(f"The run {run.name} is {run.state}: stop it before you delete it.")
    with _changing(run):
        # out of the list at once, so that a deletion cut short leaves no half run behind
        hidden = run.folder.rename(run.folder.with_name(f".deleted-{run.id}"))
        shutil.rmtree(hidden)
    for leftover in settings.runs.glob(".deleted-*"):  # of an earlier deletion that was cut short
        shutil.rmtree(leftover, ignore_errors=True)


def _unused_id(settings: Settings, beginning: str) -> str:
    while True:
        run_id = f"{beginning}-{''.join(secrets.choice(SIGNS) for _ in range(4))}"
        if not (settings.runs / run_id).exists():
            return run_id


@contextmanager
def _changing(run: Run) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError(f"The run {run.name} could not be changed ({error.strerror or error}): try again.") from error


def _name(name: str) -> str:
    cleaned = " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())
    if not 0 < len(cleaned) <= LONGEST_NAME:
        raise UsageError(f"A run's name needs 1 to {LONGEST_NAME} visible characters.")
    return cleaned
