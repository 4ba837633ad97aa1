"""The hand-ins that are kept on this server: a folder a student, the newest and a few before it."""

import hashlib
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from catdog.errors import UsageError
from catdog.handin.archive import build_handin
from catdog.lessons.progress import Progress
from catdog.runs import Run
from catdog.settings import Settings
from catdog.utils.files import DISK_FULL, whole_file
from catdog.utils.progress import Progress as Report
from catdog.utils.progress import silent
from catdog.utils.text import safe_file_name

RECEIVED = "received"  # the folder of zips that a teacher has added
KEPT = 3  # hand-ins of a student
BLOCK = 1 << 20


def store_handin(
    settings: Settings,
    person: str,
    runs: Sequence[Run],
    progress: Progress,
    name: str,
    email: str = "",
    report: Report = silent,
) -> Path:
    """Hand in on this server; earlier ones stay, up to KEPT of a student.

    Args:
        settings: Where hand-ins are kept.
        person: What tells one student from another, as for the progress.
        runs: As for `build_handin`, as the others.
        progress: See there.
        name: See there.
        email: See there.
        report: See there.

    Returns:
        The zip's path.

    Raises:
        UsageError: See there.
    """
    folder = _folder(settings, person)
    # the newest is told by its name, which a copy of the folder keeps
    target = folder / f"{time.time_ns()}.zip"
    build_handin(settings, runs, progress, name, target, email, report)
    for path in list_handins(settings, person)[KEPT:]:
        with suppress(OSError):
            path.unlink()
    return target


def list_handins(settings: Settings, person: str) -> list[Path]:
    """Return a student's hand-ins, newest first."""
    return _list_zips(_folder(settings, person))


def list_newest(settings: Settings) -> list[Path]:
    """Return the newest hand-in of each student, and all that a teacher has added."""
    try:
        folders = [path for path in settings.handins.iterdir() if path.is_dir() and path.name != RECEIVED]
    except OSError:
        folders = []
    newest = [zips[0] for folder in sorted(folders) if (zips := _list_zips(folder))]
    return newest + list_received(settings)


def list_received(settings: Settings) -> list[Path]:
    """Return the zips that a teacher has added, by name."""
    return sorted(_list_zips(settings.handins / RECEIVED))


def receive_handin(settings: Settings, file: BinaryIO, name: str) -> Path:
    """Keep a zip that a teacher has got elsewhere; one of the same name is replaced.

    Args:
        settings: Where hand-ins are kept.
        file: The zip's bytes, which may be anything.
        name: Its file name, which may be anything.

    Raises:
        UsageError: It can't be written.
    """
    stem = safe_file_name(name).removesuffix(".zip").lstrip(".") or "handin"
    target = settings.handins / RECEIVED / f"{stem}.zip"
    try:
        with whole_file(target) as temporary, temporary.open("wb") as copy:
            while block := file.read(BLOCK):
                copy.write(block)
    except OSError as error:
        hint = "free some disk space" if error.errno in DISK_FULL else "see who may write there"
        raise UsageError(f"{name} can't be kept in {target.parent} ({error.strerror or error}): {hint}.") from error
    return target


def remove_received(settings: Settings) -> None:
    """Delete the zips that a teacher has added."""
    for path in list_received(settings):
        path.unlink(missing_ok=True)


def _folder(settings: Settings, person: str) -> Path:
    return settings.handins / hashlib.sha256(person.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _list_zips(folder: Path) -> list[Path]:
    try:
        return sorted((path for path in folder.glob("*.zip") if not path.name.startswith(".")), reverse=True)
    except OSError:
        return []
