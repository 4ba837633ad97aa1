"""A zip or a folder of a user's own photos: arranged before anything is copied, and copied within limits."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from catdog.datasets.arrange import Arrangement, File, arrange
from catdog.datasets.left_out import LINK, NO_IMAGE, REPEATED, TOO_LARGE, LeftOut
from catdog.datasets.names import is_junk
from catdog.datasets.walk import has_image_suffix, read_folder
from catdog.datasets.zip_files import (
    BLOCK,
    MAX_FILE,
    MAX_FILES,
    check_members,
    is_regular,
    looks_like_image,
    open_zip,
    read_blocks,
)
from catdog.datasets.zip_names import read_names
from catdog.errors import DataError
from catdog.images.limits import MAX_BYTES
from catdog.utils.progress import Progress, silent
from catdog.utils.text import one_line, safe_file_name, safe_folder_name

CARD = "set.json"  # a dataset's card, beside the class folders
_BESIDE_CARD = "pictures"  # the folder around a class that is called like the card


@dataclass(frozen=True)
class Member:
    """A photo that is to be copied.

    Attributes:
        place: Its path below the dataset's folder, such as "train/apples/1.jpg".
        size: In bytes.
        read: Yields its bytes in blocks; raises DataError where they are damaged.
    """

    place: str
    size: int
    read: Callable[[], Iterator[bytes]]


@dataclass(frozen=True)
class ArchiveContents:
    """What is to be copied from a zip or a folder of photos.

    Attributes:
        members: Its photos.
        arrangement: The classes, and what was left out.
        remarks: Further sentences that the user should know.
    """

    members: tuple[Member, ...]
    arrangement: Arrangement
    remarks: tuple[str, ...] = ()

    @property
    def bytes(self) -> int:
        """Size of the photos, as the zip's list of files states it."""
        return sum(member.size for member in self.members)

    @property
    def note(self) -> str:
        """What the user should know; "" where all is plain."""
        return " ".join(filter(None, [*self.remarks, self.arrangement.note]))


@contextmanager
def open_archive(archive: Path | BinaryIO, code_page: str = "") -> Iterator[ArchiveContents]:
    """Open a zip or a folder of a user's photos and find its classes; nothing is copied yet.

    Args:
        archive: A path, or a binary file that can seek.
        code_page: As in `catdog.datasets.zip_names.read_names`.

    Yields:
        The photos, their places and their size.

    Raises:
        DataError: If the file is missing, unreadable or no zip, is damaged or locked with a password, exceeds a limit
            of `catdog.datasets.zip_files`, or has no two classes.
    """
    if not isinstance(archive, Path):
        with _open_zip(archive, code_page) as contents:
            yield contents
        return
    try:
        if archive.is_dir():
            yield _read_folder(archive)
            return
        if not archive.is_file():  # also keeps away from pipes and devices
            raise DataError(f"There is no file or folder {archive}: check its name.")
        with archive.open("rb") as file, _open_zip(file, code_page) as contents:
            yield contents
    except PermissionError as error:
        raise DataError(f"{archive} can't be read ({error.strerror}): check its permissions.") from error


def digest_archive(archive: Path | BinaryIO) -> str:
    """Return the SHA-256 of a zip in hex, "" for a folder."""
    if not isinstance(archive, Path):
        archive.seek(0)
        return hashlib.file_digest(archive, "sha256").hexdigest()
    if not archive.is_file():
        return ""
    with archive.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copy_photos(contents: ArchiveContents, target: Path, progress: Progress = silent) -> None:
    """Write the photos to their places below a folder.

    No file gets longer than the zip's list of files states.

    Args:
        contents: As `open_archive` yields it.
        target: An existing folder.
        progress: Told how many photos are written.

    Raises:
        DataError: If the zip is damaged.
        OSError: If writing fails.
    """
    for folder in {Path(member.place).parent for member in contents.members}:
        (target / folder).mkdir(parents=True, exist_ok=True)
    for done, member in enumerate(contents.members, start=1):
        with (target / member.place).open("xb") as file:
            for block in member.read():
                file.write(block)
        progress(done, len(contents.members), "unpacking the images")


def check_paths(names: Sequence[str]) -> None:
    """Raise DataError if one of the names of a zip's files leads out of the zip."""
    for name in names:
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or (path.parts and path.parts[0].endswith(":")):
            raise DataError(f"The zip wants to write outside its folder ({one_line(str(path))}): do not trust it.")


@contextmanager
def _open_zip(file: BinaryIO, code_page: str) -> Iterator[ArchiveContents]:
    with open_zip(file) as (zipped, length):
        members = [member for member in zipped.infolist() if not member.is_dir()]
        if len(members) > 2 * MAX_FILES:
            raise DataError(f"The zip has {len(members):,} files, and {2 * MAX_FILES:,} is the most: leave some out.")
        names = read_names(members, code_page)
        check_paths(names.names)
        files, kept, left_out = [], [], []
        seen: set[tuple[str, ...]] = set()
        for member, name in zip(members, names.names, strict=True):
            parts = PurePosixPath(name).parts
            if not parts or is_junk(parts) or name.endswith("/"):  # a folder, where names have backslashes
                continue
            if not is_regular(member) or parts in seen:
                left_out.append(LeftOut(REPEATED if parts in seen else LINK, name))
                continue
            seen.add(parts)
            claims = has_image_suffix(parts[-1])
            fault = None if looks_like_image(zipped, member, claims) else NO_IMAGE
            # what is larger still is not left out, so that the whole zip is refused and the file named
            if (fault is None or claims) and MAX_BYTES < member.file_size <= MAX_FILE:
                fault = TOO_LARGE
            files.append(File(_make_safe(parts, fault is None), fault, claims))
            kept.append(member)
        arrangement = arrange(files, "The zip", tuple(left_out))
        rows = [index for index in arrangement.rows if files[index].fault != TOO_LARGE]
        check_members([kept[index] for index in rows], length)
        places = _find_places([files[index].parts[len(arrangement.base) :] for index in rows])
        photos = tuple(
            Member(place, kept[index].file_size, lambda member=kept[index]: read_blocks(zipped, member))
            for index, place in zip(rows, places, strict=True)
        )
        doubt = "If they look wrong, add it again with another code page." if names.unsure else ""
        yield ArchiveContents(photos, arrangement, tuple(filter(None, [names.note, doubt])))


def _read_folder(root: Path) -> ArchiveContents:
    listing = read_folder(root)
    arrangement = arrange(listing.files, f"The folder {root}", tuple(listing.left_out))
    paths = [listing.files[index].parts for index in arrangement.rows]
    if len(paths) > MAX_FILES:
        raise DataError(f"The folder has {len(paths):,} images, and {MAX_FILES:,} is the most: leave some out.")
    safe = [_make_safe(parts[len(arrangement.base) :], True) for parts in paths]
    sources = [root.joinpath(*parts) for parts in paths]
    photos = tuple(
        Member(place, source.stat().st_size, lambda source=source: _read_file(source))
        for source, place in zip(sources, _find_places(safe), strict=True)
    )
    return ArchiveContents(photos, arrangement)


def _read_file(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                yield block
    except OSError as error:
        raise DataError(f"The file {path} can't be read ({error.strerror or error}): check its permissions.") from error


def _make_safe(parts: tuple[str, ...], is_image_file: bool) -> tuple[str, ...]:
    """Return a path of names that any system takes; raise DataError for a folder of images without such a name."""
    folders = tuple(safe_folder_name(part) for part in parts[:-1])
    if is_image_file and not all(folders):
        raise DataError("A folder of images has a name that can't be used: name it after the images in it.")
    return *(folder or "folder" for folder in folders), safe_file_name(parts[-1])


def _find_places(paths: list[tuple[str, ...]]) -> list[str]:
    """Return a place for each path that no other has, also on a disk that takes "A" and "a" for the same."""
    beside_card = any(parts[0].casefold() == CARD for parts in paths)
    taken: dict[str, int] = {}
    places = []
    for *folders, name in paths:
        folder = "/".join([_BESIDE_CARD, *folders] if beside_card else folders)
        places.append(_free_place(f"{folder}/" if folder else "", name, taken))
    return places


def _free_place(folder: str, name: str, taken: dict[str, int]) -> str:
    stem, dot, suffix = name.rpartition(".")
    place, key = f"{folder}{name}", f"{folder}{name}".casefold()
    while place.casefold() in taken:
        taken[key] += 1
        place = f"{folder}{stem}-{taken[key]}{dot}{suffix}"
    taken[place.casefold()] = 1
    return place
