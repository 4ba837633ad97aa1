"""Pictures that a user wants left out of training: a list for each data set. No picture is ever deleted."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from filelock import FileLock

from catdog.datasets.cache import Dataset
from catdog.datasets.catalog import Catalog, check_catalog
from catdog.errors import DataError, UsageError
from catdog.settings import Settings
from catdog.utils.files import read_json, write_json
from catdog.utils.text import join_names

EXCLUDED = "excluded"  # takes the place of a picture's split


def list_excluded(settings: Settings, catalog: Catalog) -> tuple[str, ...]:
    """Return the paths, sorted, that are left out of trainings on this data; DataError where the list is damaged."""
    file = _file(settings, catalog)
    try:
        if not file.exists():
            return ()
        paths = (read_json(file) or {})["paths"]
        known = set(catalog.paths)
        return tuple(sorted({path for path in paths if isinstance(path, str) and path in known}))
    except (OSError, KeyError, TypeError) as error:
        raise DataError(
            f"The list of excluded pictures {file} is damaged: mend it, or delete it to exclude none."
        ) from error


def exclude_images(settings: Settings, catalog: Catalog, paths: Iterable[str]) -> tuple[str, ...]:
    """Leave these pictures out of trainings from now on, and return all that are.

    Raises UsageError for a path that the data set does not have, DataError where a class would have no picture left
    in a split or the list can't be written.
    """
    chosen = _known(catalog, paths)

    def add(before: set[str]) -> set[str]:
        _left_out(catalog, before | chosen)
        return before | chosen

    return _changed(settings, catalog, add)


def include_images(settings: Settings, catalog: Catalog, paths: Iterable[str]) -> tuple[str, ...]:
    """Take these pictures back into trainings, and return those that stay excluded; UsageError and DataError alike."""
    chosen = _known(catalog, paths)
    return _changed(settings, catalog, lambda before: before - chosen)


def without_images(dataset: Dataset, paths: Iterable[str]) -> Dataset:
    """Return the data set with these pictures in no split: neither trained on, nor validated or tested with.

    Rows, pixels and fingerprint stay as they are; the note says how many are excluded. Raises DataError where a class
    has no picture left in a split.
    """
    paths = set(paths)
    return replace(dataset, catalog=_left_out(dataset.catalog, paths)) if paths else dataset


def digest_paths(paths: Iterable[str]) -> str:
    """Return a short digest of a list of paths, "" of none, by which two lists are told apart."""
    names = sorted(paths)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16] if names else ""


def _left_out(catalog: Catalog, paths: set[str]) -> Catalog:
    rows = np.fromiter((path in paths for path in catalog.paths), bool, len(catalog))
    number = int(rows.sum())
    note = f"{number:,} {'picture is' if number == 1 else 'pictures are'} excluded from training." if number else ""
    left = replace(
        catalog,
        splits=np.where(rows, EXCLUDED, catalog.splits),
        note=" ".join(filter(None, (catalog.note, note))),
    )
    return check_catalog(left, "pictures that are not excluded")


def _known(catalog: Catalog, paths: Iterable[str]) -> set[str]:
    chosen = set(paths)
    strange = sorted(chosen - set(catalog.paths))
    if strange:
        some = join_names([*strange[:3], *(["others"] if len(strange) > 3 else [])])
        raise UsageError(f"There is no picture {some} in this data: give paths such as {catalog.paths[0]}.")
    return chosen


def _changed(settings: Settings, catalog: Catalog, change: Callable[[set[str]], set[str]]) -> tuple[str, ...]:
    file = _file(settings, catalog)
    with _writing(file):
        paths = sorted(change(set(list_excluded(settings, catalog))))
        write_json(file, {"source": catalog.source, "paths": paths})
    return tuple(paths)


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    """Let one process at a time change the list; raise DataError where it can't be written."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(file.with_suffix(".lock")):
            yield
    except OSError as error:
        raise DataError(
            f"The list of excluded pictures could not be written ({error.strerror or error}): free some disk space, or "
            f"check the permissions of {file.parent}."
        ) from error


def _file(settings: Settings, catalog: Catalog) -> Path:
    return settings.data / f"excluded-{catalog.fingerprint}.json"
