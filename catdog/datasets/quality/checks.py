"""The health of a data set: copies, pictures that leak from training into the judging, and pictures hard to see."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from catdog.datasets.cache import Dataset, ImageReader
from catdog.datasets.quality.duplicates import find_near_duplicates, grayscale_thumbnails
from catdog.datasets.splits import TRAINING
from catdog.datasets.statistics import ImageStatistics, compute_statistics
from catdog.utils.progress import Progress, silent

VERSION = 1  # to be raised when the same pictures would get other findings, so that stored ones are not used
SMALL = 80  # pixels of the shorter side: half of what the models see
DARK, BRIGHT = 40.0, 225.0  # mean brightness, 0 (black) to 255 (white)
BLURRED = 60.0  # sharpness: variance of the Laplacian, which is how much neighbouring grey levels differ
BLOCK = 64  # pictures that are in memory at once
MOST = 2000  # findings of each kind that are kept; all are counted
FILE, PIXELS, NEAR = "file", "pixels", "near"
ODDITIES = ("small", "dark", "bright", "blurred")


@dataclass(frozen=True)
class DuplicatePair:
    """Two pictures that are the same or look so.

    first, second: paths; kind: FILE (the same bytes), PIXELS (other bytes, same pixels) or NEAR; distance: bits in
    which their marks differ, 0 to 63; likeness: correlation, up to 1; mirrored: whether one is the other's mirror
    image; leak: whether one of them trains and the other does not.
    """

    first: str
    second: str
    kind: str
    distance: int
    likeness: float
    mirrored: bool
    leak: bool

    @property
    def group(self) -> str:
        """Which kind of finding it is: "leaks", "copies" or "alike"."""
        return "leaks" if self.leak else "alike" if self.kind == NEAR else "copies"


@dataclass(frozen=True)
class QualityReport:
    """What was found.

    fingerprint, pictures: which data, and of how many readable pictures; unreadable: (path, reason); pairs: leaks
    first, then the likeliest; odd: {"small", "dark", "bright", "blurred": (path, value), the worst first}, where the
    value is the shorter side in pixels, the mean brightness or the sharpness; counts: how many of each kind, also
    where there are more than MOST.
    """

    fingerprint: str
    pictures: int
    unreadable: tuple[tuple[str, str], ...]
    pairs: tuple[DuplicatePair, ...]
    odd: dict[str, tuple[tuple[str, float], ...]]
    counts: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values for a JSON file."""
        return {"version": VERSION, **asdict(self)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "QualityReport":
        """Build it from such values; raise KeyError, TypeError or ValueError where they are none of this version."""
        if values["version"] != VERSION:
            raise ValueError("another version")
        return cls(
            fingerprint=str(values["fingerprint"]),
            pictures=int(values["pictures"]),
            unreadable=tuple((str(path), str(reason)) for path, reason in values["unreadable"]),
            pairs=tuple(DuplicatePair(**pair) for pair in values["pairs"]),
            odd={kind: tuple((str(path), float(value)) for path, value in values["odd"][kind]) for kind in ODDITIES},
            counts={str(kind): int(number) for kind, number in values["counts"].items()},
        )


def examine_images(dataset: Dataset, cache: Path, progress: Progress = silent) -> QualityReport:
    """Look through all pictures of a data set; `cache` is where their facts are kept.

    It reads all files' heads and all decoded pictures once, and compares every picture with every other: of 3,000
    pictures in some seconds. The comparing grows with the square of their number.
    """
    catalog = dataset.catalog
    facts = compute_statistics(dataset, cache, progress)
    greys, sharpness, digests = _seen(dataset, progress)
    in_training = catalog.splits == TRAINING
    groups = _groups(digests, in_training)
    pairs = _copies(dataset, groups, in_training) + _near(dataset, groups, greys, in_training, progress)
    pairs.sort(key=lambda pair: (not pair.leak, (FILE, PIXELS, NEAR).index(pair.kind), -pair.likeness, pair.first))
    odd = _odd(catalog.paths, facts, sharpness)
    counts = {group: sum(pair.group == group for pair in pairs) for group in ("leaks", "copies", "alike")}
    counts |= {kind: len(found) for kind, found in odd.items()} | {"unreadable": len(dataset.skipped)}
    return QualityReport(
        catalog.fingerprint,
        len(catalog),
        dataset.skipped[:MOST],
        tuple(pairs[:MOST]),
        {kind: found[:MOST] for kind, found in odd.items()},
        counts,
    )


def _seen(dataset: Dataset, progress: Progress) -> tuple[np.ndarray, np.ndarray, list[bytes]]:
    """Return of each picture the small grey one, uint8 (N, 32, 32), its sharpness, float32 (N,), and a digest."""
    import cv2

    total, read = len(dataset.catalog), ImageReader(dataset.pixels)
    greys, sharpness, digests = [], np.empty(total, np.float32), []
    for first in range(0, total, BLOCK):
        progress(first, total, "looking at the pictures")
        pictures = read(slice(first, first + BLOCK))
        greys.append(grayscale_thumbnails(pictures))
        for number, picture in enumerate(pictures, start=first):
            grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
            sharpness[number] = cv2.Laplacian(grey, cv2.CV_32F).var()
            digests.append(hashlib.blake2b(picture, digest_size=16).digest())
    return np.concatenate(greys), sharpness, digests


def _groups(digests: list[bytes], in_training: np.ndarray) -> list[list[int]]:
    """Return the rows by their pixels: one group for each picture that there is, its training rows first."""
    groups: dict[bytes, list[int]] = {}
    for row, digest in enumerate(digests):
        groups.setdefault(digest, []).append(row)
    return [sorted(rows, key=lambda row: not in_training[row]) for rows in groups.values()]


def _copies(dataset: Dataset, groups: list[list[int]], in_training: np.ndarray) -> list[DuplicatePair]:
    """Return each copy as a pair with the first picture of its group."""
    catalog, pairs = dataset.catalog, []
    for first, *others in groups:
        own = _digest(catalog.root / catalog.paths[first]) if others else b""
        for row in others:
            kind = FILE if own and own == _digest(catalog.root / catalog.paths[row]) else PIXELS
            leak = bool(in_training[first] != in_training[row])
            pairs.append(DuplicatePair(catalog.paths[first], catalog.paths[row], kind, 0, 1.0, False, leak))
    return pairs


def _near(
    dataset: Dataset, groups: list[list[int]], greys: np.ndarray, in_training: np.ndarray, progress: Progress
) -> list[DuplicatePair]:
    """Return the pairs that look alike, copies counted once."""
    paths, pairs = dataset.catalog.paths, []
    found = find_near_duplicates(greys[[rows[0] for rows in groups]], progress)
    for one, other, distance, likeness, mirrored in zip(
        found.first, found.second, found.distance, found.likeness, found.mirrored, strict=True
    ):
        first, second = _telling(groups[one], groups[other], in_training)
        leak = bool(in_training[first] != in_training[second])
        first, second = (second, first) if leak and in_training[second] else (first, second)
        likeness = min(1.0, round(float(likeness), 4))
        pairs.append(DuplicatePair(paths[first], paths[second], NEAR, int(distance), likeness, bool(mirrored), leak))
    return pairs


def _telling(one: list[int], other: list[int], in_training: np.ndarray) -> tuple[int, int]:
    """Return a row of each group, so that one trains and the other does not if that can be."""
    # a group's training rows come first, so its ends tell all
    ends = [(first, second) for first in (one[0], one[-1]) for second in (other[0], other[-1])]
    return next((pair for pair in ends if in_training[pair[0]] != in_training[pair[1]]), ends[0])


def _odd(
    paths: Sequence[str], facts: ImageStatistics, sharpness: np.ndarray
) -> dict[str, tuple[tuple[str, float], ...]]:
    """Return the pictures that are hard to see, by why, the worst first."""
    shorter = np.minimum(facts.widths, facts.heights).astype(np.float32)

    def worst(values: np.ndarray, wanted: np.ndarray, order: np.ndarray) -> tuple[tuple[str, float], ...]:
        rows = np.flatnonzero(wanted)
        rows = rows[np.argsort(order[rows], kind="stable")]
        return tuple((paths[row], round(float(values[row]), 1)) for row in rows)

    return {
        "small": worst(shorter, (shorter > 0) & (shorter < SMALL), shorter),
        "dark": worst(facts.brightness, facts.brightness < DARK, facts.brightness),
        "bright": worst(facts.brightness, facts.brightness > BRIGHT, -facts.brightness),
        "blurred": worst(sharpness, sharpness < BLURRED, sharpness),
    }


def _digest(path: Path) -> bytes:
    """Return what tells the content of a file, b"" where it can't be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return b""
