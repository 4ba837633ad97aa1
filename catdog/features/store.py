"""The feature store: the features of every image of a dataset in one file of the cache, read where it lies.

The file is a row of records, one for each image in the catalog's order: a digest of its pixels, then its features. So a
file that was cut short holds whole records for the first images, and is continued; and when images are added to a
dataset, those that were there before are copied out of the earlier file.
"""

import hashlib
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from catdog.datasets import Dataset
from catdog.errors import DataError
from catdog.features.backbone import digest_backbone, find_extractor, get_feature_extractor
from catdog.features.novelty import name_detector, write_detector
from catdog.images.decode import SIZE
from catdog.inference.predictor import parallel_outputs
from catdog.models.summary import LAST
from catdog.utils.locks import hold_lock
from catdog.utils.progress import Progress, silent

#: float32, so that they are what the backbone computes to the last digit.
RECORD = np.dtype([("digest", "V16"), ("features", np.float32, (LAST,))])
LARGEST = 6.01  # no feature is larger: each is a mean of numbers that the backbone's last layer cuts off at 6
BLOCK = 256  # images that are computed before they are written, 20 MB of pixels
CHECKED = 4096  # images whose features are checked at once, 21 MB
TASK = "computing the features of the images"


logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class FeatureStore:
    """The stored features of a dataset.

    Attributes:
        path: The file.
        values: float32 (N, 1280), each 0..6, mapped from the disk; row i belongs to catalog row i.
        computed: How many of them this call had to compute; the others were there.
    """

    path: Path
    values: np.ndarray
    computed: int = 0


def open_features(dataset: Dataset, weights: Path, cache: Path) -> FeatureStore | None:
    """Return the stored features of a dataset; None where they have not been computed yet, or the file is damaged.

    Args:
        dataset: The images.
        weights: The backbone's weights.
        cache: Folder of the store.
    """
    path = _name_file(dataset, weights, cache)
    records = _open_records(path)
    if len(records) != len(dataset.catalog):
        return None
    return FeatureStore(path, records["features"])


def make_features(dataset: Dataset, weights: Path, cache: Path, progress: Progress = silent) -> FeatureStore:
    """Return the stored features of a dataset; what is missing is computed.

    Two processes never compute the same features at once. One that is killed leaves what it has reached to the next.
    Beside the features lies what tells images of another kind from these, see `catdog.features.novelty`.

    Args:
        dataset: The images.
        weights: The backbone's weights.
        cache: Folder of the store; made if missing.
        progress: Told how many images are done; what it raises ends the work, and what was reached is kept.

    Raises:
        DataError: The store can't be written, such as on a full disk.
        WeightsError: The weights don't fit MobileNetV2.
    """
    path, catalog, digest = _name_file(dataset, weights, cache), dataset.catalog, digest_backbone(weights)
    store = open_features(dataset, weights, cache)
    if store and name_detector(catalog.fingerprint, digest, cache).exists():
        return store
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with hold_lock(path.with_suffix(".lock"), progress, "waiting for another process that computes the features"):
            computed = 0
            if not open_features(dataset, weights, cache):
                part = path.with_suffix(".part")
                computed = _complete(part, dataset, weights, cache, progress)
                part.replace(path)
                _drop_outdated(path)
            write_detector(catalog, _map_records(path)["features"], digest, cache)
    except OSError as error:
        raise DataError(
            f"The features can't be kept in {cache} ({error.strerror or error}): free some disk space or set "
            "CATDOG_HOME to another folder."
        ) from error
    store = open_features(dataset, weights, cache)
    if store is None:
        raise DataError(f"The features in {cache} vanish or change as soon as they are written: delete that folder.")
    return FeatureStore(store.path, store.values, computed)


def find_features(dataset: Dataset, cache: Path) -> tuple[FeatureStore, Path] | None:
    """Return stored features of a dataset, of whatever backbone, and the LiteRT file that computes those of an image.

    None where nothing is stored; no weights are looked for, so this never downloads anything.

    Args:
        dataset: The images.
        cache: Folder of the store.
    """
    for path in list_features(dataset.catalog.fingerprint, cache):
        records, extractor = _open_records(path), find_extractor(path.name.split("-")[1], cache)
        if len(records) == len(dataset.catalog) and extractor is not None:
            return FeatureStore(path, records["features"]), extractor
    return None


def list_features(fingerprint: str, cache: Path) -> list[Path]:
    """Return the files with features of a dataset, one for each backbone."""
    return sorted(cache.glob(f"features-*-{fingerprint}.dat"))


def extract_features(pixels: np.ndarray, weights: Path, cache: Path) -> np.ndarray:
    """Return the features of images that belong to no dataset.

    Args:
        pixels: uint8 (N, 160, 160, 3), 0..255.
        weights: The backbone's weights.
        cache: Folder of the extractor.

    Returns:
        float32 (N, 1280).

    Raises:
        WeightsError: The weights don't fit MobileNetV2.
    """
    with parallel_outputs(get_feature_extractor(weights, cache)) as extract:
        return extract(pixels)


def _name_file(dataset: Dataset, weights: Path, cache: Path) -> Path:
    return cache / f"features-{digest_backbone(weights)}-{dataset.catalog.fingerprint}.dat"


def _open_records(path: Path) -> np.ndarray:
    """Return the records of a finished file as `_map_records` does; one that holds anything else is removed."""
    records = _map_records(path)
    for first in range(0, len(records), CHECKED):
        if not _are_features(records["features"][first : first + CHECKED]).all():
            logger.warning("%s is damaged and is made anew", path)
            path.unlink(missing_ok=True)
            return np.empty(0, RECORD)
    return records


def _are_features(values: np.ndarray) -> np.ndarray:
    """Tell of each image's features, float32 (N, D), whether all are numbers that the backbone can give, bool (N,)."""
    return ((values >= 0) & (values <= LARGEST)).all(axis=1)


def _map_records(path: Path) -> np.ndarray:
    """Return the whole records of a file, RECORD (K,), mapped; none where there is no file."""
    try:
        count = path.stat().st_size // RECORD.itemsize
        return np.memmap(path, RECORD, "r", shape=(count,)) if count else np.empty(0, RECORD)
    except OSError:
        return np.empty(0, RECORD)


def _complete(part: Path, dataset: Dataset, weights: Path, cache: Path, progress: Progress) -> int:
    """Write the records that a file lacks, in the catalog's order; return how many had to be computed."""
    total, computed = len(dataset.catalog), 0
    earlier = {
        digest: (records, row)
        for path in part.parent.glob(f"{part.stem.rpartition('-')[0]}-*")
        if path.suffix in (".dat", ".part") and path != part
        for records in [_open_records(path) if path.suffix == ".dat" else _map_records(path)]
        for row, digest in enumerate(records["digest"].tolist())
    }
    progress(0, 0, "preparing MobileNetV2")
    with part.open("ab") as file, parallel_outputs(get_feature_extractor(weights, cache)) as extract:
        done = _count_finished(part, dataset)
        file.truncate(done * RECORD.itemsize)
        for first in range(done, total, BLOCK):
            progress(first, total, TASK)
            pixels = np.asarray(dataset.pixels[first : first + BLOCK])
            records = np.empty(len(pixels), RECORD)
            records["digest"] = _digest_images(pixels)
            missing = []
            for row, digest in enumerate(records["digest"].tolist()):
                if digest in earlier:
                    source, place = earlier[digest]
                    records["features"][row] = source["features"][place]
                else:
                    missing.append(row)
            if missing:
                records["features"][missing] = extract(pixels[missing])
            file.write(records.tobytes())
            file.flush()
            computed += len(missing)
        os.fsync(file.fileno())
    progress(total, total, TASK)
    return computed


def _count_finished(part: Path, dataset: Dataset) -> int:
    """Return for how many of the first images an interrupted process has left the right records."""
    records = _map_records(part)[: len(dataset.catalog)]
    for first in range(0, len(records), BLOCK):
        block = records["digest"][first : first + BLOCK]
        same = block == _digest_images(np.asarray(dataset.pixels[first : first + len(block)]))
        same &= _are_features(records["features"][first : first + len(block)])
        if not same.all():
            return first + int(np.argmin(same))
    return len(records)


def _digest_images(pixels: np.ndarray) -> np.ndarray:
    """Return a digest of each image, uint8 (N, 160, 160, 3), as 16 bytes, V16 (N,)."""

    def digest(image: np.ndarray) -> bytes:
        return hashlib.blake2b(np.ascontiguousarray(image), digest_size=16).digest()

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return np.frombuffer(b"".join(threads.map(digest, pixels)), "V16")


def _drop_outdated(path: Path) -> None:
    """Delete the features, of the same backbone, of datasets whose images the cache no longer has.

    What was computed of features lies beside them, its name begins with theirs, and goes with them.
    """
    beginning, _, own = path.stem.rpartition("-")
    for other in list(path.parent.glob(f"{beginning}-*")):
        fingerprint = other.stem.removeprefix(f"{beginning}-").partition("-")[0]
        if fingerprint != own and not any(path.parent.glob(f"{fingerprint}-{SIZE}-*.npy")):
            other.unlink(missing_ok=True)
            name_detector(fingerprint, other.stem.split("-")[1], path.parent).unlink(missing_ok=True)
