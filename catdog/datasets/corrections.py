"""Labels that people have corrected: one list for each dataset. No image file is ever moved.

The list belongs to the content of the files, as that of the excluded images does. When files come or go, what was
decided about those that are still the same goes on to the new content; the rest is kept for the day they come back.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from catdog.datasets.catalog import Catalog, check_catalog
from catdog.datasets.correction_list import WHAT, Correction, Corrections, read_corrections, write_corrections
from catdog.datasets.exclusions import check_paths, list_excluded, mark_excluded
from catdog.datasets.labels import with_labels
from catdog.datasets.storage import lock_list
from catdog.errors import UsageError
from catdog.settings import Settings
from catdog.utils.files import digest_file, read_json


def list_corrections(settings: Settings, catalog: Catalog) -> Corrections:
    """Return what was decided about the labels of this data.

    Raises:
        DataError: If the list's file is damaged.
    """
    return read_corrections(_file(settings, catalog))


def correct_labels(settings: Settings, catalog: Catalog) -> Catalog:
    """Return the catalog with the labels as they are corrected today.

    Where files have come or gone since the last correction, the list goes on with those that are still the same.

    Raises:
        DataError: If the list's file is damaged.
    """
    _carry_over(settings, catalog)
    return with_labels(catalog, list_corrections(settings, catalog).changed)


def relabel_images(settings: Settings, catalog: Catalog, labels: Mapping[str, str], by: str = "") -> Corrections:
    """Give images another label, or note that theirs is right, from now on.

    Args:
        settings: Where the program keeps its data.
        catalog: The dataset with the labels that the person has seen.
        labels: {path: class name}; the class may be the one that the image has.
        by: As in Correction.

    Returns:
        All that is decided now.

    Raises:
        UsageError: If the catalog does not have a path or class, or somebody has changed a label meanwhile.
        DataError: If a class would have no image left in a split, or the list cannot be written.
    """
    check_paths(catalog, labels)
    for name in labels.values():
        if name not in catalog.classes:
            raise UsageError(f"There is no class {name!r} in this data: choose {' or '.join(catalog.classes)}.")

    def update(entries: dict[str, Correction]) -> None:
        rows = _check_seen(catalog, labels, entries)
        original = with_labels(catalog, ()).labels
        for path, row in rows.items():
            old, new = catalog.classes[original[row]], labels[path]
            digest = entries[path].digest if path in entries else _digest(catalog, path)
            entries[path] = Correction(path, old, new, digest, by, time.time())
        corrected = check_catalog(_apply(catalog, entries), "images with that label")
        mark_excluded(corrected, list_excluded(settings, catalog))

    return _update_list(settings, catalog, update)


def restore_labels(settings: Settings, catalog: Catalog, paths: Iterable[str]) -> Corrections:
    """Forget what was decided about images: their labels are those of their files again; errors as `relabel_images`.

    Returns:
        All that is decided now.
    """
    removed = check_paths(catalog, paths)

    def update(entries: dict[str, Correction]) -> None:
        for path in _check_seen(catalog, removed, entries):
            entries.pop(path, None)
        check_catalog(_apply(catalog, entries), "images with that label")

    return _update_list(settings, catalog, update)


def _digest(catalog: Catalog, path: str) -> str:
    """Return the digest of an image's content, "" where its file is gone."""
    try:
        return digest_file(catalog.root / path)[:16]
    except OSError:
        return ""


def _describe_conflict(path: str, label: str, entry: Correction | None) -> str:
    who = f" by {entry.by}" if entry and entry.by else ""
    return f"{path} was labelled {label}{who} meanwhile, so nothing was changed: look at it again."


def _apply(catalog: Catalog, entries: Mapping[str, Correction]) -> Catalog:
    return with_labels(catalog, (path for path, entry in entries.items() if entry.changes))


def _check_seen(catalog: Catalog, paths: Iterable[str], entries: Mapping[str, Correction]) -> dict[str, int]:
    """Return {path: row}; raise UsageError where a label is no longer the one that the catalog has."""
    paths, today = set(paths), _apply(catalog, entries).labels
    rows = {path: row for row, path in enumerate(catalog.paths) if path in paths}
    for path, row in rows.items():
        if today[row] != catalog.labels[row]:
            raise UsageError(_describe_conflict(path, catalog.classes[today[row]], entries.get(path)))
    return rows


def _carry_over(settings: Settings, catalog: Catalog) -> None:
    """Begin the list of this content with the latest of the same source, where that is of another content."""
    own = _file(settings, catalog)
    read_corrections(own)  # a damaged one must not be replaced
    if _find_latest(settings, catalog) == own:
        return
    with lock_list(own, WHAT):
        latest = _find_latest(settings, catalog)
        if latest == own:
            return
        earlier = read_corrections(latest)
        entries = (*earlier.present, *earlier.absent)
        rows = {path: row for row, path in enumerate(catalog.paths)}
        names = [catalog.classes[label] for label in with_labels(catalog, ()).labels]
        present = {
            entry.path: entry
            for entry in entries
            if entry.path in rows
            and names[rows[entry.path]] == entry.old
            and entry.new in catalog.classes
            and _digest(catalog, entry.path) == entry.digest
        }
        absent = [entry for entry in entries if present.get(entry.path) is not entry]
        write_corrections(own, catalog.source, present, absent)


def _find_latest(settings: Settings, catalog: Catalog) -> Path:
    """Return the file of the list that was changed last of this content's and this source's."""
    own, times = _file(settings, catalog), {}
    for file in settings.data.glob("corrections-*.json"):
        values = read_json(file) or {}
        changed = values.get("changed")
        if isinstance(changed, int | float) and (file == own or catalog.source in (values.get("sources") or ())):
            times[file] = changed
    return max(times, key=times.get, default=own)


def _update_list(settings: Settings, catalog: Catalog, update: Callable[[dict[str, Correction]], None]) -> Corrections:
    file = _file(settings, catalog)
    with lock_list(file, WHAT):
        before = list_corrections(settings, catalog)
        entries = {entry.path: entry for entry in before.present}
        update(entries)
        return write_corrections(file, catalog.source, entries, before.absent)


def _file(settings: Settings, catalog: Catalog) -> Path:
    return settings.data / f"corrections-{catalog.fingerprint}.json"
