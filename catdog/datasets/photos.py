"""The public photo set: 2,000 training and 1,000 validation photos of cats and dogs, fetched once."""

import shutil
from pathlib import Path
from uuid import uuid4

from catdog.datasets.download import download, not_stored
from catdog.datasets.unpack import unpack
from catdog.errors import DataError
from catdog.images.decode import SUFFIXES
from catdog.settings import Settings
from catdog.utils.locks import hold_lock
from catdog.utils.progress import Progress, silent
from catdog.utils.text import join_names

EXPECTED = {"train/cats": 1000, "train/dogs": 1000, "validation/cats": 500, "validation/dogs": 500}
A_FEW = 10  # photos by which a set may be off and still be used, with a note


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
        with hold_lock(settings.data / "photos.lock", progress, "waiting for another process that fetches the photos"):
            if not root.is_dir():
                _fetch(settings, root, progress, give_up_after)
    except OSError as error:
        raise not_stored(error) from error
    return root


def photos_note(root: Path) -> str:
    """Return a sentence if the set is off by a few photos, "" if complete; DataError if it is off by more."""
    off, words = _differences(root)
    if off > A_FEW:
        raise DataError(
            f"The photo set in {root} is not whole ({words}): delete that folder and fetch the photos again."
        )
    return f"This copy of the photo set is off by a few photos: {words}." if off else ""


def _fetch(settings: Settings, root: Path, progress: Progress, give_up_after: float | None) -> None:
    # leftovers of a killed process; the lock says that nobody is using them
    for leftover in settings.data.glob(".photos-*"):
        shutil.rmtree(leftover)
    folder = settings.data / f".photos-{uuid4().hex[:8]}"
    folder.mkdir()
    try:
        archive = folder / "photos.zip"
        download(settings.photos_url, archive, progress, give_up_after)
        unpack(archive, folder / "photos", EXPECTED, progress)
        off, words = _differences(folder / "photos")
        if off > A_FEW:
            raise DataError(f"The downloaded zip is not the photo set ({words}): correct CATDOG_PHOTOS_URL.")
        (folder / "photos").replace(root)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _differences(root: Path) -> tuple[int, str]:
    """Return by how many photos the folders are off, added up, and which have how many in words."""
    counts = {name: sum(path.suffix.lower() in SUFFIXES for path in (root / name).glob("[!.]*")) for name in EXPECTED}
    off = {name: abs(counts[name] - number) for name, number in EXPECTED.items()}
    words = [f"{counts[name]:,} instead of {EXPECTED[name]:,} in {name}" for name in EXPECTED if off[name]]
    return sum(off.values()), join_names(words)
