"""A zip of a user's own photos: checked before anything is unpacked, and unpacked within limits."""

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
MAX_DIRECTORY = 24 * 1024**2  # of the zip's list of files, in bytes; 50,000 names, and as many of junk, need a third
MAX_RATIO = 100  # unpacked size over packed size
SMALL, SMALL_TOTAL = 1_000_000, 100_000_000  # bytes, of one file and of all, up to which the ratio may be larger
BLOCK = 1 << 20
_LOCKED = 0x1 | 0x40  # flags of a member: a password, strong encryption
_ANEW = "make it anew from the folders of pictures"


@dataclass(frozen=True)
class ArchiveContents:
    """What is to be unpacked from a zip of photos.

    Attributes:
        zipped: The open zip.
        members: Each photo with its path below the dataset's folder, such as "train/apples/1.jpg".
        layout: The classes and what was left out.
        bytes: Size of the unpacked photos, as the zip's list of files states it.
    """

    zipped: zipfile.ZipFile
    members: tuple[tuple[zipfile.ZipInfo, str], ...]
    layout: Layout
    bytes: int


@contextmanager
def open_archive(archive: Path | BinaryIO) -> Iterator[ArchiveContents]:
    """Open a zip of a user's photos and check its list of files; nothing is unpacked yet.

    Args:
        archive: A path, or a binary file that can seek.

    Yields:
        The photos, their places and their size.

    Raises:
        DataError: If the file is missing, unreadable or no zip, is damaged or locked with a password, exceeds a limit
            (MAX_ZIP, MAX_FILES, MAX_UNPACKED, MAX_RATIO), or is not laid out as two classes.
    """
    if isinstance(archive, Path):
        if not archive.is_file():  # also keeps away from pipes and devices
            raise DataError(f"There is no file {archive}: check its name.")
        try:
            with archive.open("rb") as file, _read_contents(file) as contents:
                yield contents
        except PermissionError as error:
            raise DataError(f"The file {archive} can't be read ({error.strerror}): check its permissions.") from error
    else:
        with _read_contents(archive) as contents:
            yield contents


def unpack_photos(contents: ArchiveContents, target: Path, progress: Progress = silent) -> None:
    """Write the photos of an archive to their places below a folder.

    No file gets longer than the zip's list of files states.

    Args:
        contents: As `open_archive` yields it.
        target: An existing folder.
        progress: Told how many photos are written.

    Raises:
        DataError: If the zip is damaged.
        OSError: If writing fails.
    """
    for folder in {Path(place).parent for _, place in contents.members}:
        (target / folder).mkdir(parents=True, exist_ok=True)
    for done, (member, place) in enumerate(contents.members, start=1):
        with (target / place).open("xb") as file:
            for block in read_blocks(contents.zipped, member):
                file.write(block)
        progress(done, len(contents.members), "unpacking the pictures")


@contextmanager
def open_zip(file: BinaryIO) -> Iterator[tuple[zipfile.ZipFile, int]]:
    """Open a zip without unpacking anything.

    Args:
        file: A binary file that can seek.

    Yields:
        The zip and its length in bytes.

    Raises:
        DataError: If it is no zip, is damaged or larger than MAX_ZIP, or its list of files exceeds MAX_DIRECTORY.
    """
    length = file.seek(0, io.SEEK_END)
    if length > MAX_ZIP:
        raise DataError(f"The zip has {format_size(length)}, and 2 GB is the most: leave some pictures out.")
    with _explain_damage():
        zipped = zipfile.ZipFile(_LimitedReads(file))
    with zipped:
        yield zipped, length


def list_files(zipped: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the members that are regular files: no folder, no link and no device."""
    return [member for member in zipped.infolist() if not member.is_dir() and _is_file(member)]


def check_members(members: list[zipfile.ZipInfo], length: int) -> None:
    """Check the members that are to be unpacked against the limits.

    Args:
        members: Members of a zip.
        length: Of the whole zip, in bytes.

    Raises:
        DataError: If there are too many, one has a password or an unusual compression, or the zip is a zip bomb.
    """
    if len(members) > MAX_FILES:
        raise DataError(f"The zip has {len(members):,} pictures, and {MAX_FILES:,} is the most: leave some out.")
    if any(member.flag_bits & _LOCKED for member in members):
        raise DataError(f"The zip is locked with a password: {_ANEW}, without one.")
    # Python unpacks the other compressions without a limit on what a few bytes may become
    if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
        raise DataError(f"The zip is packed in an unusual way: {_ANEW}, as an ordinary zip.")
    _check_sizes(members, length)


def read_blocks(zipped: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a member's bytes in blocks of up to 1 MiB.

    Raises:
        DataError: If the bytes are damaged, or not as many as the zip's list of files states.
    """
    with _explain_damage():
        source = zipped.open(member)
    with source:
        left = member.file_size
        while True:
            with _explain_damage():
                block = source.read(BLOCK)
            left -= len(block)
            if not block or left < 0:
                break
            yield block
    if left:
        raise DataError(f"A picture in the zip is of another size than the zip says: {_ANEW}.")


def member_name(member: zipfile.ZipInfo) -> str:
    """Return a member's name as text.

    Some programs write UTF-8 without setting its flag, and zipfile then decodes the name as code page 437.
    """
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode()
    except UnicodeError:
        return member.filename


@contextmanager
def _read_contents(file: BinaryIO) -> Iterator[ArchiveContents]:
    with open_zip(file) as (zipped, length):
        files = list_files(zipped)
        layout = find_layout([member_name(member) for member in files])
        photos = [(files[index], place) for index, place in layout.places.items()]
        check_members([member for member, _ in photos], length)
        yield ArchiveContents(zipped, tuple(photos), layout, sum(member.file_size for member, _ in photos))


def _check_sizes(members: list[zipfile.ZipInfo], length: int) -> None:
    """Raise DataError for a zip bomb by the sizes that the zip states; unpacking holds every file to them."""
    unpacked, packed = sum(member.file_size for member in members), sum(member.compress_size for member in members)
    if unpacked > MAX_UNPACKED:
        raise DataError(
            f"The zip would unpack to {format_size(unpacked)}, and {format_size(MAX_UNPACKED)} is the most: {_ANEW}."
        )
    swells = any(member.file_size > max(SMALL, MAX_RATIO * member.compress_size) for member in members)
    # members that overlap in the file claim more packed bytes than the zip has
    if swells or unpacked > max(SMALL_TOTAL, MAX_RATIO * length) or packed > length:
        raise DataError(f"The zip would swell far more than pictures do: do not trust it, or {_ANEW}.")


def _is_file(member: zipfile.ZipInfo) -> bool:
    """Return whether a member is neither a link nor a device. Zips that were not made on Unix don't say: 0."""
    return stat.S_IFMT(member.external_attr >> 16) in (0, stat.S_IFREG)


class _LimitedReads:
    """A zip's file that reads at most MAX_DIRECTORY bytes at once: zipfile reads the list of files in one piece."""

    def __init__(self, file: BinaryIO) -> None:
        self.seek, self.tell, self.seekable, self.close = file.seek, file.tell, file.seekable, file.close
        self._read = file.read

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes; raise DataError for more than MAX_DIRECTORY."""
        if size > MAX_DIRECTORY:
            raise DataError(f"The zip has far more than {MAX_FILES:,} files, which is the most: leave some out.")
        return self._read(size)


@contextmanager
def _explain_damage() -> Iterator[None]:
    try:
        yield
    except DataError:
        raise
    except Exception as error:  # damaged bytes make zipfile and its decompressors raise nearly anything
        raise DataError(f"The file is no zip, or is damaged or cut short: {_ANEW}.") from error
