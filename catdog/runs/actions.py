"""What can be done with a run: launch, stop, resume, rename, delete.

Everywhere `by` is the e-mail address of who does it, for the run's audit log; "" where nobody has signed in.
"""

import secrets
import shutil
import string
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime

from catdog.datasets import UserDataset, delete_user_dataset
from catdog.errors import RunError, UsageError
from catdog.runs.audit import RESUMED, STARTED, record_action
from catdog.runs.estimate import bytes_free, bytes_needed
from catdog.runs.executors import local, ray
from catdog.runs.queue import Queue
from catdog.runs.quota import reserve_quota
from catdog.runs.run import Run
from catdog.runs.store import list_active_on, open_run
from catdog.settings import Settings
from catdog.training import ACTIVE, RunFolder, Status, TrainConfig
from catdog.utils.files import write_json, write_text
from catdog.utils.text import format_size, join_names

MAX_NAME = 80  # characters
MAX_NOTE = 1000
ID_CHARACTERS = string.ascii_lowercase + string.digits


def launch(settings: Settings, config: TrainConfig, name: str = "", by: str = "", sweep: str = "") -> Run:
    """Create a run and start it.

    Args:
        settings: Where the runs are, and what trains them.
        config: The run's settings.
        name: See `create_run`.
        by: See the module.
        sweep: See `create_run`.

    Raises:
        AccessError: The person may have no more runs.
        UsageError: As `create_run` raises it.
        RunError: As `create_run` and `start_run` raise it.
    """
    return launch_all(settings, [config], [name], by, sweep)[0]


def launch_all(
    settings: Settings, configs: list[TrainConfig], names: list[str], by: str = "", sweep: str = ""
) -> list[Run]:
    """Create and start a run of each configuration, in this order.

    Args:
        settings: Where the runs are, and what trains them.
        configs: The settings of each run.
        names: The name of each run, see `create_run`.
        by: See the module.
        sweep: The title of the sweep that they make together, "" where they make none.

    Raises:
        AccessError: The person would have more runs than allowed; none is started.
        UsageError: As `create_run` raises it; the runs before are started.
        RunError: As `create_run` and `start_run` raise it; the runs before are started.
    """
    runs = []
    with reserve_quota(settings, len(configs), by):
        for config, name in zip(configs, names, strict=True):
            runs.append(create_run(settings, config, name, by, sweep))
            start_run(settings, runs[-1])
    return runs


def create_run(settings: Settings, config: TrainConfig, name: str = "", by: str = "", sweep: str = "") -> Run:
    """Create a run's folder with state "queued"; it appears in the list whole or not at all.

    Args:
        settings: Where the runs are.
        config: The run's settings.
        name: 1 to 80 characters, or "" for a name of model and time.
        by: See the module.
        sweep: The title of the sweep that it belongs to, see `training.sweep.make_sweep_title`; "" for none.

    Raises:
        UsageError: The name is too long.
        RunError: The disk has too little space for what the run will write, or can't be written.
    """
    needed, free = bytes_needed(config), bytes_free(settings.runs)
    if free < needed:
        raise RunError(
            f"A run of {config.model} needs up to {format_size(needed)} of disk while it trains and only "
            f"{format_size(free)} are free: delete runs or other files, or set CATDOG_HOME to another disk."
        )
    created = datetime.now()
    name = _clean_name(name) if name else f"{config.model} {created:%d %b %H:%M}"
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
    """Start the run's process, or submit it to the Ray cluster.

    That process waits for its turn, then trains, and outlives this one.

    Raises:
        RunError: The system starts none, or the cluster takes none; the run is then "failed", and can be resumed.
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
    """Tell a queued or running run to stop; all its finished epochs stay.

    Raises:
        RunError: It is not active.
    """
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
    """Swap a waiting run with the one before it in the queue.

    Raises:
        RunError: It does not wait, is the first, or waits in a Ray cluster.
    """
    if run.files.job.exists():
        raise RunError(f"The run {run.name} waits in the Ray cluster, which decides itself which run is the next.")
    waiting = Queue(settings.runs).waiting()
    if run.id not in waiting:
        raise RunError(f"The run {run.name} does not wait for its turn, so it can't be moved up.")
    index = waiting.index(run.id)
    if index == 0:
        raise RunError(f"The run {run.name} is the next one already.")
    pair = [open_run(settings, run_id).files for run_id in (run.id, waiting[index - 1])]
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
    name = _clean_name(name)
    with _changing(run):
        open_run(settings, run.id).files.add_to_config(name=name)
        record_action(run.files, "renamed", by)


def annotate_run(settings: Settings, run: Run, note: str, by: str = "") -> None:
    """Keep a note with the run, "" for none.

    Raises:
        UsageError: The note has more than 1,000 characters.
    """
    note = "".join(character for character in note if character.isprintable() or character == "\n").strip()
    if len(note) > MAX_NOTE:
        raise UsageError(f"The note has {len(note):,} characters, but at most {MAX_NOTE:,} are kept: shorten it.")
    with _changing(run):
        open_run(settings, run.id).files.add_to_config(note=note)
        record_action(run.files, "noted", by)


def delete_run(settings: Settings, run: Run) -> None:
    """Delete the run with all its files.

    Raises:
        RunError: It is active, or a file can't be deleted.
    """
    run = open_run(settings, run.id)
    if run.state in ACTIVE:
        raise RunError(f"The run {run.name} is {run.state}: stop it before you delete it.")
    with _changing(run):
        # out of the list at once, so that a deletion cut short leaves no half run behind
        hidden = run.folder.rename(run.folder.with_name(f".deleted-{run.id}"))
        shutil.rmtree(hidden)
    for leftover in settings.runs.glob(".deleted-*"):  # of an earlier deletion that was cut short
        shutil.rmtree(leftover, ignore_errors=True)


def delete_dataset(settings: Settings, dataset: UserDataset) -> None:
    """Delete a user dataset.

    Runs that have ended stay, with their models and scores; they just can't be resumed.

    Raises:
        RunError: A run is learning from it.
        DataError: It can't be deleted.
    """
    active = list_active_on(settings, dataset.source)
    if active:
        names = join_names([run.name for run in active[:3]])
        raise RunError(f"{names} still learns from {dataset.name}: wait for the end or stop it first.")
    delete_user_dataset(settings, dataset)


def _unused_id(settings: Settings, beginning: str) -> str:
    while True:
        run_id = f"{beginning}-{''.join(secrets.choice(ID_CHARACTERS) for _ in range(4))}"
        if not (settings.runs / run_id).exists():
            return run_id


@contextmanager
def _changing(run: Run) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError(f"The run {run.name} could not be changed ({error.strerror or error}): try again.") from error


def _clean_name(name: str) -> str:
    cleaned = " ".join("".join(character if character.isprintable() else " " for character in name).split())
    if not 0 < len(cleaned) <= MAX_NAME:
        raise UsageError(f"A run's name needs 1 to {MAX_NAME} visible characters.")
    return cleaned
