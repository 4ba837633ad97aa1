"""The data sets: the public photos, the drawn pictures, sets that users added, and any folder of two classes."""

import shutil
from dataclasses import replace
from pathlib import Path

from catdog.datasets.cache import Dataset, decoded
from catdog.datasets.catalog import Catalog, scan
from catdog.datasets.download import not_stored
from catdog.datasets.folders import is_named_folder, named_folder
from catdog.datasets.photos import fetch_photos, photos_note, photos_root
from catdog.datasets.splits import SPLITS, TEST, TRAINING, VALIDATION
from catdog.datasets.synthetic.generate import write_drawn
from catdog.datasets.user_datasets import OwnSet, add_own_set, bytes_stored, delete_own_set, own_set, own_sets
from catdog.errors import DataError
from catdog.settings import Settings
from catdog.utils.locks import locked
from catdog.utils.progress import Progress, silent

__all__ = [
    "SPLITS",
    "TEST",
    "TRAINING",
    "VALIDATION",
    "Catalog",
    "Dataset",
    "OwnSet",
    "add_own_set",
    "bytes_stored",
    "default_source",
    "delete_own_set",
    "fetch_photos",
    "is_named_folder",
    "named_folder",
    "open_catalog",
    "open_dataset",
    "own_set",
    "own_sets",
    "photos_root",
    "sources",
]


def default_source(settings: Settings) -> str:
    """Return "photos" if the photo set is on this machine, else "drawn"."""
    return "photos" if photos_root(settings) else "drawn"


def sources(settings: Settings) -> list[str]:
    """Return the data sets that can be chosen by name: photos, drawn, those that users added, the settings' folders."""
    return ["photos", "drawn", *(own.source for own in own_sets(settings)), *map(str, settings.folders)]


def open_catalog(settings: Settings, source: str = "photos", progress: Progress = silent) -> Catalog:
    """Return the catalog of "photos", "drawn" (drawn on first use) or the folder that `source` names.

    Raises DataError where the photos are not fetched yet or a folder can't be used.
    """
    if source == "photos":
        root = photos_root(settings)
        if root is None:
            raise DataError("The photos are not on this machine yet: run python -m catdog data --fetch.")
        return replace(scan("photos", root), note=photos_note(root))
    if source == "drawn":
        return scan("drawn", _drawn(settings, progress))
    try:
        folder = Path(source).expanduser().absolute()
    except RuntimeError as error:  # ~somebody, and there is no such user
        raise DataError(f"There is no folder {source}: check its name.") from error
    own = own_set(settings, str(folder))
    return replace(scan(str(folder), folder), **({"name": own.name, "note": own.note} if own else {}))


def _drawn(settings: Settings, progress: Progress) -> Path:
    """Return the folder of the drawn set; draw it on first use, in one process at a time."""
    root = settings.data / "drawn"
    if not root.is_dir():
        try:
            settings.data.mkdir(parents=True, exist_ok=True)
            with locked(settings.data / "drawn.lock", progress, "waiting for another process that draws the pictures"):
                for leftover in settings.data.glob(".drawn-*"):  # of a killed process
                    shutil.rmtree(leftover)
                if not root.is_dir():
                    write_drawn(root, progress=progress)
        except OSError as error:
            raise not_stored(error, "drawn pictures") from error
    return root


def open_dataset(settings: Settings, source: str = "photos", progress: Progress = silent) -> Dataset:
    """Return the catalog of `source` with its decoded pictures, decoding them on first use.

    pixels: uint8 (N, 160, 160, 3), 0..255, mapped from disk. Raises DataError.
    """
    return decoded(open_catalog(settings, source, progress), settings.cache, progress)
