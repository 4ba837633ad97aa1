"""Which pictures of a catalog somebody wants to see, and in which order."""

import re
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from catdog.datasets.catalog import Catalog
from catdog.datasets.statistics import ImageStatistics
from catdog.images.decode import MAX_SIDE

RANDOM, NAME = "random", "name"
ORDERS = (RANDOM, NAME, "smallest", "largest", "darkest", "brightest")
#: Shortest and longest that the longer side may be, in pixels, both included.
SIZES = MappingProxyType({"small": (1, 300), "medium": (301, 450), "large": (451, MAX_SIDE)})


@dataclass(frozen=True)
class Selection:
    """Pictures that are wanted.

    label, split: of that class or split only, None for all. sides: how long the longer side may be in pixels, from
    and to, both included; None for any. order: one of ORDERS. sample: the number that random pictures are drawn by.
    """

    label: int | None = None
    split: str | None = None
    sides: tuple[int, int] | None = None
    order: str = RANDOM
    sample: int = 0

    def __post_init__(self) -> None:
        if self.order not in ORDERS:
            raise ValueError(f"order must be one of {ORDERS}, not {self.order!r}")

    @property
    def needs_statistics(self) -> bool:
        """Whether what is wanted depends on more than the catalog tells."""
        return self.sides is not None or self.order not in (RANDOM, NAME)


def select_rows(catalog: Catalog, selection: Selection, facts: ImageStatistics | None = None) -> np.ndarray:
    """Return all rows that are wanted, int64, in the order that is wanted; in the catalog's order for a random one.

    facts: of this catalog; without them a selection that needs facts raises ValueError.
    """
    rows = catalog.indices(selection.split, selection.label)
    if not selection.needs_statistics:
        return _by_name(catalog, rows) if selection.order == NAME else rows
    if facts is None:
        raise ValueError(f"{selection} needs facts")
    if selection.sides is not None:
        longer = facts.longer[rows]
        rows = rows[(longer >= selection.sides[0]) & (longer <= selection.sides[1])]
    if selection.order == NAME:
        return _by_name(catalog, rows)
    keys = {"smallest": facts.pixels, "largest": -facts.pixels, "darkest": facts.brightness}
    keys["brightest"] = -facts.brightness
    return rows if selection.order == RANDOM else rows[np.argsort(keys[selection.order][rows], kind="stable")]


def sample_grid(catalog: Catalog, rows: np.ndarray, selection: Selection, lines: int, columns: int) -> list[np.ndarray]:
    """Draw a grid of `lines` × `columns` pictures from `rows` by the selection's number.

    Returns two arrays of rows where both classes are wanted, first those of class 0, which fill the upper half of the
    lines (and the middle one), then those of class 1; else one. An array is shorter where there are too few.
    """
    rng = np.random.default_rng(selection.sample)
    if selection.label is not None:
        return [_pick(rng, rows, lines * columns)]
    labels = catalog.labels[rows]
    upper = (lines + 1) // 2
    return [_pick(rng, rows[labels == label], number * columns) for label, number in ((0, upper), (1, lines - upper))]


def _pick(rng: np.random.Generator, among: np.ndarray, number: int) -> np.ndarray:
    return rng.choice(among, size=min(number, len(among)), replace=False)


def _by_name(catalog: Catalog, rows: np.ndarray) -> np.ndarray:
    """Order rows by file name, numbers in it by their value: cat.2 stands before cat.10."""

    def key(row: int) -> tuple[list[tuple[int, str]], str]:
        name = catalog.paths[row].rsplit("/", 1)[-1].lower()
        parts = re.split(r"([0-9]+)", name)
        # at most the last 18 digits count, since some files are called by hundreds of them
        whole = [part.isascii() and part.isdigit() for part in parts]
        order = [(int(part[-18:]), "") if number else (-1, part) for part, number in zip(parts, whole, strict=True)]
        return order, catalog.paths[row]

    return np.array(sorted(rows.tolist(), key=key), dtype=np.int64)
