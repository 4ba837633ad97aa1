"""Who did what with a run, kept in its config.json, where people sign in."""

import time
from dataclasses import asdict, dataclass
from typing import Any

from filelock import FileLock

from catdog.training import RunFolder

STARTED, RESUMED = "started", "resumed"
MOST = 50  # acts that a run remembers; the first one always


@dataclass(frozen=True)
class AuditEntry:
    """One thing that somebody did. what: a verb such as "stopped"; by: an e-mail address; at: seconds since 1970."""

    what: str
    by: str
    at: float


def record_action(files: RunFolder, what: str, by: str) -> None:
    """Add to the run's config.json that `by` did this now; "" adds nothing. Raises RunError for a damaged one."""
    if not by:
        return
    with FileLock(files.path / ".acts.lock"):  # two people may act at the same moment
        acts = [*read_audit_log(files.read_config()), AuditEntry(what, by, time.time())]
        files.add_to_config(acts=[asdict(act) for act in acts[:1] + acts[1:][1 - MOST :]])


def read_audit_log(details: dict[str, Any]) -> list[AuditEntry]:
    """Return the acts that a config.json's content tells of, oldest first; entries of another shape are left out."""
    known = details.get("acts")
    acts = []
    for entry in known if isinstance(known, list) else []:
        try:
            acts.append(AuditEntry(str(entry["what"]), str(entry["by"]), float(entry["at"])))
        except (TypeError, KeyError, ValueError):
            continue
    return acts


def find_owner(acts: list[AuditEntry]) -> str:
    """Return who started or last resumed the run, "" where nobody had signed in."""
    return next((act.by for act in reversed(acts) if act.what in (STARTED, RESUMED)), "")
