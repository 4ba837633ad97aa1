"""The public photo set: 2,000 training and 1,000 validation photos of cats and dogs, fetched once."""

import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from uuid import uuid4

from filelock import FileLock

from catdog.dataset.download import download, storage_hint
from catdog.errors import DataError
from catdog.pictures import SUFFIXES
from catdog.progress import Progress, silent
from catdog.settings import Settings

EXPECTED = {"train/cats": 1000, "train/dogs": 1000, "validation/cats": 500, "validation/dogs": 500}
A_FEW = 10  # photos by which a set may be off and still be used, with a note
MAX_UNPACKED = 1024**3
MAX_FILES = 20_000
UNPACKING = "unpacking the photos"


def photos_root(settings: Settings) -> Path | None:
    """Return the folder of the unpacked photo set, or None if it has not been fetched."""
    root = settings.data / "photos"
    return root if root.is_dir() else None


def fetch_photos(settings: Settings, progress: Progress = silent, give_up_after: float | None = None) -> Path:
    """Download, check and unpack the photo set unless it is there, and return its folder.

    The set appears under its final name only when whole, so an interruption at any moment leaves nothing half done;
    two processes never fetch at once. give_up_after: seconds within which the first bytes must have come.
    Raises DataError.
    """
    root = settings.data / "photos"
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        with FileLock(settings.data / "photos.lock"):
            if not root.is_dir():
                _fetch(settings, root, progress, give_up_after)
    except OSError as error:
        raise DataError(
            f"The photos could not be stored ({error.strerror or error}): {storage_hint(error)}."
        ) from error
    return root


def photos_note(root: Path) -> str:
    """Return a sentence if the set is off by a few photos, "" if complete; DataError if it is another set."""
    counts = {
        name: len([path for path in (root / name).glob("*") if path.suffix.lower() in SUFFIXES]) for name in EXPECTED
    }
    off = sum(abs(counts[name] - number) for name, number in EXPECTED.items())
    total, expected = sum(counts.values()), sum(EXPECTED.values())
    if off > A_FEW:
        found = ", ".join(f"{number:,} in {name}" for name, number in counts.items())
        raise DataError(
            f"The photo set should have 1,000 training and 500 validation photos a class but has {found}: "
            f"delete {root} and fetch it again, or correct CATDOG_PHOTOS_URL."
        )
    return f"This copy of the photo set has {total:,} photos instead of {expected:,}." if off else ""


def _fetch(settings: Settings, root: Path, progress: Progress, give_up_after: float | None) -> None:
    # leftovers of a killed process; the lock says that nobody is using them
    for leftover in settings.data.glob(".photos-*"):
        shutil.rmtree(leftover)
    folder = settings.data / f".photos-{uuid4().hex[:8]}"
    folder.mkdir()
    try:
        archive = folder / "photos.zip"
        download(settings.photos_url, archive, progress, give_up_after)
        unpack(archive, folder / "photos", progress)
        photos_note(folder / "photos")
        (folder / "photos").replace(root)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def unpack(archive: Path, target: Path, progress: Progress = silent) -> None:
    """Unpack the photos of a zip into target/{train,validation}/{cats,dogs}; everything else in it is left out.

    A photo's place is made from four fixed folder names and the bare file name, so no name can lead out of `target`.
    Raises DataError for a damaged zip, one without the four folders, or one that would unpack to over 1 GB.
    """
    try:
        with zipfile.ZipFile(archive) as zipped:
            members = {}
            for member in zipped.infolist():
                place = _place(member)
                if place:
                    members[place] = member
            if not members:
                raise DataError(
                    "The downloaded zip has no train/ and validation/ folders with cats and dogs: "
                    "correct CATDOG_PHOTOS_URL."
                )
            if len(members) > MAX_FILES or sum(member.file_size for member in members.values()) > MAX_UNPACKED:
                raise DataError("The downloaded zip is far larger than the photo set: correct CATDOG_PHOTOS_URL.")
            for name in EXPECTED:
                (target / name).mkdir(parents=True)
            for number, (place, member) in enumerate(members.items(), start=1):
                with zipped.open(member) as reader, (target / place).open("wb") as writer:
                    shutil.copyfileobj(reader, writer)
                progress(number, len(members), UNPACKING)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise DataError(
            f"The downloaded file is not a whole zip file ({error}): try again, or correct CATDOG_PHOTOS_URL."
        ) from error


def _place(member: zipfile.ZipInfo) -> str | None:
    """Return where a zip's member belongs, such as "train/cats/cat.1.jpg", or None for anything but a photo."""
    path = PurePosixPath(member.filename)
    split_and_class = "/".join(path.parts[-3:-1])
    unsafe = ".." in path.parts or path.is_absolute() or "\\" in path.name or path.name.startswith(".")
    if member.is_dir() or unsafe or path.suffix.lower() not in SUFFIXES or split_and_class not in EXPECTED:
        return None
    return f"{split_and_class}/{path.name}"
