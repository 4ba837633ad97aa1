"""Photo sets that users have added as zips: each a folder of its own in the program's data, with a name."""

import errno
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from catdog.datasets.archive import ArchiveContents, open_archive, unpack_photos
from catdog.datasets.catalog import scan_folder
from catdog.datasets.layout import Layout
from catdog.errors import AccessError, DataError
from catdog.images.decode import SIZE
from catdog.settings import Settings
from catdog.utils.files import read_json, write_json
from catdog.utils.locks import hold_lock
from catdog.utils.progress import Progress, silent
from catdog.utils.text import format_size, join_names, one_line, slugify

CARD = "set.json"  # beside the class folders, where the catalog passes it over
SPARE = 200_000_000  # bytes of the disk that stay free
_TAKEN = ("photos", "drawn")  # these name other data


@dataclass(frozen=True)
class UserDataset:
    """A photo set that a user has added.

    name: what people call it; root: its folder; pictures: how many files it has; fingerprint: as in Catalog;
    note: one sentence that the user should know, or ""; by: the e-mail address of who added it, "" where nobody had
    signed in; bytes: how much its files take.
    """

    name: str
    root: Path
    pictures: int
    fingerprint: str
    note: str = ""
    by: str = ""
    bytes: int = 0

    @property
    def source(self) -> str:
        """What opens the set: its folder's path, as of any folder."""
        return str(self.root)


def list_user_datasets(settings: Settings) -> list[UserDataset]:
    """Return all sets that users have added, by name; a damaged one has its folder's name."""
    folder = _folder(settings)
    try:
        roots = [path for path in folder.iterdir() if not path.name.startswith(".") and path.is_dir()]
    except OSError:
        return []
    return sorted((_read(root) for root in roots), key=lambda one: (one.name.casefold(), one.source))


def find_user_dataset(settings: Settings, name_or_source: str) -> UserDataset | None:
    """Return the added set of this name (capital letters don't count) or source; None where there is none."""
    found = [
        one
        for one in list_user_datasets(settings)
        if name_or_source == one.source or name_or_source.casefold() in (one.name.casefold(), one.root.name)
    ]
    return found[0] if found else None


def bytes_stored(settings: Settings, by: str) -> int:
    """Return how many bytes the sets take that this person ("": whoever had not signed in) has added."""
    return sum(one.bytes for one in list_user_datasets(settings) if one.by == by)


def add_user_dataset(
    settings: Settings, archive: Path | BinaryIO, name: str = "", progress: Progress = silent, by: str = ""
) -> UserDataset:
    """Unpack a zip of two classes as a set of its own, and return it.

    archive: a path, or a binary file that can seek, such as an upload. name: what people will call the set; without
    one, what the zip is called. by: who adds it, an e-mail address. The set appears under its final name only when
    whole, so an interruption at any moment leaves nothing half done. Raises DataError for a zip that can't be used
    (see upload.opened and layout.arrange), a name that is taken, and a disk that is too full; AccessError where the
    person's sets would take more than allowed.
    """
    name = one_line(name) or one_line(Path(getattr(archive, "name", None) or str(archive)).stem) or "My photos"
    folder = _folder(settings)
    with _storing(), open_archive(archive) as contents, _alone(settings, progress):
        if name.casefold() in _TAKEN or find_user_dataset(settings, name):
            raise DataError(f"There already is a photo set called {name}: choose another name.")
        _check_space(folder, contents)
        _check_stored(settings, contents, by)
        work = folder / f".new-{uuid4().hex[:8]}"
        work.mkdir()
        try:
            return _fill(work, _free_root(folder, name), name, contents, progress, by)
        finally:
            shutil.rmtree(work, ignore_errors=True)


def delete_user_dataset(settings: Settings, chosen: UserDataset) -> None:
    """Delete an added set with its decoded pictures; raise DataError where it is none or can't be deleted.

    Whoever calls this sees to it that no run is learning from it.
    """
    with _storing("deleted"), _alone(settings, silent):
        if chosen.root.parent != _folder(settings) or find_user_dataset(settings, chosen.source) is None:
            raise DataError(f"There is no photo set {one_line(chosen.name)}: it may have been deleted already.")
        gone = chosen.root.with_name(f".gone-{uuid4().hex[:8]}")
        chosen.root.rename(gone)  # so that nobody meets half of it
        shutil.rmtree(gone)
        if chosen.fingerprint.isalnum():
            for decoded in settings.cache.glob(f"{chosen.fingerprint}-*"):
                decoded.unlink(missing_ok=True)


def _folder(settings: Settings) -> Path:
    return settings.data / "own"


def _read(root: Path) -> UserDataset:
    card = read_json(root / CARD) or {}
    name, note = one_line(str(card.get("name") or root.name)), str(card.get("note") or "")
    pictures, taken = (number if isinstance(number := card.get(key), int) else 0 for key in ("pictures", "bytes"))
    return UserDataset(name, root, pictures, str(card.get("fingerprint") or ""), note, str(card.get("by") or ""), taken)


def _fill(work: Path, root: Path, name: str, contents: ArchiveContents, progress: Progress, by: str) -> UserDataset:
    unpack_photos(contents, work, progress)
    progress(0, 0, "counting the pictures")
    catalog = scan_folder(str(root), work)
    taken = sum(path.stat().st_size for path in work.rglob("*") if path.is_file())
    made = UserDataset(name, root, len(catalog), catalog.fingerprint, _note(contents.layout), by, taken)
    card = {"name": name, "pictures": made.pictures, "classes": list(catalog.classes), "added": round(time.time())}
    write_json(work / CARD, card | {"fingerprint": made.fingerprint, "note": made.note, "by": by, "bytes": taken})
    work.rename(root)
    return made


def _note(layout: Layout) -> str:
    left = layout.left_out
    if not left:
        return ""
    files = "1 file of the zip was" if len(left) == 1 else f"{len(left):,} files of the zip were"
    some = join_names([*left[:3], *(["others"] if len(left) > 3 else [])])
    return f"{files} left out, being no pictures or not in a class folder: {some}."


def _free_root(folder: Path, name: str) -> Path:
    """Return a folder that is not there yet; the name alone never leads anywhere else."""
    short, number = slugify(name), 1
    root = folder / short
    while root.exists():
        number += 1
        root = folder / f"{short}-{number}"
    return root


def _check_space(folder: Path, contents: ArchiveContents) -> None:
    """Raise DataError where the disk has no room for the pictures, and for the decoded ones after them."""
    needed = contents.bytes + len(contents.members) * SIZE * SIZE * 3 + SPARE
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DataError(
            f"The pictures need {format_size(needed)} of disk and {format_size(free)} are free: make room, take fewer pictures, or "
            "set CATDOG_HOME to another disk."
        )


def _check_stored(settings: Settings, contents: ArchiveContents, by: str) -> None:
    """Raise AccessError where the person's sets would take more than one person may have."""
    most = settings.limits.stored
    have = bytes_stored(settings, by) if most else 0
    if most and have + contents.bytes > most:
        whose = "each person" if by else "everybody together"
        raise AccessError(
            f"The pictures take {format_size(contents.bytes)} and the sets that are there {format_size(have)}, but {whose} may have "
            f"{format_size(most)}: delete a set, or take fewer pictures."
        )


@contextmanager
def _alone(settings: Settings, progress: Progress) -> Iterator[None]:
    """Let one process at a time change the sets, and clean up after one that was killed."""
    folder = _folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    with hold_lock(settings.data / "own.lock", progress, "waiting for another photo set that is being added"):
        for pattern in (".new-*", ".gone-*"):
            for leftover in folder.glob(pattern):
                shutil.rmtree(leftover)
        yield


@contextmanager
def _storing(what: str = "stored") -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        hint = "free some disk space" if full else "check the folder's permissions"
        raise DataError(
            f"The pictures could not be {what} ({error.strerror or error}): {hint} or set CATDOG_HOME to another "
            "folder."
        ) from error
