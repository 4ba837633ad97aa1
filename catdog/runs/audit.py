"""The audit log: who did what with a run, kept in its config.json where people sign in."""

import time
from dataclasses import asdict, dataclass
from typing import Any

from filelock import FileLock

from catdog.training import RunFolder

STARTED, RESUMED = "started", "resumed"
MAX_ENTRIES = 50  # that a run remembers; the first one always


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
    """
    if not by:
        return
    with FileLock(files.path / ".acts.lock"):  # two people may act at the same moment
        entries = [*read_audit_log(files.read_config()), AuditEntry(what, by, time.time())]
        kept = entries[:1] + entries[1:][1 - MAX_ENTRIES :]
        files.add_to_config(acts=[asdict(entry) for entry in kept])


def read_audit_log(details: dict[str, Any]) -> list[AuditEntry]:
    """Return the entries in the content of a config.json, oldest first; damaged ones are left out."""
    stored = details.get("acts")
    entries = []
    for values in stored if isinstance(stored, list) else []:
        try:
            entries.append(AuditEntry(str(values["what"]), str(values["by"]), float(values["at"])))
        except (TypeError, KeyError, ValueError):
            continue
    return entries


def find_starter(entries: list[AuditEntry]) -> str:
    """Return the address of who started the run, "" where that was not noted: whoever resumed it did not start it."""
    return next((entry.by for entry in entries if entry.what == STARTED), "")


def find_owner(entries: list[AuditEntry]) -> str:
    """Return the address of who started or last resumed the run, "" where nobody had signed in."""
    return next((entry.by for entry in reversed(entries) if entry.what in (STARTED, RESUMED)), "")
