"""Select images of a catalog by class, split and size, in an order."""

import re
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from catdog.datasets.catalog import Catalog
from catdog.datasets.statistics import ImageStatistics
from catdog.images.decode import MAX_SIDE

RANDOM, NAME = "random", "name"
ORDERS = (RANDOM, NAME, "smallest", "largest", "darkest", "brightest")
#: {name: (from, to)}: range of the longer side in pixels, both ends included.
SIZES = MappingProxyType({"small": (1, 300), "medium": (301, 450), "large": (451, MAX_SIDE)})


@dataclass(frozen=True)
class Selection:
    """Which images to show, and in which order.

    Attributes:
        label: Class 0 or 1 only; None for both.
        split: One of SPLITS only; None for all.
        sides: Range of the longer side in pixels, both ends included; None for any.
        order: One of ORDERS.
        sample: Seed of a random order.
    """

    label: int | None = None
    split: str | None = None
    sides: tuple[int, int] | None = None
    order: str = RANDOM
    sample: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for an order that is not one of ORDERS."""
        if self.order not in ORDERS:
            raise ValueError(f"order must be one of {ORDERS}, not {self.order!r}")

    @property
    def needs_statistics(self) -> bool:
        """Whether the selection depends on sizes or brightness, which the catalog doesn't have."""
        return self.sides is not None or self.order not in (RANDOM, NAME)


def select_rows(catalog: Catalog, selection: Selection, statistics: ImageStatistics | None = None) -> np.ndarray:
    """Return the catalog's rows that match a selection.

    Args:
        catalog: The dataset.
        selection: What to select.
        statistics: Of the catalog's images.

    Returns:
        Rows, int64, in the selection's order; in the catalog's order where that is random.

    Raises:
        ValueError: If the selection needs statistics and there are none.
    """
    rows = catalog.indices(selection.split, selection.label)
    if not selection.needs_statistics:
        return _sort_by_name(catalog, rows) if selection.order == NAME else rows
    if statistics is None:
        raise ValueError(f"{selection} needs statistics")
    if selection.sides is not None:
        longer = statistics.longer[rows]
        rows = rows[(longer >= selection.sides[0]) & (longer <= selection.sides[1])]
    if selection.order == NAME:
        return _sort_by_name(catalog, rows)
    keys = {"smallest": statistics.pixels, "largest": -statistics.pixels, "darkest": statistics.brightness}
    keys["brightest"] = -statistics.brightness
    return rows if selection.order == RANDOM else rows[np.argsort(keys[selection.order][rows], kind="stable")]


def sample_grid(catalog: Catalog, rows: np.ndarray, selection: Selection, lines: int, columns: int) -> list[np.ndarray]:
    """Sample images for a grid, with the selection's seed.

    Args:
        catalog: The dataset.
        rows: Rows to sample from, without replacement.
        selection: Its label and its seed are used.
        lines: Height of the grid, in images.
        columns: Width of the grid, in images.

    Returns:
        One array of rows if the selection has a label. Otherwise two: rows of class 0, which fill the upper half of
        the lines (and the middle one), then rows of class 1. An array is shorter where a class has too few images.
    """
    rng = np.random.default_rng(selection.sample)
    if selection.label is not None:
        return [_sample(rng, rows, lines * columns)]
    labels = catalog.labels[rows]
    upper = (lines + 1) // 2
    return [_sample(rng, rows[labels == label], count * columns) for label, count in ((0, upper), (1, lines - upper))]


def _sample(rng: np.random.Generator, rows: np.ndarray, count: int) -> np.ndarray:
    return rng.choice(rows, size=min(count, len(rows)), replace=False)


def _sort_by_name(catalog: Catalog, rows: np.ndarray) -> np.ndarray:
    """Sort rows by file name, numbers in it by their value: cat.2 comes before cat.10."""

    def key(row: int) -> tuple[list[tuple[int, str]], str]:
        name = catalog.paths[row].rsplit("/", 1)[-1].lower()
        parts = re.split(r"([0-9]+)", name)
        # at most the last 18 digits count, since some file names have hundreds of them
        digits = [part.isascii() and part.isdigit() for part in parts]
        order = [(int(part[-18:]), "") if is_int else (-1, part) for part, is_int in zip(parts, digits, strict=True)]
        return order, catalog.paths[row]

    return np.array(sorted(rows.tolist(), key=key), dtype=np.int64)
