"""The quality of a dataset: duplicates, leakage from training into evaluation, and images that are hard to see."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from catdog.datasets.cache import Dataset
from catdog.datasets.quality.duplicates import find_near_duplicates, grayscale_thumbnails
from catdog.datasets.splits import TRAINING
from catdog.datasets.statistics import ImageStatistics, compute_statistics
from catdog.utils.progress import Progress, silent

VERSION = 1  # raise it when the same images would get other findings, so that stored reports are not used
SMALL = 80  # shorter side in pixels: half of what the models see
DARK, BRIGHT = 40.0, 225.0  # mean luma, 0 (black) to 255 (white)
BLURRED = 60.0  # variance of the Laplacian; see _measure_pixels
BLOCK = 64  # images that are in memory at once
MOST = 2000  # findings of each kind that are kept; all are counted
FILE, PIXELS, NEAR = "file", "pixels", "near"
ODDITIES = ("small", "dark", "bright", "blurred")


@dataclass(frozen=True)
class DuplicatePair:
    """Two images that are the same or look alike. The attributes' names are also the report's JSON keys.

    Attributes:
        first: Path of one image; the training image, if the other is none.
        second: Path of the other.
        kind: FILE (same bytes), PIXELS (other bytes, same pixels at 160 × 160) or NEAR (near-duplicates).
        distance: Hamming distance of their perceptual hashes, 0 to 63 bits.
        likeness: Pearson correlation of their grayscale thumbnails, up to 1.
        mirrored: Whether one is the other's mirror image.
        leak: Whether exactly one of them is a training image.
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
        """The kind of finding: "leaks", "copies" or "alike"."""
        return "leaks" if self.leak else "alike" if self.kind == NEAR else "copies"


@dataclass(frozen=True)
class QualityReport:
    """The findings on a dataset. The attributes' names are also the report's JSON keys.

    Attributes:
        fingerprint: Of the catalog.
        pictures: Number of readable images.
        unreadable: (path, reason) of files that could not be read.
        pairs: Leaks first, then by kind and by falling likeness.
        odd: {"small", "dark", "bright", "blurred": (path, value), the worst first}; the value is the shorter side in
            pixels, the mean luma (0 to 255) or the sharpness.
        counts: Number of findings of each kind, also where only MOST of them are kept.
    """

    fingerprint: str
    pictures: int
    unreadable: tuple[tuple[str, str], ...]
    pairs: tuple[DuplicatePair, ...]
    odd: dict[str, tuple[tuple[str, float], ...]]
    counts: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values for a JSON file."""
        return {"version": VERSION, **asdict(self)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "QualityReport":
        """Build a report from the values of a JSON file.

        Raises:
            KeyError: If a value is missing.
            TypeError: If a value is of the wrong type.
            ValueError: If the values are of another version, or wrong otherwise.
        """
        if values["version"] != VERSION:
            raise ValueError("another version")
        return cls(
            fingerprint=str(values["fingerprint"]),
            pictures=int(values["pictures"]),
            unreadable=tuple((str(path), str(reason)) for path, reason in values["unreadable"]),
            pairs=tuple(DuplicatePair(**pair) for pair in values["pairs"]),
            odd={kind: tuple((str(path), float(value)) for path, value in values["odd"][kind]) for kind in ODDITIES},
            counts={str(kind): int(count) for kind, count in values["counts"].items()},
        )


def examine_images(dataset: Dataset, cache: Path, progress: Progress = silent) -> QualityReport:
    """Check all images of a dataset.

    Reads all files' headers and all decoded images once, and compares every image with every other: some seconds for
    3,000 images. The time of the comparison grows with the square of their number.

    Args:
        dataset: The dataset.
        cache: Folder where the images' statistics are cached.
        progress: Told how far the check is.
    """
    catalog = dataset.catalog
    statistics = compute_statistics(dataset, cache, progress)
    thumbnails, sharpness, digests = _measure_pixels(dataset, progress)
    in_training = catalog.splits == TRAINING
    groups = _group_by_digest(digests, in_training)
    pairs = _find_copies(dataset, groups, in_training)
    pairs += _find_similar(dataset, groups, thumbnails, in_training, progress)
    pairs.sort(key=lambda pair: (not pair.leak, (FILE, PIXELS, NEAR).index(pair.kind), -pair.likeness, pair.first))
    odd = _find_odd(catalog.paths, statistics, sharpness)
    counts = {group: sum(pair.group == group for pair in pairs) for group in ("leaks", "copies", "alike")}
    counts |= {kind: len(images) for kind, images in odd.items()} | {"unreadable": len(dataset.skipped)}
    return QualityReport(
        catalog.fingerprint,
        len(catalog),
        dataset.skipped[:MOST],
        tuple(pairs[:MOST]),
        {kind: images[:MOST] for kind, images in odd.items()},
        counts,
    )


def _measure_pixels(dataset: Dataset, progress: Progress) -> tuple[np.ndarray, np.ndarray, list[bytes]]:
    """Return grayscale thumbnails, uint8 (N, 32, 32), sharpness, float32 (N,), and digests of the pixels.

    Sharpness is the variance of the Laplacian, that is, how much neighbouring gray levels differ (Pech-Pacheco et
    al., "Diatom autofocusing in brightfield microscopy: a comparative study", ICPR 2000).
    """
    import cv2

    total = len(dataset.catalog)
    thumbnails, sharpness, digests = [], np.empty(total, np.float32), []
    for first in range(0, total, BLOCK):
        progress(first, total, "looking at the images")
        images = dataset.pixels[first : first + BLOCK]
        thumbnails.append(grayscale_thumbnails(images))
        for row, image in enumerate(images, start=first):
            gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
            sharpness[row] = cv2.Laplacian(gray, cv2.CV_32F).var()
            digests.append(hashlib.blake2b(image, digest_size=16).digest())
    return np.concatenate(thumbnails), sharpness, digests


def _group_by_digest(digests: list[bytes], in_training: np.ndarray) -> list[list[int]]:
    """Return the rows in groups of equal pixels, the training rows of a group first."""
    groups: dict[bytes, list[int]] = {}
    for row, digest in enumerate(digests):
        groups.setdefault(digest, []).append(row)
    return [sorted(rows, key=lambda row: not in_training[row]) for rows in groups.values()]


def _find_copies(dataset: Dataset, groups: list[list[int]], in_training: np.ndarray) -> list[DuplicatePair]:
    """Return each copy as a pair with the first image of its group."""
    catalog, pairs = dataset.catalog, []
    for first, *copies in groups:
        digest = _file_digest(catalog.root / catalog.paths[first]) if copies else b""
        for row in copies:
            kind = FILE if digest and digest == _file_digest(catalog.root / catalog.paths[row]) else PIXELS
            leak = bool(in_training[first] != in_training[row])
            pairs.append(DuplicatePair(catalog.paths[first], catalog.paths[row], kind, 0, 1.0, False, leak))
    return pairs


def _find_similar(
    dataset: Dataset, groups: list[list[int]], thumbnails: np.ndarray, in_training: np.ndarray, progress: Progress
) -> list[DuplicatePair]:
    """Return the near-duplicates among the groups; copies count once."""
    paths, pairs = dataset.catalog.paths, []
    similar = find_near_duplicates(thumbnails[[rows[0] for rows in groups]], progress)
    for group, other_group, distance, likeness, mirrored in zip(
        similar.first, similar.second, similar.distance, similar.likeness, similar.mirrored, strict=True
    ):
        first, second = _choose_rows(groups[group], groups[other_group], in_training)
        leak = bool(in_training[first] != in_training[second])
        first, second = (second, first) if leak and in_training[second] else (first, second)
        likeness = min(1.0, round(float(likeness), 4))
        pairs.append(DuplicatePair(paths[first], paths[second], NEAR, int(distance), likeness, bool(mirrored), leak))
    return pairs


def _choose_rows(group: list[int], other_group: list[int], in_training: np.ndarray) -> tuple[int, int]:
    """Return a row of each group, exactly one of them in training if there are such rows."""
    # a group's training rows come first, so its first and last row are enough
    ends = [(first, second) for first in (group[0], group[-1]) for second in (other_group[0], other_group[-1])]
    return next((pair for pair in ends if in_training[pair[0]] != in_training[pair[1]]), ends[0])


def _find_odd(
    paths: Sequence[str], statistics: ImageStatistics, sharpness: np.ndarray
) -> dict[str, tuple[tuple[str, float], ...]]:
    """Return the images that are hard to see, by the reason, the worst first."""
    shorter = np.minimum(statistics.widths, statistics.heights).astype(np.float32)
    brightness = statistics.brightness

    def worst(values: np.ndarray, selected: np.ndarray, order: np.ndarray) -> tuple[tuple[str, float], ...]:
        rows = np.flatnonzero(selected)
        rows = rows[np.argsort(order[rows], kind="stable")]
        return tuple((paths[row], round(float(values[row]), 1)) for row in rows)

    return {
        "small": worst(shorter, (shorter > 0) & (shorter < SMALL), shorter),
        "dark": worst(brightness, brightness < DARK, brightness),
        "bright": worst(brightness, brightness > BRIGHT, -brightness),
        "blurred": worst(sharpness, sharpness < BLURRED, sharpness),
    }


def _file_digest(path: Path) -> bytes:
    """Return the SHA-256 of a file's content, b"" if it can't be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return b""
