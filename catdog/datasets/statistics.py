"""Size and brightness of every image and the mean images of a dataset, computed once and cached."""

import hashlib
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from catdog.datasets.cache import DECODER_VERSION, Dataset
from catdog.datasets.catalog import Catalog
from catdog.datasets.labels import with_labels
from catdog.datasets.splits import SPLITS
from catdog.images.decode import SIZE
from catdog.images.size import read_size
from catdog.utils.files import whole_file
from catdog.utils.progress import Progress, silent

FILES = 1024  # files whose headers are read between two progress reports
BLOCK = 64  # images that are in memory as float32 at once, 20 MB
LUMA = (0.299, 0.587, 0.114)  # luma coefficients of red, green and blue, ITU-R BT.601


@dataclass(frozen=True, eq=False)
class ImageStatistics:
    """Statistics of each image of a catalog, in its order, and of each split and class.

    The attributes' names are also the names of the arrays in the cache file.

    Attributes:
        widths: int32 (N,), original width in pixels, Exif orientation applied; 0 where the file is gone.
        heights: int32 (N,), original height, likewise.
        bytes: int64 (N,), size of the file.
        brightness: float32 (N,), mean luma of the decoded image (ITU-R BT.601), 0 (black) to 255 (white).
        means: uint8 (3, 2, 160, 160, 3), the mean image of each split (in the order of SPLITS) and label. The labels
            are those of the files: a mean of hundreds shows nothing of the few that people have corrected.
    """

    widths: np.ndarray
    heights: np.ndarray
    bytes: np.ndarray
    brightness: np.ndarray
    means: np.ndarray

    @property
    def longer(self) -> np.ndarray:
        """Longer side of each image in pixels, int32 (N,)."""
        return np.maximum(self.widths, self.heights)

    @property
    def pixels(self) -> np.ndarray:
        """Number of pixels of each image, int64 (N,)."""
        return self.widths.astype(np.int64) * self.heights


def compute_statistics(dataset: Dataset, cache: Path, progress: Progress = silent) -> ImageStatistics:
    """Return the statistics of a dataset: computed the first time, read from the cache later.

    Where the cache can't be written, they are computed again the next time.

    Args:
        dataset: The dataset.
        cache: Folder of the cached file, which is named by the dataset's fingerprint.
        progress: Told how far the computing is.
    """
    file = cache / f"{dataset.catalog.fingerprint}-facts-{DECODER_VERSION}.npz"
    statistics = _read_cached(file, dataset.catalog)
    if statistics is None:
        statistics = _compute(dataset, progress)
        arrays = {field.name: getattr(statistics, field.name) for field in fields(ImageStatistics)}
        with suppress(OSError), whole_file(file) as temporary:
            np.savez(temporary, names=_digest_names(dataset.catalog), **arrays)
    return statistics


def _read_cached(file: Path, catalog: Catalog) -> ImageStatistics | None:
    """Return the cached statistics; None if the file is missing, damaged, or of other images of the same folder."""
    try:
        with np.load(file) as arrays:
            if not np.array_equal(arrays["names"], _digest_names(catalog)):
                return None
            return ImageStatistics(**{field.name: arrays[field.name] for field in fields(ImageStatistics)})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _digest_names(catalog: Catalog) -> np.ndarray:
    """Return a SHA-256 of the paths in their order, uint8 (32,)."""
    return np.frombuffer(hashlib.sha256("\n".join(catalog.paths).encode()).digest(), np.uint8)


def _compute(dataset: Dataset, progress: Progress) -> ImageStatistics:
    sizes = np.array(list(_measure_files(dataset.catalog, progress)), np.int64).reshape(-1, 3)
    widths, heights = sizes[:, 0].astype(np.int32), sizes[:, 1].astype(np.int32)
    return ImageStatistics(widths, heights, sizes[:, 2], *_measure_pixels(dataset, progress))


def _measure_files(catalog: Catalog, progress: Progress) -> Iterator[tuple[int, int, int]]:
    """Yield width, height and file size of each image; zeros where its file is gone."""

    def measure(path: str) -> tuple[int, int, int]:
        file = catalog.root / path
        try:
            return *(read_size(file) or (0, 0)), file.stat().st_size
        except OSError:
            return 0, 0, 0

    with ThreadPoolExecutor() as threads:
        for first in range(0, len(catalog), FILES):
            progress(first, 2 * len(catalog), "measuring the images")
            yield from threads.map(measure, catalog.paths[first : first + FILES])


def _measure_pixels(dataset: Dataset, progress: Progress) -> tuple[np.ndarray, np.ndarray]:
    """Return brightness and means, as in ImageStatistics."""
    catalog, total = with_labels(dataset.catalog, ()), len(dataset.catalog)
    groups = np.array([(catalog.splits == split) & (catalog.labels == label) for split in SPLITS for label in (0, 1)])
    weights = np.tile(np.array(LUMA, np.float32) / SIZE**2, SIZE**2)
    brightness = np.empty(total, np.float32)
    sums = np.zeros((len(groups), SIZE * SIZE * 3))
    for first in range(0, total, BLOCK):
        progress(total + first, 2 * total, "measuring the images")
        block = dataset.pixels[first : first + BLOCK].reshape(-1, SIZE * SIZE * 3).astype(np.float32)
        brightness[first : first + BLOCK] = block @ weights
        sums += groups[:, first : first + BLOCK].astype(np.float32) @ block
    progress(2 * total, 2 * total, "measuring the images")
    means = np.rint(sums / np.maximum(1, groups.sum(axis=1))[:, None]).astype(np.uint8)
    return brightness, means.reshape(len(SPLITS), 2, SIZE, SIZE, 3)
