"""Entries of the runs folder that can't be read as runs: each is listed with what is wrong, and can be deleted."""

import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catdog.access import Owned
from catdog.runs.audit import find_starter, read_audit_log
from catdog.training import ACTIVE, RunFolder
from catdog.training.records import DETAILS, read_record
from catdog.training.status import is_process_gone

EXPORTS = "exports"  # a folder, with at most a lock and a log in it
#: What may be left of a run that was deleted while somebody else still wrote: nothing of it is of any use.
REMAINS = frozenset({"status.json", "stop", "place", "job", "log.txt"})
GRACE = 60.0  # seconds for which such a folder is left alone, since a process may be at work in it


@dataclass(frozen=True)
class DamagedRun:
    """A folder among the runs whose settings can't be read.

    Attributes:
        folder: The folder, or a link.
        problem: A sentence that says what is wrong and what to do.
    """

    folder: Path
    problem: str

    @property
    def id(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def name(self) -> str:
        """The folder's name as it can be shown, also where it is no valid text."""
        return self.id.encode("utf-8", "backslashreplace").decode()

    @property
    def owned(self) -> Owned:
        """Whose it is, if that can still be read."""
        details = read_record(RunFolder(self.folder).config, DETAILS).values
        starter = "" if self.folder.is_symlink() else find_starter(read_audit_log(details))
        return Owned(f"The run {self.name}", starter)

    @property
    def active(self) -> bool:
        """Whether a process is still at work on it, as when config.json was damaged while it trained."""
        status = RunFolder(self.folder).read_status()
        return not self.folder.is_symlink() and status.state in ACTIVE and not is_process_gone(status)

    def to_json(self) -> dict[str, Any]:
        """Return what the command line's --json prints of it: the keys of a run, and what is wrong."""
        unknown = ("model", "source", "epochs", "val_accuracy", "best_val_accuracy", "test_accuracy", "seconds")
        fields = {"id": self.name, "name": self.name, "state": "damaged", "damaged": [self.problem]}
        return fields | dict.fromkeys(unknown)


def is_ghost(folder: Path) -> bool:
    """Tell whether a folder holds nothing but what a deleted run may leave: locks, a status, files half written."""
    if folder.is_symlink():
        return False
    try:
        return all(
            entry.name in REMAINS or entry.name.startswith(".") or (entry.name == EXPORTS and is_ghost(entry))
            for entry in folder.iterdir()
        )
    except OSError:
        return False


def drop_ghosts(runs: Path) -> None:
    """Remove the ghosts among the runs, and what deletions that were cut short have left."""
    try:
        entries = list(runs.iterdir())
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(".deleted-"):
            remove_entry(entry)
        elif not entry.name.startswith(".") and entry.is_dir() and is_ghost(entry):
            with suppress(OSError):  # gone meanwhile
                if time.time() - entry.stat().st_mtime > GRACE and not DamagedRun(entry, "").active:
                    remove_entry(entry)


def remove_entry(entry: Path) -> None:
    """Remove a folder, or a link without what it leads to, as far as that can be done."""
    if entry.is_symlink():
        entry.unlink(missing_ok=True)
    else:
        shutil.rmtree(entry, ignore_errors=True)
