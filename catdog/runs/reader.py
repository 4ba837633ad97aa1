"""Read a run from its folder, whatever somebody, a full disk or another program made of its files."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from catdog.errors import CatDogError, RunError
from catdog.runs.run import NAMELESS, Run
from catdog.training import ACTIVE, RunFolder, Status, TrainConfig
from catdog.training.records import DETAILS, EVALUATION, STATUS, Record, describe_damage, read_record, to_status
from catdog.training.status import is_process_gone
from catdog.utils.text import one_line

if TYPE_CHECKING:
    from catdog.runs.executors.ray import Jobs

ALIVE = ("PENDING", "RUNNING")  # what Ray says of a job that waits or trains
LONGEST = 80  # characters of a name that are shown


def read_run(folder: Path, jobs: "Jobs | None" = None) -> Run:
    """Read a run from its folder.

    Args:
        folder: The run folder.
        jobs: The jobs of the Ray cluster that trains, if one does.

    Raises:
        RunError: config.json is missing, or has no settings that can be used.
    """
    files = RunFolder(folder)
    config, details = _read_config(files)
    recorded, scores = read_record(files.status, STATUS), read_record(files.evaluation, EVALUATION)
    status = to_status(recorded)
    missing = describe_damage(files.status, "it is missing") if recorded.missing else ""
    run = Run(
        folder=folder,
        id=folder.name,
        name=one_line(details.values.get("name", ""), LONGEST) or folder.name,
        config=config,
        status=status,
        details=details.values,
        evaluation=None if scores.missing else scores.values,
        state=_state(files, status, jobs),
        faults=tuple(filter(None, (details.fault, recorded.fault or missing, scores.fault))),
    )
    if run.usable and run.classes is None and not details.fault and run.state not in ACTIVE:
        return replace(run, faults=(describe_damage(files.config, NAMELESS), *run.faults))
    return run


def _read_config(files: RunFolder) -> tuple[TrainConfig, Record]:
    """Return a run's settings, and all of its config.json."""
    details = read_record(files.config, DETAILS)
    if "config" not in details.values:
        missing = "it is missing" if details.missing else "it holds no settings"
        raise RunError(details.fault or describe_damage(files.config, missing))
    try:
        return TrainConfig.from_dict(details.values["config"]), details
    except CatDogError as error:
        raise RunError(describe_damage(files.config, f"config: {str(error).rstrip('.')}")) from error


def _state(files: RunFolder, status: Status, jobs: "Jobs | None") -> str:
    if status.state not in ACTIVE:
        return status.state
    if files.job.exists() and status.pid is None:
        lost = jobs is not None and jobs.state(files) not in (*ALIVE, None)
    else:
        lost = is_process_gone(status)
    if lost:
        # the process may have written its last status after we read it
        latest = files.read_status()
        if latest.state not in ACTIVE:
            return latest.state
        # Ray's answer about a job that has just begun may be older than what its process has written
        if latest == status:
            return "interrupted"
    return "stopping" if files.stop.exists() else status.state
