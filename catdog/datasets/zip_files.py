"""A zip from outside: opened without trust, within limits, and read block by block."""

import io
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from catdog.errors import DataError
from catdog.images.formats import HEAD, is_image
from catdog.utils.text import format_size, one_line

MAX_ZIP = 2 * 1024**3
MAX_FILES = 50_000
MAX_UNPACKED = 8 * 1024**3
MAX_FILE = 500_000_000  # bytes of one file; what is over catdog.images.limits.MAX_BYTES is not even unpacked
MAX_DIRECTORY = 24 * 1024**2  # of the zip's list of files, in bytes; 50,000 names, and as many of junk, need a third
BLOCK = 1 << 20
_LOCKED = 0x1 | 0x40  # flags of a member: a password, strong encryption
_ANEW = "make it anew from the folders of images"


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
        raise DataError(f"The zip has {format_size(length)}, and 2 GB is the most: leave some images out.")
    with _explain_damage():
        zipped = zipfile.ZipFile(_LimitedReads(file))
    with zipped:
        yield zipped, length


def list_files(zipped: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the members that are regular files: no folder, no link and no device."""
    return [member for member in zipped.infolist() if not member.is_dir() and is_regular(member)]


def check_members(members: list[zipfile.ZipInfo], length: int) -> None:
    """Check the members that are to be unpacked against the limits.

    Args:
        members: Members of a zip.
        length: Of the whole zip, in bytes.

    Raises:
        DataError: If there are too many, one has a password or an unusual compression, or the zip is a zip bomb.
    """
    if len(members) > MAX_FILES:
        raise DataError(f"The zip has {len(members):,} images, and {MAX_FILES:,} is the most: leave some out.")
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
        raise DataError(f"The file {one_line(member.filename)} is of another size than the zip says: {_ANEW}.")


def looks_like_image(zipped: zipfile.ZipFile, member: zipfile.ZipInfo, claims: bool) -> bool:
    """Return whether a member's first bytes are an image's; where they can't be read, whether its name says so."""
    if member.flag_bits & _LOCKED or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return claims
    try:
        with zipped.open(member) as file:
            return is_image(file.read(HEAD))
    except Exception:  # damaged bytes raise nearly anything; an image's damage is told when it is unpacked
        return claims


def _check_sizes(members: list[zipfile.ZipInfo], length: int) -> None:
    """Raise DataError for what would fill the disk, by the sizes that the zip states; unpacking holds files to them."""
    unpacked, packed = sum(member.file_size for member in members), sum(member.compress_size for member in members)
    largest = max(members, key=lambda member: member.file_size, default=None)
    if largest is None:
        return
    name, size = one_line(largest.filename), format_size(largest.file_size)
    if largest.file_size > MAX_FILE:
        raise DataError(
            f"The file {name} in the zip would unpack to {size}, and {format_size(MAX_FILE)} is the most: leave it out."
        )
    if unpacked > MAX_UNPACKED:
        raise DataError(
            f"The zip would unpack to {format_size(unpacked)} (its largest file, {name}, to {size}), and "
            f"{format_size(MAX_UNPACKED)} is the most: leave some images out."
        )
    if packed > length:  # members that overlap in the file claim more packed bytes than the zip has
        raise DataError(f"The zip's files, such as {name}, share their bytes, as in a zip made to do harm: {_ANEW}.")


def is_regular(member: zipfile.ZipInfo) -> bool:
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
