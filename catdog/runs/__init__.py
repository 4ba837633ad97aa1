"""The list of training runs, and what can be done with one."""

from catdog.runs.actions import create_run, delete_run, launch, rename_run, resume_run, start_run, stop_run
from catdog.runs.registry import find_run, list_runs, open_run
from catdog.runs.run import Run

__all__ = [
    "Run",
    "create_run",
    "delete_run",
    "find_run",
    "launch",
    "list_runs",
    "open_run",
    "rename_run",
    "resume_run",
    "start_run",
    "stop_run",
]
