"""Opening a dataset by the name of its source: photos, drawn, a user dataset or a folder."""

import shutil
from dataclasses import replace
from pathlib import Path

from catdog.datasets.archive import digest_archive
from catdog.datasets.arrange import arrange
from catdog.datasets.cache import Dataset, decode_dataset
from catdog.datasets.catalog import Catalog, scan_folder
from catdog.datasets.corrections import correct_labels
from catdog.datasets.photos import photos_note, photos_root, storage_error
from catdog.datasets.synthetic.generate import generate_dataset
from catdog.datasets.user_datasets import (
    UserDataset,
    add_user_dataset,
    find_user_dataset,
    list_user_datasets,
    restrict_to_readable,
)
from catdog.datasets.walk import list_names
from catdog.errors import DataError
from catdog.settings import Settings
from catdog.utils.locks import hold_lock
from catdog.utils.progress import Progress, silent
from catdog.utils.text import join_names, one_line


def default_source(settings: Settings) -> str:
    """Return "photos" if the photo set is on this machine, else "drawn"."""
    return "photos" if photos_root(settings) else "drawn"


def list_sources(settings: Settings) -> list[str]:
    """Return the sources to choose from: photos, drawn, user datasets by path, and the folders of CATDOG_FOLDERS."""
    user_datasets = (dataset.source for dataset in list_user_datasets(settings))
    return ["photos", "drawn", *user_datasets, *map(str, settings.folders)]


def open_catalog(settings: Settings, source: str = "photos", progress: Progress = silent) -> Catalog:
    """Return the catalog of a source, with its labels as people have corrected them; "drawn" is drawn on first use.

    Args:
        settings: Where the program keeps its data.
        source: "photos", "drawn", or the path of a folder (relative, or from "~"); a user dataset is named by its path.
        progress: Told how far the drawing is.

    Raises:
        DataError: If the photos have not been fetched, a folder cannot be used, or the list of corrected labels is
            damaged.
    """
    return correct_labels(settings, _read_catalog(settings, source, progress))


def open_dataset(settings: Settings, source: str = "photos", progress: Progress = silent) -> Dataset:
    """Return the catalog of a source with its decoded images, which are decoded on first use.

    Args:
        settings: Where the program keeps its data and its cache.
        source: As in `open_catalog`.
        progress: Told how far the drawing and the decoding are.

    Raises:
        DataError: As in `open_catalog` and `decode_dataset`.
    """
    dataset = decode_dataset(_read_catalog(settings, source, progress), settings.cache, progress)
    return replace(dataset, catalog=correct_labels(settings, dataset.catalog))


def check_agreed(folder: Path) -> None:
    """Raise UnconfirmedClassesError if a folder's classes are taken from file names, by a look at the names alone."""
    try:
        arrangement = arrange(list_names(folder), f"The folder {folder}")
    except DataError:
        return  # opening it looks closer and says why
    arrangement.check_agreed()


def import_archive(settings: Settings, archive: Path, progress: Progress = silent) -> UserDataset:
    """Return the user dataset that was made from a zip, or make it one now, called as the zip.

    Args:
        settings: Where the program keeps its data.
        archive: The zip's path.
        progress: Told how far the unpacking is.

    Raises:
        DataError: As in `add_user_dataset`.
    """
    try:
        digest = digest_archive(archive)
    except OSError as error:
        raise DataError(f"{archive} can't be read ({error.strerror or error}): check its permissions.") from error
    datasets = list_user_datasets(settings)
    for dataset in datasets:
        if dataset.archive == digest:
            return dataset
    name, copy = archive.stem, 1
    while find_user_dataset(settings, name):
        copy += 1
        name = f"{archive.stem} {copy}"
    return add_user_dataset(settings, archive, name, progress)


def resolve_folder(settings: Settings, text: str) -> Path:
    """Return a folder that the dashboard may open: one listed in CATDOG_FOLDERS, or one inside it.

    Args:
        settings: The listed folders.
        text: Untrusted text, such as from the address bar: an absolute path, or one relative to a listed folder.

    Returns:
        The absolute path, symbolic links resolved.

    Raises:
        DataError: With the same sentence for a folder that does not exist and for one outside, so that nobody learns
            what is on the disk.
    """
    if not settings.folders:
        raise DataError(
            "No folder of this server may be opened here: whoever runs it lists the allowed ones in CATDOG_FOLDERS."
        )
    for listed in settings.folders:
        try:
            top, folder = listed.resolve(strict=True), (listed / text).resolve(strict=True)
            if folder.is_relative_to(top) and folder.is_dir():
                return folder
        except (OSError, ValueError, RuntimeError):  # not there, an impossible name, links in a circle
            continue
    names = join_names([str(listed) for listed in settings.folders])
    raise DataError(f"There is no folder {one_line(text) or 'without a name'} in {names}: name one that is.")


def is_listed_folder(settings: Settings, source: str | None) -> bool:
    """Return whether a source is the path of a listed folder or one inside it, exactly as resolve_folder returns it."""
    if not source or not settings.folders or not Path(source).is_absolute():
        return False
    try:
        return str(resolve_folder(settings, source)) == source
    except DataError:
        return False


def _read_catalog(settings: Settings, source: str, progress: Progress) -> Catalog:
    """Return the catalog of a source, with the labels that the files say."""
    if source == "photos":
        root = photos_root(settings)
        if root is None:
            raise DataError("The photos are not on this machine yet: run python -m catdog data --fetch.")
        return replace(scan_folder("photos", root), note=photos_note(root))
    if source == "drawn":
        return scan_folder("drawn", _drawn_root(settings, progress))
    try:
        folder = Path(source).expanduser().absolute()
    except RuntimeError as error:  # ~somebody, and there is no such user
        raise DataError(f"There is no folder {source}: check its name.") from error
    catalog = scan_folder(str(folder), folder)
    user_dataset = find_user_dataset(settings, str(folder))
    return restrict_to_readable(catalog, user_dataset) if user_dataset else catalog


def _drawn_root(settings: Settings, progress: Progress) -> Path:
    """Return the folder of the drawn set; draw it on first use, in one process at a time."""
    root = settings.data / "drawn"
    if not root.is_dir():
        try:
            settings.data.mkdir(parents=True, exist_ok=True)
            with hold_lock(settings.data / "drawn.lock", progress, "waiting for another process that draws the images"):
                for leftover in settings.data.glob(".drawn-*"):  # of a killed process
                    shutil.rmtree(leftover)
                if not root.is_dir():
                    generate_dataset(root, progress=progress)
        except OSError as error:
            raise storage_error(error, "drawn images") from error
    return root
