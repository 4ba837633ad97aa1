"""The list of training runs, and what can be done with one."""

from catdog.runs.actions import (
    annotate_run,
    create_run,
    delete_run,
    move_up,
    rename_run,
    resume_run,
    start_run,
    stop_run,
)
from catdog.runs.audit import Act
from catdog.runs.data import delete_data, learning_from
from catdog.runs.estimate import bytes_free, bytes_taken, seconds_expected
from catdog.runs.launching import launch, launch_all
from catdog.runs.quota import at_work, too_many
from catdog.runs.run import Run
from catdog.runs.store import find_run, list_runs, open_run

__all__ = [
    "Act",
    "Run",
    "annotate_run",
    "at_work",
    "bytes_free",
    "bytes_taken",
    "create_run",
    "delete_data",
    "delete_run",
    "find_run",
    "launch",
    "launch_all",
    "learning_from",
    "list_runs",
    "move_up",
    "open_run",
    "rename_run",
    "resume_run",
    "seconds_expected",
    "start_run",
    "stop_run",
    "too_many",
]
