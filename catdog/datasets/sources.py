"""Opening a dataset by the name of its source: photos, drawn, a user dataset or a folder."""

import shutil
from dataclasses import replace
from pathlib import Path

from catdog.datasets.cache import Dataset, decode_dataset
from catdog.datasets.catalog import Catalog, scan_folder
from catdog.datasets.download import not_stored
from catdog.datasets.photos import photos_note, photos_root
from catdog.datasets.synthetic.generate import write_drawn
from catdog.datasets.user_datasets import find_user_dataset, list_user_datasets
from catdog.errors import DataError
from catdog.settings import Settings
from catdog.utils.locks import hold_lock
from catdog.utils.progress import Progress, silent


def default_source(settings: Settings) -> str:
    """Return "photos" if the photo set is on this machine, else "drawn"."""
    return "photos" if photos_root(settings) else "drawn"


def list_sources(settings: Settings) -> list[str]:
    """Return the data sets that can be chosen by name: photos, drawn, those that users added, the settings' folders."""
    return ["photos", "drawn", *(own.source for own in list_user_datasets(settings)), *map(str, settings.folders)]


def open_catalog(settings: Settings, source: str = "photos", progress: Progress = silent) -> Catalog:
    """Return the catalog of "photos", "drawn" (drawn on first use) or the folder that `source` names.

    Raises DataError where the photos are not fetched yet or a folder can't be used.
    """
    if source == "photos":
        root = photos_root(settings)
        if root is None:
            raise DataError("The photos are not on this machine yet: run python -m catdog data --fetch.")
        return replace(scan_folder("photos", root), note=photos_note(root))
    if source == "drawn":
        return scan_folder("drawn", _drawn(settings, progress))
    try:
        folder = Path(source).expanduser().absolute()
    except RuntimeError as error:  # ~somebody, and there is no such user
        raise DataError(f"There is no folder {source}: check its name.") from error
    own = find_user_dataset(settings, str(folder))
    return replace(scan_folder(str(folder), folder), **({"name": own.name, "note": own.note} if own else {}))


def _drawn(settings: Settings, progress: Progress) -> Path:
    """Return the folder of the drawn set; draw it on first use, in one process at a time."""
    root = settings.data / "drawn"
    if not root.is_dir():
        try:
            settings.data.mkdir(parents=True, exist_ok=True)
            with hold_lock(
                settings.data / "drawn.lock", progress, "waiting for another process that draws the pictures"
            ):
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
    return decode_dataset(open_catalog(settings, source, progress), settings.cache, progress)
