"""The labels of a catalog, as its files say them or as people have corrected them."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from catdog.datasets.cache import Dataset
from catdog.datasets.catalog import Catalog


def with_labels(catalog: Catalog, corrected: Iterable[str]) -> Catalog:
    """Return the catalog with exactly these images labelled other than their files say, all others as these do.

    Rows, splits and fingerprint stay as they are; the note says how many labels are corrected.

    Args:
        catalog: The dataset, with any labels corrected.
        corrected: Paths; those that the catalog does not have are ignored.
    """
    paths = set(corrected)
    if paths == set(catalog.corrected):
        return catalog
    differs = paths.symmetric_difference(catalog.corrected)
    flipped = np.fromiter((path in differs for path in catalog.paths), bool, len(catalog))
    now = tuple(path for path in catalog.paths if path in paths)
    before = _describe_count(len(catalog.corrected))
    note = " ".join(catalog.note.replace(before, "").split()) if before else catalog.note
    return replace(
        catalog,
        labels=np.where(flipped, 1 - catalog.labels, catalog.labels),
        corrected=tuple(sorted(now)),
        note=" ".join(filter(None, (note, _describe_count(len(now))))),
    )


def with_corrections(dataset: Dataset, corrected: Iterable[str]) -> Dataset:
    """Return the dataset with labels as `with_labels` makes them; the same one where nothing changes."""
    catalog = with_labels(dataset.catalog, corrected)
    return dataset if catalog is dataset.catalog else replace(dataset, catalog=catalog)


def _describe_count(count: int) -> str:
    return f"{count:,} {'label is' if count == 1 else 'labels are'} corrected by hand." if count else ""
