"""Images that a user excludes from training: one list for each dataset. No image file is ever deleted."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from catdog.datasets.cache import Dataset
from catdog.datasets.catalog import Catalog, check_catalog
from catdog.datasets.storage import lock_list
from catdog.errors import DataError, UsageError
from catdog.settings import Settings
from catdog.utils.files import read_json, write_json
from catdog.utils.text import join_names

EXCLUDED = "excluded"  # in Catalog.splits, takes the place of an image's split


def list_excluded(settings: Settings, catalog: Catalog) -> tuple[str, ...]:
    """Return the sorted paths that are excluded from training on this data.

    Raises:
        DataError: If the list's file is damaged.
    """
    file = _file(settings, catalog)
    try:
        if not file.exists():
            return ()
        paths = (read_json(file) or {})["paths"]
        present = set(catalog.paths)
        return tuple(sorted({path for path in paths if isinstance(path, str) and path in present}))
    except (OSError, KeyError, TypeError) as error:
        raise DataError(
            f"The list of excluded images {file} is damaged: repair it, or delete it to exclude none."
        ) from error


def exclude_images(settings: Settings, catalog: Catalog, paths: Iterable[str]) -> tuple[str, ...]:
    """Exclude images from training from now on.

    Args:
        settings: Where the program keeps its data.
        catalog: The dataset.
        paths: Paths of the catalog.

    Returns:
        The sorted paths that are excluded now, those of earlier calls too.

    Raises:
        UsageError: If the catalog does not have a path.
        DataError: If a class would have no image left in a split, or the list cannot be written.
    """
    added = check_paths(catalog, paths)

    def add(excluded: set[str]) -> set[str]:
        mark_excluded(catalog, excluded | added)
        return excluded | added

    return _update_list(settings, catalog, add)


def include_images(settings: Settings, catalog: Catalog, paths: Iterable[str]) -> tuple[str, ...]:
    """Take excluded images back into training; the opposite of `exclude_images`, with the same errors.

    Returns:
        The sorted paths that stay excluded.
    """
    removed = check_paths(catalog, paths)
    return _update_list(settings, catalog, lambda excluded: excluded - removed)


def without_images(dataset: Dataset, paths: Iterable[str]) -> Dataset:
    """Return the dataset with some images in no split, so that none is trained, validated or tested on.

    Rows, pixels and fingerprint stay as they are; the note says how many images are excluded.

    Args:
        dataset: The dataset.
        paths: Paths to exclude; those that the catalog does not have are ignored.

    Raises:
        DataError: If a class has no image left in a split.
    """
    paths = set(paths)
    return replace(dataset, catalog=mark_excluded(dataset.catalog, paths)) if paths else dataset


def mark_excluded(catalog: Catalog, paths: Iterable[str]) -> Catalog:
    """Return the catalog with some images in no split; as `without_images`."""
    paths = set(paths)
    excluded = np.fromiter((path in paths for path in catalog.paths), bool, len(catalog))
    count = int(excluded.sum())
    note = f"{count:,} {'image is' if count == 1 else 'images are'} excluded from training." if count else ""
    marked = replace(
        catalog,
        splits=np.where(excluded, EXCLUDED, catalog.splits),
        note=" ".join(filter(None, (catalog.note, note))),
    )
    return check_catalog(marked, "images that are not excluded")


def check_paths(catalog: Catalog, paths: Iterable[str]) -> set[str]:
    """Return the paths without repetition; raise UsageError if the catalog does not have one of them."""
    unique = set(paths)
    missing = sorted(unique - set(catalog.paths))
    if missing:
        names = join_names([*missing[:3], *(["others"] if len(missing) > 3 else [])])
        raise UsageError(f"There is no image {names} in this data: give paths such as {catalog.paths[0]}.")
    return unique


def _update_list(settings: Settings, catalog: Catalog, update: Callable[[set[str]], set[str]]) -> tuple[str, ...]:
    file = _file(settings, catalog)
    with lock_list(file, "The list of excluded images"):
        paths = sorted(update(set(list_excluded(settings, catalog))))
        write_json(file, {"source": catalog.source, "paths": paths})
    return tuple(paths)


def _file(settings: Settings, catalog: Catalog) -> Path:
    return settings.data / f"excluded-{catalog.fingerprint}.json"
