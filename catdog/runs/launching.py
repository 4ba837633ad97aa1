"""Creating runs and starting their processes.

Everywhere `by` is the e-mail address of who does it, for the run's audit log; "" where nobody has signed in.
"""

import hashlib
import json
import secrets
import shutil
import string
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from catdog.datasets import Catalog
from catdog.errors import RunError, UsageError
from catdog.runs.audit import STARTED, record_action
from catdog.runs.damaged import drop_ghosts
from catdog.runs.estimate import SMALL_FILES_BYTES, bytes_free, bytes_needed
from catdog.runs.executors import local, ray
from catdog.runs.quota import check_quota, lock_launching
from catdog.runs.run import Run
from catdog.runs.store import list_runs, open_run
from catdog.settings import Settings
from catdog.training import RunFolder, Status, TrainConfig
from catdog.training.worker import describe_data
from catdog.utils.files import write_json
from catdog.utils.text import format_size

MAX_NAME = 80  # characters
MOMENT = 60.0  # seconds within which an impatient person's second click means the first one
ID_CHARACTERS = string.ascii_lowercase + string.digits


def launch(
    settings: Settings,
    config: TrainConfig,
    name: str = "",
    by: str = "",
    sweep: str = "",
    catalog: Catalog | None = None,
) -> Run:
    """Create a run and start it.

    Args:
        settings: Where the runs are, and what trains them.
        config: The run's settings.
        name: See `create_run`.
        by: See the module.
        sweep: See `create_run`.
        catalog: See `create_run`.

    Raises:
        AccessError: The person may have no more runs.
        UsageError: As `create_run` raises it.
        RunError: As `create_run` and `start_run` raise it.
    """
    return launch_all(settings, [config], [name], by, sweep, catalog=catalog)[0]


def launch_all(
    settings: Settings,
    configs: list[TrainConfig],
    names: list[str],
    by: str = "",
    sweep: str = "",
    moment: float = 0.0,
    catalog: Catalog | None = None,
    remedy: Mapping[str, str] | None = None,
    original: str = "",
) -> list[Run]:
    """Create and start a run of each configuration, in this order.

    Args:
        settings: Where the runs are, and what trains them.
        configs: The settings of each run.
        names: The name of each run, see `create_run`.
        by: See the module.
        sweep: The title of the sweep that they make together, "" where they make none.
        moment: Where the same person has launched the very same within so many seconds, and it waits or trains, those
            runs are returned and none is started.
        catalog: See `create_run`.
        remedy: See `create_run`.
        original: See `create_run`.

    Raises:
        AccessError: The person would have more runs than allowed; none is started.
        UsageError: As `create_run` raises it; the runs before are started.
        RunError: As `create_run` and `start_run` raise it; the runs before are started.
    """
    digest, runs = _digest_launch(configs, names, by, catalog), []
    with lock_launching(settings):
        if moment and (earlier := _find_launch(settings, digest, len(configs), moment)):
            return earlier
        check_quota(settings, len(configs), by)
        for config, name in zip(configs, names, strict=True):
            runs.append(create_run(settings, config, name, by, sweep, digest, catalog, remedy, original))
            start_run(settings, runs[-1])
    return runs


def create_run(
    settings: Settings,
    config: TrainConfig,
    name: str = "",
    by: str = "",
    sweep: str = "",
    launch: str = "",
    catalog: Catalog | None = None,
    remedy: Mapping[str, str] | None = None,
    original: str = "",
) -> Run:
    """Create a run's folder with state "queued"; it appears in the list whole or not at all.

    Args:
        settings: Where the runs are.
        config: The run's settings.
        name: 1 to 80 characters, or "" for a name of model and time.
        by: See the module.
        sweep: The title of the sweep that it belongs to, see `training.sweep.make_sweep_title`; "" for none.
        launch: Tells what was launched together from anything else that ever is; "" for nothing.
        catalog: The data of `config.source` as whoever starts the run has seen them, without what is excluded; the run
            learns from these or fails. None for whatever is there when it begins.
        remedy: Where the run tries what the diagnosis of another advises: "of", that run's id, and "verdict", the
            diagnosis.
        original: The id of the run of which it is an ablation; "" for none.

    Raises:
        UsageError: The name is too long.
        RunError: The disk has too little space for what the run will write, or can't be written.
    """
    require_space(settings, config)
    created = datetime.now()
    name = clean_run_name(name) if name else f"{config.variant} {created:%d %b %H:%M}"
    run_id = _unused_id(settings, f"{created:%Y%m%d-%H%M%S}-{config.model}")
    drop_ghosts(settings.runs)
    hidden = RunFolder(settings.runs / f".{run_id}")
    try:
        hidden.path.mkdir(parents=True)
        details = {"name": name, "created": created.timestamp(), "config": config.to_dict()}
        optional = {"sweep": sweep, "launch": launch, "remedy": dict(remedy or {}), "original": original}
        extra = {key: value for key, value in optional.items() if value}
        extra |= {"data": describe_data(catalog)} if catalog else {}
        write_json(hidden.config, details | extra)
        record_action(hidden, STARTED, by)
        hidden.write_status(Status(epochs=config.total_epochs))
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


def require_space(settings: Settings, config: TrainConfig, taken: int = 0) -> None:
    """Refuse to train where the disk has too little space for what the run will write.

    Args:
        settings: Where the runs are.
        config: The run's settings.
        taken: How many bytes of that the run has written already.

    Raises:
        RunError: There is too little.
    """
    needed, free = max(bytes_needed(config) - taken, SMALL_FILES_BYTES), bytes_free(settings.runs)
    if free < needed:
        raise RunError(
            f"A run of {config.model} needs up to {format_size(needed)} of disk while it trains and only "
            f"{format_size(free)} are free: delete runs or other files, or set CATDOG_HOME to another disk."
        )


def clean_run_name(name: str) -> str:
    """Return a run's name without control characters and spare blanks.

    Raises:
        UsageError: Nothing visible is left, or more than MAX_NAME characters.
    """
    cleaned = " ".join("".join(character if character.isprintable() else " " for character in name).split())
    if not 0 < len(cleaned) <= MAX_NAME:
        raise UsageError(f"A run's name needs 1 to {MAX_NAME} visible characters.")
    return cleaned


def _digest_launch(configs: list[TrainConfig], names: list[str], by: str, catalog: Catalog | None) -> str:
    """Return a digest of all that a person asks for by one click; of the sweep's title, which has a time, nothing."""
    data = describe_data(catalog) if catalog else {}
    request = json.dumps([by, names, [config.to_dict() for config in configs], data], sort_keys=True)
    return hashlib.sha256(request.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _find_launch(settings: Settings, digest: str, count: int, moment: float) -> list[Run]:
    """Return the runs of a launch that was just made, in their order; [] where there is none, or it has ended."""
    since = time.time() - moment
    runs = [run for run in list_runs(settings) if run.details.get("launch") == digest and run.created > since][:count]
    at_work = any(run.state in ("queued", "running") for run in runs)
    return runs[::-1] if at_work and len(runs) == count else []


def _unused_id(settings: Settings, beginning: str) -> str:
    while True:
        run_id = f"{beginning}-{''.join(secrets.choice(ID_CHARACTERS) for _ in range(4))}"
        if not (settings.runs / run_id).exists():
            return run_id
