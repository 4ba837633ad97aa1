"""The list of training runs, and what can be done with one."""

from catdog.runs.actions import (
    annotate_run,
    create_run,
    delete_run,
    launch,
    move_up,
    rename_run,
    resume_run,
    start_run,
    stop_run,
)
from catdog.runs.data import delete_data, learning_from
from catdog.runs.forecast import bytes_free, bytes_taken, seconds_expected
from catdog.runs.registry import find_run, list_runs, open_run
from catdog.runs.run import Run

__all__ = [
    "Run",
    "annotate_run",
    "bytes_free",
    "bytes_taken",
    "create_run",
    "delete_data",
    "delete_run",
    "find_run",
    "launch",
    "learning_from",
    "list_runs",
    "move_up",
    "open_run",
    "rename_run",
    "resume_run",
    "seconds_expected",
    "start_run",
    "stop_run",
]
