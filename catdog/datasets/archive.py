"""A zip of somebody's own photos: looked through before anything is unpacked, and unpacked within its limits."""

import io
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from catdog.datasets.layout import Layout, find_layout
from catdog.errors import DataError
from catdog.utils.progress import Progress, silent
from catdog.utils.text import format_size

MAX_ZIP = 2 * 1024**3
MAX_FILES = 50_000
MAX_UNPACKED = 8 * 1024**3
MAX_DIRECTORY = 24 * 1024**2  # of the list of a zip's files, in bytes; 50,000 names, and as many of junk, need a third
MAX_RATIO = 100
SMALL, SMALL_TOTAL = 1_000_000, 100_000_000  # flat drawings may swell more, as long as one or all stay so small
BLOCK = 1 << 20
_LOCKED = 0x1 | 0x40  # flags of a member: a password, strong encryption
_ANEW = "make it anew from the folders of pictures"


@dataclass(frozen=True)
class ArchiveContents:
    """What is to be unpacked: the zip's photos with their places, and how many bytes they will be."""

    zipped: zipfile.ZipFile
    members: tuple[tuple[zipfile.ZipInfo, str], ...]
    layout: Layout
    bytes: int


@contextmanager
def open_archive(archive: Path | BinaryIO) -> Iterator[ArchiveContents]:
    """Open a zip of own photos and look through its list of files; nothing is unpacked yet.

    archive: its path, or a binary file that can seek. Raises DataError where it is none, is damaged, locked, over a
    limit (MAX_ZIP, MAX_FILES, MAX_UNPACKED, MAX_RATIO) or is not laid out as two classes.
    """
    if isinstance(archive, Path):
        if not archive.is_file():  # also keeps away from pipes and devices
            raise DataError(f"There is no file {archive}: check its name.")
        try:
            with archive.open("rb") as file, _looked_through(file) as contents:
                yield contents
        except PermissionError as error:
            raise DataError(f"The file {archive} can't be read ({error.strerror}): check its permissions.") from error
    else:
        with _looked_through(archive) as contents:
            yield contents


def unpack_photos(contents: ArchiveContents, target: Path, progress: Progress = silent) -> None:
    """Write the photos to their places below `target`, a folder that is there.

    No file gets longer than the zip's list of files said. Raises DataError for damage, OSError where writing fails.
    """
    for folder in {Path(place).parent for _, place in contents.members}:
        (target / folder).mkdir(parents=True, exist_ok=True)
    for number, (member, place) in enumerate(contents.members, start=1):
        with (target / place).open("xb") as file:
            for block in read_blocks(contents.zipped, member):
                file.write(block)
        progress(number, len(contents.members), "unpacking the pictures")


@contextmanager
def open_zip(file: BinaryIO) -> Iterator[tuple[zipfile.ZipFile, int]]:
    """Open a zip, a binary file that can seek, and yield it with its length in bytes; nothing of it is unpacked.

    Raises DataError where it is none, damaged, over MAX_ZIP, or its list of files is over MAX_DIRECTORY.
    """
    length = file.seek(0, io.SEEK_END)
    if length > MAX_ZIP:
        raise DataError(f"The zip has {format_size(length)}, and 2 GB is the most: leave some pictures out.")
    with _damage_in_words():
        zipped = zipfile.ZipFile(_Guarded(file))
    with zipped:
        yield zipped, length


def list_files(zipped: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the members that are files: no folder, no link and no device."""
    return [member for member in zipped.infolist() if not member.is_dir() and _is_file(member)]


def check_members(members: list[zipfile.ZipInfo], length: int) -> None:
    """Raise DataError where these members are too many, locked, oddly packed or a zip bomb; length: the zip's."""
    if len(members) > MAX_FILES:
        raise DataError(f"The zip has {len(members):,} pictures, and {MAX_FILES:,} is the most: leave some out.")
    if any(member.flag_bits & _LOCKED for member in members):
        raise DataError(f"The zip is locked with a password: {_ANEW}, without one.")
    # Python unpacks the other kinds without a limit on what a few bytes may become
    if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
        raise DataError(f"The zip is packed in an unusual way: {_ANEW}, as an ordinary zip.")
    _check_sizes(members, length)


@contextmanager
def _looked_through(file: BinaryIO) -> Iterator[ArchiveContents]:
    with open_zip(file) as (zipped, length):
        files = list_files(zipped)
        layout = find_layout([member_name(member) for member in files])
        photos = [(files[number], place) for number, place in layout.places.items()]
        check_members([member for member, _ in photos], length)
        yield ArchiveContents(zipped, tuple(photos), layout, sum(member.file_size for member, _ in photos))


def _check_sizes(members: list[zipfile.ZipInfo], length: int) -> None:
    """Raise DataError for a zip bomb, by what the zip's list of files says; unpacking holds every file to that."""
    unpacked, packed = sum(member.file_size for member in members), sum(member.compress_size for member in members)
    if unpacked > MAX_UNPACKED:
        raise DataError(
            f"The zip would unpack to {format_size(unpacked)}, and {format_size(MAX_UNPACKED)} is the most: {_ANEW}."
        )
    swells = any(member.file_size > max(SMALL, MAX_RATIO * member.compress_size) for member in members)
    # files that share their bytes say more of them than the zip has
    if swells or unpacked > max(SMALL_TOTAL, MAX_RATIO * length) or packed > length:
        raise DataError(f"The zip would swell far more than pictures do: do not trust it, or {_ANEW}.")


def read_blocks(zipped: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a member's bytes by the block; DataError where they are damaged, or not as many as the zip says."""
    with _damage_in_words():
        source = zipped.open(member)
    with source:
        left = member.file_size
        while True:
            with _damage_in_words():
                block = source.read(BLOCK)
            left -= len(block)
            if not block or left < 0:
                break
            yield block
    if left:
        raise DataError(f"A picture in the zip is of another size than the zip says: {_ANEW}.")


def _is_file(member: zipfile.ZipInfo) -> bool:
    """Tell whether a member is a file: no link and no device. Zips that were not made on Unix don't say."""
    return stat.S_IFMT(member.external_attr >> 16) in (0, stat.S_IFREG)


def member_name(member: zipfile.ZipInfo) -> str:
    """Return a member's name; some programs write UTF-8 without saying so, which reads as an old code page."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode()
    except UnicodeError:
        return member.filename


class _Guarded:
    """A zip's file, of which no more than MAX_DIRECTORY is read at once: the list of its files comes in one piece."""

    def __init__(self, file: BinaryIO) -> None:
        self.seek, self.tell, self.seekable, self.close = file.seek, file.tell, file.seekable, file.close
        self._read = file.read

    def read(self, number: int = -1) -> bytes:
        """Read like a file; raise DataError for too much."""
        if number > MAX_DIRECTORY:
            raise DataError(f"The zip has far more than {MAX_FILES:,} files, which is the most: leave some out.")
        return self._read(number)


@contextmanager
def _damage_in_words() -> Iterator[None]:
    try:
        yield
    except DataError:
        raise
    except Exception as error:  # damaged bytes make zipfile and its decompressors raise nearly anything
        raise DataError(f"The file is no zip, or is damaged or cut short: {_ANEW}.") from error
