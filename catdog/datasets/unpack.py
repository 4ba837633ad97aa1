"""Unpack the photos, and nothing else, from the downloaded zip of the photo set."""

import stat
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from catdog.errors import DataError
from catdog.images.decode import SUFFIXES
from catdog.utils.progress import Progress, silent

WHAT = "unpacking the photos"
MAX_UNPACKED = 1024**3  # bytes
MAX_PHOTO = 50 * 1024**2  # bytes
MAX_FILES = 20_000


def unpack(archive: Path, target: Path, folders: Collection[str], progress: Progress = silent) -> None:
    """Unpack the photos of some folders of a zip, wherever in the zip these folders lie.

    Everything else is left out. A photo's path is made of a name in `folders` and its bare file name, so that no
    member leads out of `target`.

    Args:
        archive: The zip.
        target: The folder to write to: the photos of "train/cats" go to target/train/cats.
        folders: The last two folder names of the photos to unpack, such as "train/cats".
        progress: Told how many photos are written.

    Raises:
        DataError: If the zip is damaged, has no photos in `folders`, or is far too large by the sizes that it states,
            which are also the most that is written.
        OSError: If writing fails.
    """
    with _explain_damage():
        zipped = zipfile.ZipFile(archive)
    with zipped:
        photos = {place: member for member in zipped.infolist() if (place := _place(member, folders))}
        if not photos:
            raise DataError(f"The downloaded zip has no photos in {', '.join(folders)}: correct CATDOG_PHOTOS_URL.")
        sizes = [member.file_size for member in photos.values()]
        if len(sizes) > MAX_FILES or sum(sizes) > MAX_UNPACKED or max(sizes) > MAX_PHOTO:
            raise DataError("The downloaded zip is far larger than the photo set: correct CATDOG_PHOTOS_URL.")
        for folder in folders:
            (target / folder).mkdir(parents=True)
        for done, (place, member) in enumerate(photos.items(), start=1):
            with _explain_damage():
                content = zipped.read(member)
            (target / place).write_bytes(content)
            progress(done, len(photos), WHAT)


@contextmanager
def _explain_damage() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # damaged bytes make zipfile and its decompressors raise nearly anything
        raise DataError(
            "The downloaded file is damaged, cut short, encrypted or no zip at all: try again, or correct "
            "CATDOG_PHOTOS_URL."
        ) from error


def _place(member: zipfile.ZipInfo, folders: Collection[str]) -> str | None:
    """Return a photo's path below the target, such as "train/cats/cat.1.jpg"; None for anything but a photo."""
    path = PurePosixPath(member.filename)
    folder = "/".join(path.parts[-3:-1])
    kind = stat.S_IFMT(member.external_attr >> 16)  # 0 where the zip was not made on Unix
    unsafe = ".." in path.parts or path.is_absolute() or "\\" in path.name or path.name.startswith(".")
    if member.is_dir() or kind not in (0, stat.S_IFREG) or unsafe:
        return None
    return f"{folder}/{path.name}" if folder in folders and path.suffix.lower() in SUFFIXES else None
