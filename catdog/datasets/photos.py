"""The public photo set: 2,000 training and 1,000 validation photos of cats and dogs, fetched once."""

import errno
import re
import shutil
from pathlib import Path
from uuid import uuid4

from catdog.datasets.unpack import unpack
from catdog.errors import DataError
from catdog.images.decode import SUFFIXES
from catdog.settings import Settings
from catdog.utils.download import DownloadError, download
from catdog.utils.locks import hold_lock
from catdog.utils.progress import Progress, silent
from catdog.utils.text import join_names

EXPECTED = {"train/cats": 1000, "train/dogs": 1000, "validation/cats": 500, "validation/dogs": 500}
TOLERANCE = 10  # photos by which a set may be off and still be used, with a note


def photos_root(settings: Settings) -> Path | None:
    """Return the folder of the unpacked photo set, or None if it has not been fetched."""
    root = settings.data / "photos"
    return root if root.is_dir() else None


def fetch_photos(settings: Settings, progress: Progress = silent, give_up_after: float | None = None) -> Path:
    """Download, check and unpack the photo set unless it is there, and return its folder.

    The folder appears only when the set is whole, so an interruption at any moment leaves nothing half done. Two
    processes never fetch at once.

    Args:
        settings: The address of the zip and where the program keeps its data.
        progress: Told how far the download and the unpacking are.
        give_up_after: Seconds within which the first bytes must arrive; None waits as long as it takes.

    Raises:
        DataError: If the zip cannot be downloaded, is damaged or is not the photo set, or cannot be stored.
    """
    root = settings.data / "photos"
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        with hold_lock(settings.data / "photos.lock", progress, "waiting for another process that fetches the photos"):
            if not root.is_dir():
                _fetch(settings, root, progress, give_up_after)
    except OSError as error:
        raise storage_error(error) from error
    return root


def photos_note(root: Path) -> str:
    """Return a sentence if the set is off by up to 10 photos, "" if it is complete.

    Raises:
        DataError: If it is off by more.
    """
    off, differences = _count_differences(root)
    if off > TOLERANCE:
        raise DataError(
            f"The photo set in {root} is not whole ({differences}): delete that folder and fetch the photos again."
        )
    return f"This copy of the photo set is off by a few photos: {differences}." if off else ""


def storage_error(error: OSError, what: str = "photos") -> DataError:
    """Return an error that says why the photos, or `what`, could not be written, and what helps."""
    hint = "check the folder's permissions or set CATDOG_HOME to another folder"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        hint = "free some disk space (about 200 MB) or set CATDOG_HOME to another disk"
    return DataError(f"The {what} could not be stored ({error.strerror or error}): {hint}.")


def _fetch(settings: Settings, root: Path, progress: Progress, give_up_after: float | None) -> None:
    # leftovers of a killed process; the lock says that nobody is using them
    for leftover in settings.data.glob(".photos-*"):
        shutil.rmtree(leftover)
    folder = settings.data / f".photos-{uuid4().hex[:8]}"
    folder.mkdir()
    try:
        archive = folder / "photos.zip"
        try:
            download(settings.photos_url, archive, "downloading the photos", progress, give_up_after=give_up_after)
        except DownloadError as error:
            # without a name and password, or a key after the "?"
            address = re.sub("//[^/]*@", "//", settings.photos_url).partition("?")[0]
            raise DataError(
                f"The photos could not be downloaded from {address} ({error}): check the connection, or set "
                "CATDOG_PHOTOS_URL to a copy of the zip."
            ) from error
        unpack(archive, folder / "photos", EXPECTED, progress)
        off, differences = _count_differences(folder / "photos")
        if off > TOLERANCE:
            raise DataError(f"The downloaded zip is not the photo set ({differences}): correct CATDOG_PHOTOS_URL.")
        (folder / "photos").replace(root)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _count_differences(root: Path) -> tuple[int, str]:
    """Return by how many photos the folders are off in sum, and a phrase that says which have how many."""
    counts = {name: sum(path.suffix.lower() in SUFFIXES for path in (root / name).glob("[!.]*")) for name in EXPECTED}
    off = {name: abs(counts[name] - expected) for name, expected in EXPECTED.items()}
    phrases = [f"{counts[name]:,} instead of {EXPECTED[name]:,} in {name}" for name in EXPECTED if off[name]]
    return sum(off.values()), join_names(phrases)
