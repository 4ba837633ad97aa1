"""Datasets that users have added as zips or folders: each has a name and a folder of its own in the program's data."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import numpy as np

from catdog.access import Owned
from catdog.datasets.archive import CARD, ArchiveContents, copy_photos, digest_archive, open_archive
from catdog.datasets.cache import decode_dataset
from catdog.datasets.catalog import Catalog, scan_folder
from catdog.datasets.decoded import IMAGE_BYTES
from catdog.datasets.left_out import UNREADABLE, LeftOut, describe_left_out
from catdog.datasets.storage import check_quota, check_space, explain_os_errors
from catdog.errors import DataError
from catdog.settings import Settings
from catdog.utils.files import read_json, write_json
from catdog.utils.locks import hold_lock
from catdog.utils.progress import Progress, silent
from catdog.utils.text import one_line, slugify

_RESERVED = ("photos", "drawn")  # the names of the other sources


@dataclass(frozen=True)
class UserDataset:
    """A dataset that a user has added.

    Attributes:
        name: What people call it.
        root: Its folder.
        images: Number of images.
        fingerprint: As in Catalog.
        note: A sentence that the user should know, or "".
        by: E-mail address of the person who added it; "" if nobody had signed in.
        bytes: Size of its files.
        archive: SHA-256 of the zip that it was made from, in hex; "" for a folder.
        unreadable: (path, reason) of each of its files that can't be decoded; paths as in Catalog.
    """

    name: str
    root: Path
    images: int
    fingerprint: str
    note: str = ""
    by: str = ""
    bytes: int = 0
    archive: str = ""
    unreadable: tuple[tuple[str, str], ...] = ()

    @property
    def source(self) -> str:
        """The name that opens the dataset: its folder's path, as of any folder."""
        return str(self.root)

    @property
    def stored(self) -> int:
        """What it takes of the disk in bytes: its files, and its images decoded, which are made on first use."""
        return self.bytes + self.images * IMAGE_BYTES

    @property
    def owned(self) -> Owned:
        """Whose it is."""
        return Owned(f"The photo set {self.name}", self.by)


def list_user_datasets(settings: Settings) -> list[UserDataset]:
    """Return all user datasets, sorted by name; a dataset whose card is damaged has its folder's name."""
    folder = _folder(settings)
    try:
        roots = [path for path in folder.iterdir() if not path.name.startswith(".") and path.is_dir()]
    except OSError:
        return []
    return sorted((_read(root) for root in roots), key=lambda dataset: (dataset.name.casefold(), dataset.source))


def find_user_dataset(settings: Settings, name_or_source: str) -> UserDataset | None:
    """Return the user dataset of a name (upper or lower case), a folder's name or a source; None if there is none."""
    for dataset in list_user_datasets(settings):
        if name_or_source == dataset.source or name_or_source.casefold() in (
            dataset.name.casefold(),
            dataset.root.name,
        ):
            return dataset
    return None


def bytes_stored(settings: Settings, by: str) -> int:
    """Return what a person's datasets take of the disk, in bytes; `by` as in UserDataset."""
    return sum(dataset.stored for dataset in list_user_datasets(settings) if dataset.by == by)


def add_user_dataset(
    settings: Settings,
    archive: Path | BinaryIO,
    name: str = "",
    progress: Progress = silent,
    by: str = "",
    code_page: str = "",
    by_name: bool = True,
) -> UserDataset:
    """Make a zip or a folder of two classes a new dataset, and return it.

    Every image is read before the dataset appears; the decoded images are kept for its first use. The dataset's
    folder appears only when whole, so an interruption at any moment leaves nothing half done.

    Args:
        settings: Where the program keeps its data, and the limits.
        archive: A path, or a binary file that can seek, such as an upload.
        name: What people will call the dataset; without a name it is called as the zip or folder.
        progress: Told how far the unpacking and the reading are.
        by: E-mail address of the person who adds it; "" if nobody has signed in.
        code_page: Which one the names in an old zip are in; "" finds it.
        by_name: Whether the classes may be taken from the names of the files.

    Raises:
        UnconfirmedClassesError: If they would be, and may not.
        DataError: If it can't be used (see `open_archive`), too few images can be read, the name is taken, or the
            disk is too full.
        AccessError: If the person's datasets would exceed the limit of `settings.limits.stored`.
    """
    name = one_line(name) or one_line(Path(getattr(archive, "name", None) or str(archive)).stem) or "My photos"
    folder = _folder(settings)
    with explain_os_errors("stored"), open_archive(archive, code_page) as contents, _lock_datasets(settings, progress):
        if not by_name:
            contents.arrangement.check_agreed()
        if name.casefold() in _RESERVED or find_user_dataset(settings, name):
            raise DataError(f"There already is a photo set called {name}: choose another name.")
        check_space(folder, contents)
        check_quota(settings.limits.stored, bytes_stored(settings, by), contents, by)
        work = folder / f".new-{uuid4().hex[:8]}"
        work.mkdir()
        try:
            draft = UserDataset(name, _free_root(folder, name), 0, "", by=by, archive=digest_archive(archive))
            return _fill(settings, work, draft, contents, progress)
        finally:
            shutil.rmtree(work, ignore_errors=True)


def restrict_to_readable(catalog: Catalog, dataset: UserDataset) -> Catalog:
    """Return a user dataset's catalog under its name and with its note, without the files that can't be read."""
    paths = set(catalog.paths)
    unreadable = {path: reason for path, reason in dataset.unreadable if path in paths}
    readable = [row for row, path in enumerate(catalog.paths) if path not in unreadable]
    kept = replace(catalog, name=dataset.name).keep(np.array(readable, dtype=np.int64)) if unreadable else catalog
    return replace(kept, name=dataset.name, note=dataset.note, skipped=(*catalog.skipped, *unreadable.items()))


def delete_user_dataset(settings: Settings, dataset: UserDataset) -> None:
    """Delete a user dataset and its decoded images; the caller makes sure that no run trains on it.

    Raises:
        DataError: If there is no such dataset, or it can't be deleted.
    """
    with explain_os_errors("deleted"), _lock_datasets(settings, silent):
        present = find_user_dataset(settings, dataset.source)
        if dataset.root.parent != _folder(settings) or not present or present.fingerprint != dataset.fingerprint:
            raise DataError(f"There is no photo set {one_line(dataset.name)}: it may have been deleted already.")
        gone = dataset.root.with_name(f".gone-{uuid4().hex[:8]}")
        dataset.root.rename(gone)  # so that nobody meets half of it
        shutil.rmtree(gone)
        if dataset.fingerprint.isalnum():
            for pattern in (f"{dataset.fingerprint}-*", f"health-{dataset.fingerprint}.*"):
                for made in settings.cache.glob(pattern):
                    made.unlink(missing_ok=True)


def _folder(settings: Settings) -> Path:
    return settings.data / "own"


def _read(root: Path) -> UserDataset:
    card = read_json(root / CARD) or {}
    name, note = one_line(str(card.get("name") or root.name)), str(card.get("note") or "")
    images, size = (value if isinstance(value := card.get(key), int) else 0 for key in ("pictures", "bytes"))
    listed = card.get("unreadable")
    unreadable = tuple((path, str(reason)) for path, reason in listed.items()) if isinstance(listed, dict) else ()
    fingerprint, by = str(card.get("fingerprint") or ""), str(card.get("by") or "")
    return UserDataset(name, root, images, fingerprint, note, by, size, str(card.get("archive") or ""), unreadable)


def _fill(
    settings: Settings, work: Path, draft: UserDataset, contents: ArchiveContents, progress: Progress
) -> UserDataset:
    copy_photos(contents, work, progress)
    progress(0, 0, "counting the images")
    try:
        catalog = replace(scan_folder(draft.source, work), name=draft.name)
    except DataError as error:  # where names that were made harmless are the same
        raise DataError(str(error).replace(f"The folder {work}", f"The photo set {draft.name}")) from error
    unreadable = _find_unreadable(settings, catalog, progress)
    faults = describe_left_out(LeftOut(UNREADABLE, path) for path, _ in unreadable)
    dataset = replace(
        draft,
        images=len(catalog) - len(unreadable),
        fingerprint=catalog.fingerprint,
        note=" ".join(filter(None, (contents.note, faults))),
        bytes=sum(path.stat().st_size for path in work.rglob("*") if path.is_file()),
        unreadable=unreadable,
    )
    card = {name: getattr(dataset, name) for name in ("name", "fingerprint", "note", "by", "bytes", "archive")}
    card |= {"pictures": dataset.images, "classes": list(catalog.classes), "added": round(time.time())}
    write_json(work / CARD, card | {"unreadable": dict(unreadable)})
    work.rename(dataset.root)
    return dataset


def _find_unreadable(settings: Settings, catalog: Catalog, progress: Progress) -> tuple[tuple[str, str], ...]:
    """Return (path, reason) of the files that can't be decoded; raise DataError, and keep nothing, if too few can."""
    decoded_before = set(settings.cache.glob(f"{catalog.fingerprint}-*"))
    try:
        skipped = decode_dataset(catalog, settings.cache, progress).skipped
        return tuple(fault for fault in skipped if fault not in catalog.skipped)
    except BaseException:
        for decoded in set(settings.cache.glob(f"{catalog.fingerprint}-*")) - decoded_before:
            decoded.unlink(missing_ok=True)
        raise


def _free_root(folder: Path, name: str) -> Path:
    """Return a folder that does not exist yet; no name leads out of `folder`."""
    base, copy = slugify(name), 1
    root = folder / base
    while root.exists():
        copy += 1
        root = folder / f"{base}-{copy}"
    return root


@contextmanager
def _lock_datasets(settings: Settings, progress: Progress) -> Iterator[None]:
    """Let one process at a time change the datasets, and clean up after one that was killed."""
    folder = _folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    with hold_lock(settings.data / "own.lock", progress, "waiting for another photo set that is being added"):
        for pattern in (".new-*", ".gone-*"):
            for leftover in folder.glob(pattern):
                shutil.rmtree(leftover)
        yield
