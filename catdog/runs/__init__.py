"""The list of training runs, and what can be done with one."""

from catdog.runs.actions import (
    annotate_run,
    delete_dataset,
    delete_run,
    move_up,
    rename_run,
    resume_run,
    share_run,
    stop_run,
)
from catdog.runs.audit import AuditEntry
from catdog.runs.damaged import DamagedRun
from catdog.runs.estimate import Stages, bytes_free, bytes_taken, estimate_seconds, estimate_stages
from catdog.runs.launching import MOMENT, create_run, launch, launch_all, start_run
from catdog.runs.progress import Progress, measure_progress
from catdog.runs.quota import count_active, explain_quota
from catdog.runs.run import Run
from catdog.runs.store import find_run, list_active_on, list_damaged, list_entries, list_runs, open_run, search_entry

__all__ = [
    "MOMENT",
    "AuditEntry",
    "DamagedRun",
    "Progress",
    "Run",
    "Stages",
    "annotate_run",
    "bytes_free",
    "bytes_taken",
    "count_active",
    "create_run",
    "delete_dataset",
    "delete_run",
    "estimate_seconds",
    "estimate_stages",
    "explain_quota",
    "find_run",
    "launch",
    "launch_all",
    "list_active_on",
    "list_damaged",
    "list_entries",
    "list_runs",
    "measure_progress",
    "move_up",
    "open_run",
    "rename_run",
    "resume_run",
    "search_entry",
    "share_run",
    "start_run",
    "stop_run",
]
