"""Decoded pictures: every picture read and resized once, kept on disk as one uint8 array that is mapped, not loaded."""

import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from catdog.datasets.catalog import Catalog
from catdog.errors import DataError, ImageError
from catdog.images.decode import SIZE, load_image, resize
from catdog.utils.files import read_json, whole_file, write_json
from catdog.utils.locks import hold_lock
from catdog.utils.progress import Progress, silent

DECODING = 1  # to be raised when pictures.py makes other pixels of the same file, so that old cache files are not used
BLOCK = 256  # decoded pictures that wait in memory to be written, 20 MB
AT_A_TIME = 16  # pictures that a thread reads before it hands them over; one by one, threads wait for each other


@dataclass(frozen=True, eq=False)
class Dataset:
    """A catalog with its decoded pictures.

    catalog: the readable pictures only; pixels: uint8 (N, 160, 160, 3), 0..255, row i belongs to catalog row i;
    skipped: (path, reason) of each file that could not be read.
    """

    catalog: Catalog
    pixels: np.ndarray
    skipped: tuple[tuple[str, str], ...] = ()

    def picture(self, row: int) -> np.ndarray:
        """Return the picture of one row in its own size, uint8 (H, W, 3); raise PictureError if it is gone."""
        return load_image(self.catalog.root / self.catalog.paths[row])


def decode_dataset(catalog: Catalog, cache: Path, progress: Progress = silent) -> Dataset:
    """Return the catalog's pictures as 160×160 RGB, decoding them on first use and mapping the cached file after.

    The cache file is named by the catalog's fingerprint and written whole; two processes never decode the same set
    at once; a damaged cache file is written anew. Unreadable pictures are skipped and counted. Raises DataError where
    the disk is full or too few pictures are left.
    """
    array_file = cache / f"{catalog.fingerprint}-{SIZE}-{DECODING}.npy"
    dataset = _mapped(catalog, array_file)
    if dataset is None:
        try:
            cache.mkdir(parents=True, exist_ok=True)
            with hold_lock(
                array_file.with_suffix(".lock"), progress, "waiting for another process that reads the pictures"
            ):
                dataset = _mapped(catalog, array_file)
                if dataset is None:
                    # leftovers of a killed process; the lock says that nobody is writing them
                    for leftover in cache.glob(f".{array_file.stem}-*"):
                        leftover.unlink()
                    _decode(catalog, array_file, progress)
                    dataset = _mapped(catalog, array_file)
        except OSError as error:
            raise DataError(
                f"The decoded pictures can't be kept in {cache} ({error.strerror or error}): free some disk space "
                "or set CATDOG_HOME to another folder."
            ) from error
    if dataset is None:
        raise DataError(f"The decoded pictures in {cache} vanish or change as soon as they are written: delete it.")
    return dataset


def _mapped(catalog: Catalog, array_file: Path) -> Dataset | None:
    """Return the data set with its cached pictures; None where they are not there or are damaged."""
    known = read_json(_list_file(array_file))
    if known is None:
        return None
    skipped = tuple((path, reason) for path, reason in known.get("skipped", ()))
    kept = _without(catalog, skipped) if skipped else catalog
    try:
        pixels = np.load(array_file, mmap_mode="r")
    except (OSError, ValueError, EOFError):  # missing, no array, cut short, empty
        return None
    whole = pixels.dtype == np.uint8 and pixels.shape == (len(kept), SIZE, SIZE, 3)
    return Dataset(kept, pixels, skipped) if whole else None


def _without(catalog: Catalog, skipped: tuple[tuple[str, str], ...]) -> Catalog:
    names = [path for path, _ in skipped]
    rows = np.flatnonzero(~np.isin(catalog.paths, names))
    files = "1 file was" if len(names) == 1 else f"{len(names):,} files were"
    some = ", ".join(names[:3]) + (" and others" if len(names) > 3 else "")
    return catalog.keep(rows, f"{files} skipped as unreadable: {some}.")


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
                parts = [block[start : start + AT_A_TIME] for start in range(0, len(block), AT_A_TIME)]
                results = itertools.chain.from_iterable(threads.map(read, parts))
                for number, (path, result) in enumerate(zip(block, results, strict=True), start=first):
                    progress(number, total, "reading the pictures")
                    if isinstance(result, str):
                        skipped.append((path, result))
                    else:
                        file.write(result.data)
            file.seek(0)
            _write_header(file, total - len(skipped))
        write_json(_list_file(array_file), {"skipped": skipped})
    progress(total, total, "reading the pictures")


def _read(path: Path) -> np.ndarray | str:
    """Return the picture as 160×160, or why it can't be read."""
    try:
        return resize(load_image(path))
    except ImageError as error:
        return str(error)


def _write_header(file: BinaryIO, rows: int) -> None:
    """Write the head of a .npy file; numpy pads it so that its length is the same for any number of rows."""
    header = {"descr": "|u1", "fortran_order": False, "shape": (rows, SIZE, SIZE, 3)}
    np.lib.format.write_array_header_1_0(file, header)
