"""All files of a folder, with what their first bytes say and a digest of those that may be images."""

import hashlib
import itertools
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePath

from catdog.datasets.arrange import File
from catdog.datasets.left_out import BAD_NAME, LINK, NO_IMAGE, TOO_LARGE, LeftOut
from catdog.datasets.names import is_junk
from catdog.errors import DataError
from catdog.images.decode import SUFFIXES
from catdog.images.formats import HEAD, is_image
from catdog.images.limits import MAX_BYTES

MAX_ENTRIES = 250_000  # files and folders; a dataset has far fewer, a whole disk more
_DEEPEST = 12  # folders, one in the other
_CHUNK = 64  # files that a thread reads before it hands over what it found


@dataclass(frozen=True)
class FolderFiles:
    """The files of a folder and of all folders in it.

    Attributes:
        files: Each with its path below the folder.
        digests: {index of a file that is or claims to be an image: SHA-256 of its content}; an unreadable one has
            b"unreadable".
        left_out: Links that lead nowhere, devices, and names that can't be used.
    """

    files: list[File]
    digests: dict[int, bytes]
    left_out: list[LeftOut]


def read_folder(root: Path) -> FolderFiles:
    """Look at all files of a folder; junk and what is hidden is passed over.

    Raises:
        DataError: If there are more than MAX_ENTRIES.
        OSError: If the folder can't be read.
    """
    left_out: list[LeftOut] = []
    paths = sorted(_walk(root, left_out))
    files, digests = [], {}
    with ThreadPoolExecutor() as threads:
        chunks = [paths[first : first + _CHUNK] for first in range(0, len(paths), _CHUNK)]
        results = itertools.chain.from_iterable(
            threads.map(lambda chunk: [_examine(root, path) for path in chunk], chunks)
        )
        for path, (fault, digest) in zip(paths, results, strict=True):
            if digest:
                digests[len(files)] = digest
            files.append(File(tuple(path.split("/")), fault, has_image_suffix(path)))
    return FolderFiles(files, digests, left_out)


def list_names(root: Path) -> list[File]:
    """Return the files of a folder, which are taken for what their names say; nothing is opened.

    Raises:
        DataError: If the folder can't be read, or there are more than MAX_ENTRIES.
    """
    try:
        paths = list(_walk(root, []))
    except OSError as error:
        raise unreadable_folder(root, error) from error
    return [File(tuple(path.split("/")), None if has_image_suffix(path) else NO_IMAGE) for path in paths]


def list_images(root: Path) -> tuple[list[Path], list[LeftOut]]:
    """Return the images in a folder and in all folders in it, sorted, by what is in the files; and all other files.

    Raises:
        DataError: If the folder can't be read, or there are more than MAX_ENTRIES.
    """
    images: list[Path] = []
    left_out: list[LeftOut] = []
    try:
        for path in sorted(_walk(root, left_out)):
            # what is called like an image is opened as one, so that its own error says what it is
            if has_image_suffix(path) or _begins_as_image(root / path):
                images.append(root / path)
            else:
                left_out.append(LeftOut(NO_IMAGE, path))
    except OSError as error:
        raise unreadable_folder(root, error) from error
    return images, left_out


def unreadable_folder(root: Path, error: OSError) -> DataError:
    """Return the error that says why a folder can't be read."""
    return DataError(f"The folder {root} can't be read ({error.strerror or error}): check its permissions.")


def _begins_as_image(path: Path) -> bool:
    try:
        with path.open("rb", buffering=0) as file:
            return is_image(file.read(HEAD))
    except OSError:
        return False


def has_image_suffix(name: str) -> bool:
    """Return whether a file's name ends like an image's."""
    return PurePath(name).suffix.lower() in SUFFIXES


def folder_times(root: Path) -> dict[str, int]:
    """Return {path: when it was last modified, in ns} of a folder and all in it; other times: files came or went."""
    folders, times = [(str(root), ())], {}
    while folders:
        folder, around = folders.pop()
        status = Path(folder).stat()
        here = (status.st_dev, status.st_ino)
        if here not in around and len(around) <= _DEEPEST:
            times[folder] = status.st_mtime_ns
            with os.scandir(folder) as listing:
                inside = sorted(entry.path for entry in listing if entry.is_dir() and not is_junk((entry.name,)))
            folders += [(path, (*around, here)) for path in inside]
    return times


def _walk(root: Path, left_out: list[LeftOut]) -> Iterator[str]:
    """Yield the path of each file below `root`, with "/"; note in `left_out` what is no file."""
    entries = itertools.chain.from_iterable(_walk_entries(str(root), "", (_identify(root),)))
    for count, (entry, path) in enumerate(entries):
        if count >= MAX_ENTRIES:
            raise DataError(f"The folder {root} has more than {MAX_ENTRIES:,} files: name the dataset's own folder.")
        if not _is_utf8(path):
            left_out.append(LeftOut(BAD_NAME, os.fsencode(path).decode(errors="replace")))
        elif entry.is_file():
            yield path
        elif not entry.is_dir():
            left_out.append(LeftOut(LINK, path))


def _walk_entries(
    folder: str, below: str, around: tuple[tuple[int, int], ...]
) -> Iterator[list[tuple[os.DirEntry, str]]]:
    """Yield the entries of each folder with their paths; links to folders are followed, but never in a circle."""
    with os.scandir(folder) as listing:
        entries = [(entry, below + entry.name) for entry in listing if not is_junk((entry.name,))]
    yield entries
    for entry, path in entries:
        if len(around) < _DEEPEST and _is_utf8(path) and entry.is_dir():
            here = _identify(Path(entry.path))
            if here not in around:
                yield from _walk_entries(entry.path, f"{path}/", (*around, here))


def _identify(folder: Path) -> tuple[int, int]:
    """Return what tells a folder from others, whatever path led to it."""
    status = folder.stat()
    return status.st_dev, status.st_ino


def _is_utf8(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _examine(root: Path, path: str) -> tuple[tuple[str, str] | None, bytes]:
    """Return why a file can't be an image, and its digest; b"" for one that nobody takes for an image."""
    claims = has_image_suffix(path)
    try:
        with (root / path).open("rb", buffering=0) as file:
            has_image = is_image(file.read(HEAD))
            if not has_image and not claims:
                return NO_IMAGE, b""
            fault = NO_IMAGE if not has_image else TOO_LARGE if file.seek(0, os.SEEK_END) > MAX_BYTES else None
            file.seek(0)
            return fault, hashlib.file_digest(file, "sha256").digest()
    except OSError:  # decoding it will say why
        return (None, b"unreadable") if claims else (NO_IMAGE, b"")
