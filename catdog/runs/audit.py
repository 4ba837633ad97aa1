"""The audit log: who did what with a run, kept in its config.json where people sign in."""

import time
from dataclasses import asdict, dataclass
from typing import Any

from catdog.training import RunFolder
from catdog.training.records import LINE, TIME
from catdog.utils.schema import sift

STARTED, RESUMED = "started", "resumed"
MAX_ENTRIES = 50  # that a run remembers; the first one always
ENTRY = {"what": LINE, "by": LINE, "at": TIME}


@dataclass(frozen=True)
class AuditEntry:
    """One thing that somebody did with a run.

    Attributes:
        what: A verb such as "stopped".
        by: An e-mail address.
        at: When, in seconds since 1970.
    """

    what: str
    by: str
    at: float


def record_action(files: RunFolder, what: str, by: str) -> None:
    """Add an entry to the run's config.json, with the present time.

    Args:
        files: The run's files.
        what: A verb such as "stopped".
        by: An e-mail address; "" adds nothing.

    Raises:
        RunError: config.json is missing or damaged.
        OSError: It can't be written.
    """
    if not by:
        return

    def add(details: dict[str, Any]) -> dict[str, Any]:
        entries = [*read_audit_log(details), AuditEntry(what, by, time.time())]
        kept = entries[:1] + entries[1:][1 - MAX_ENTRIES :]
        return {"acts": [asdict(entry) for entry in kept]}

    files.change_config(add)


def read_audit_log(details: dict[str, Any]) -> list[AuditEntry]:
    """Return the entries in the content of a config.json, oldest first; damaged ones are left out."""
    stored = details.get("acts")
    rows = [values for values in stored if isinstance(values, dict)] if isinstance(stored, list) else []
    kept = [sift({name: values.get(name) for name in ENTRY}, ENTRY)[0] for values in rows]
    return [AuditEntry(**entry) for entry in kept if len(entry) == len(ENTRY)]


def find_starter(entries: list[AuditEntry]) -> str:
    """Return the address of who started the run, "" where that was not noted: whoever resumed it did not start it."""
    return next((entry.by for entry in entries if entry.what == STARTED), "")


def find_owner(entries: list[AuditEntry]) -> str:
    """Return the address of who started or last resumed the run, "" where nobody had signed in."""
    return next((entry.by for entry in reversed(entries) if entry.what in (STARTED, RESUMED)), "")
