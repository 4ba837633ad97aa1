"""Facts of every picture that its file or its pixels tell, gathered once for a data set and kept."""

import hashlib
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from catdog.datasets.cache import DECODER_VERSION, Dataset, ImageReader
from catdog.datasets.catalog import Catalog
from catdog.datasets.splits import SPLITS
from catdog.images.decode import SIZE
from catdog.images.size import read_size
from catdog.utils.files import whole_file
from catdog.utils.progress import Progress, silent

FILES = 1024  # files whose headers are asked for at once
BLOCK = 64  # pictures that are in memory as float32 at once, 20 MB
LUMA = (0.299, 0.587, 0.114)  # how bright red, green and blue look (ITU-R BT.601)


@dataclass(frozen=True, eq=False)
class ImageStatistics:
    """What is known of each picture of a catalog, in its order, and of each class and split.

    widths, heights: int32 (N,), the picture's own pixels, upright; 0 where its file is gone. bytes: int64 (N,), of its
    file. brightness: float32 (N,), the mean of its pixels, 0 (black) to 255 (white).
    means: uint8 (3, 2, 160, 160, 3), the mean picture of each split (in the order of SPLITS) and label.
    """

    widths: np.ndarray
    heights: np.ndarray
    bytes: np.ndarray
    brightness: np.ndarray
    means: np.ndarray

    @property
    def longer(self) -> np.ndarray:
        """The longer side of each picture in pixels, int32 (N,)."""
        return np.maximum(self.widths, self.heights)

    @property
    def pixels(self) -> np.ndarray:
        """How many pixels each picture has, int64 (N,)."""
        return self.widths.astype(np.int64) * self.heights


def compute_statistics(dataset: Dataset, cache: Path, progress: Progress = silent) -> ImageStatistics:
    """Return the facts of a data set: gathered the first time, behind `progress`, and read from `cache` later.

    The file in `cache` is named by the data's fingerprint. Where it can't be written, the facts are gathered again
    the next time.
    """
    file = cache / f"{dataset.catalog.fingerprint}-facts-{DECODER_VERSION}.npz"
    known = _stored(file, dataset.catalog)
    if known is None:
        known = _gathered(dataset, progress)
        arrays = {field.name: getattr(known, field.name) for field in fields(ImageStatistics)}
        with suppress(OSError), whole_file(file) as temporary:
            np.savez(temporary, names=_names(dataset.catalog), **arrays)
    return known


def _stored(file: Path, catalog: Catalog) -> ImageStatistics | None:
    """Return the facts in the file; None where it is missing, damaged, or of other pictures of the same folder."""
    try:
        with np.load(file) as stored:
            if not np.array_equal(stored["names"], _names(catalog)):
                return None
            return ImageStatistics(**{field.name: stored[field.name] for field in fields(ImageStatistics)})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _names(catalog: Catalog) -> np.ndarray:
    """Return a digest of which pictures there are and in which order, uint8 (32,)."""
    return np.frombuffer(hashlib.sha256("\n".join(catalog.paths).encode()).digest(), np.uint8)


def _gathered(dataset: Dataset, progress: Progress) -> ImageStatistics:
    catalog = dataset.catalog
    of_files = np.array(list(_of_files(catalog, progress)), np.int64).reshape(-1, 3)
    brightness, means = _of_pixels(dataset, progress)
    return ImageStatistics(
        of_files[:, 0].astype(np.int32), of_files[:, 1].astype(np.int32), of_files[:, 2], brightness, means
    )


def _of_files(catalog: Catalog, progress: Progress) -> Iterator[tuple[int, int, int]]:
    """Yield width, height and bytes of each picture; zeros where its file is gone."""

    def look(path: str) -> tuple[int, int, int]:
        whole = catalog.root / path
        try:
            return *(read_size(whole) or (0, 0)), whole.stat().st_size
        except OSError:
            return 0, 0, 0

    with ThreadPoolExecutor() as threads:
        for first in range(0, len(catalog), FILES):
            progress(first, 2 * len(catalog), "measuring the pictures")
            yield from threads.map(look, catalog.paths[first : first + FILES])


def _of_pixels(dataset: Dataset, progress: Progress) -> tuple[np.ndarray, np.ndarray]:
    """Return the brightness of each picture and the mean pictures."""
    catalog, total = dataset.catalog, len(dataset.catalog)
    groups = np.array([(catalog.splits == split) & (catalog.labels == label) for split in SPLITS for label in (0, 1)])
    weights = np.tile(np.array(LUMA, np.float32) / SIZE**2, SIZE**2)
    brightness = np.empty(total, np.float32)
    sums = np.zeros((len(groups), SIZE * SIZE * 3))
    reader = ImageReader(dataset.pixels)
    for first in range(0, total, BLOCK):
        progress(total + first, 2 * total, "measuring the pictures")
        block = reader(slice(first, first + BLOCK)).reshape(-1, SIZE * SIZE * 3).astype(np.float32)
        brightness[first : first + BLOCK] = block @ weights
        sums += groups[:, first : first + BLOCK].astype(np.float32) @ block
    progress(2 * total, 2 * total, "measuring the pictures")
    means = np.rint(sums / np.maximum(1, groups.sum(axis=1))[:, None]).astype(np.uint8)
    return brightness, means.reshape(len(SPLITS), 2, SIZE, SIZE, 3)
