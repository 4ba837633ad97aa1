"""Decoded images: each image is read and resized once and kept on disk in one uint8 array."""

import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from catdog.datasets.catalog import Catalog
from catdog.datasets.decoded import DecodedImages
from catdog.datasets.left_out import UNREADABLE, LeftOut, describe_left_out
from catdog.errors import DataError, ImageError
from catdog.images.decode import SIZE, load_image, resize
from catdog.utils.files import read_json, whole_file, write_json
from catdog.utils.locks import hold_lock
from catdog.utils.progress import Progress, silent

DECODER_VERSION = 2  # raise it when catdog.images decodes a file to other pixels, so that old cache files are not used
BLOCK = 256  # decoded images that wait in memory to be written, 20 MB
CHUNK = 16  # images that a thread decodes before it hands them over; one by one, the threads wait for each other


@dataclass(frozen=True, eq=False)
class Dataset:
    """A catalog with its decoded images.

    Attributes:
        catalog: The readable images only.
        pixels: uint8 (N, 160, 160, 3), RGB, 0 to 255; row i belongs to catalog row i.
        skipped: (path, reason) of each file that could not be read.
    """

    catalog: Catalog
    pixels: DecodedImages | np.ndarray
    skipped: tuple[tuple[str, str], ...] = ()

    def image(self, row: int) -> np.ndarray:
        """Return an image in its original size, uint8 (H, W, 3); raise ImageError if its file is gone."""
        return load_image(self.catalog.root / self.catalog.paths[row])


def decode_dataset(catalog: Catalog, cache: Path, progress: Progress = silent) -> Dataset:
    """Return the catalog with its images as 160 × 160 RGB, decoded on first use and read from the cache afterwards.

    The cache file is named by the catalog's fingerprint and appears only when whole. Two processes never decode the
    same dataset at once, and a damaged cache file is written anew. Unreadable images are skipped and listed. Once a
    source has changed, what was decoded of it before is deleted.

    Args:
        catalog: All images of the dataset.
        cache: Folder of the decoded images; made if missing.
        progress: Told how many images are decoded.

    Raises:
        DataError: If the cache cannot be written, such as on a full disk, or too few images are readable.
    """
    array_file = cache / f"{catalog.fingerprint}-{SIZE}-{DECODER_VERSION}.npy"
    dataset = _open_cached(catalog, array_file)
    if dataset is None:
        try:
            cache.mkdir(parents=True, exist_ok=True)
            with hold_lock(
                array_file.with_suffix(".lock"), progress, "waiting for another process that reads the images"
            ):
                dataset = _open_cached(catalog, array_file)
                if dataset is None:
                    # leftovers of a killed process; the lock says that nobody is writing them
                    for leftover in cache.glob(f".{array_file.stem}-*"):
                        leftover.unlink()
                    for path in cache.glob(f"{catalog.fingerprint}-{SIZE}-*"):  # of an earlier DECODER_VERSION
                        if path.stem != array_file.stem:
                            path.unlink(missing_ok=True)
                    _decode(catalog, array_file, progress)
                    dataset = _open_cached(catalog, array_file)
                    _drop_earlier(catalog, array_file)
        except OSError as error:
            raise DataError(
                f"The decoded images can't be kept in {cache} ({error.strerror or error}): free some disk space "
                "or set CATDOG_HOME to another folder."
            ) from error
    if dataset is None:
        raise DataError(f"The decoded images in {cache} vanish or change as soon as they are written: delete it.")
    return dataset


def _open_cached(catalog: Catalog, array_file: Path) -> Dataset | None:
    """Return the dataset with its cached images; None where they are missing or damaged."""
    values = read_json(_list_file(array_file))
    if values is None:
        return None
    present = set(catalog.paths)  # a catalog may leave out by itself what can't be read
    skipped = tuple((path, reason) for path, reason in values.get("skipped", ()) if path in present)
    readable = _without(catalog, skipped) if skipped else catalog
    try:
        pixels = DecodedImages(array_file)
    except (OSError, ValueError):  # missing, no array, cut short, empty
        return None
    return Dataset(readable, pixels, (*catalog.skipped, *skipped)) if len(pixels) == len(readable) else None


def _without(catalog: Catalog, skipped: tuple[tuple[str, str], ...]) -> Catalog:
    names = [path for path, _ in skipped]
    rows = np.flatnonzero(~np.isin(catalog.paths, names))
    return catalog.keep(rows, describe_left_out(LeftOut(UNREADABLE, name) for name in names))


def _list_file(array_file: Path) -> Path:
    return array_file.with_suffix(".json")


def _decode(catalog: Catalog, array_file: Path, progress: Progress) -> None:
    total = len(catalog)
    skipped: list[tuple[str, str]] = []

    def read(paths: tuple[str, ...]) -> list[np.ndarray | str]:
        return [_read(catalog.root / path) for path in paths]

    with whole_file(array_file) as temporary:
        with temporary.open("wb") as file, ThreadPoolExecutor(os.cpu_count()) as threads:
            # the header is written for all rows first, and again at the end if some turned out unreadable
            _write_header(file, total)
            for first in range(0, total, BLOCK):
                block = catalog.paths[first : first + BLOCK]
                chunks = [block[start : start + CHUNK] for start in range(0, len(block), CHUNK)]
                results = itertools.chain.from_iterable(threads.map(read, chunks))
                for row, (path, result) in enumerate(zip(block, results, strict=True), start=first):
                    progress(row, total, "reading the images")
                    if isinstance(result, str):
                        skipped.append((path, result))
                    else:
                        file.write(result.data)
            file.seek(0)
            _write_header(file, total - len(skipped))
        write_json(_list_file(array_file), {"source": catalog.source, "skipped": skipped})
    progress(total, total, "reading the images")


def _drop_earlier(catalog: Catalog, array_file: Path) -> None:
    """Delete what was decoded and computed of the same source before its files changed; who uses it keeps it open."""
    for list_file in array_file.parent.glob(f"*-{SIZE}-*.json"):
        if list_file.stem != array_file.stem and (read_json(list_file) or {}).get("source") == catalog.source:
            for path in array_file.parent.glob(f"{list_file.stem.partition('-')[0]}-*.np?"):
                path.unlink(missing_ok=True)
            list_file.unlink(missing_ok=True)


def _read(path: Path) -> np.ndarray | str:
    """Return an image as 160 × 160, or why it can't be read."""
    try:
        return resize(load_image(path))
    except ImageError as error:
        return str(error)


def _write_header(file: BinaryIO, rows: int) -> None:
    """Write the header of a .npy file (format 1.0); numpy pads it to the same length for any number of rows."""
    header = {"descr": "|u1", "fortran_order": False, "shape": (rows, SIZE, SIZE, 3)}
    np.lib.format.write_array_header_1_0(file, header)
