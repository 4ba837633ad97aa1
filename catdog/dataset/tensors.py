"""Decoded pictures: every picture read and resized once, kept on disk as one uint8 array that is mapped, not loaded."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock

from catdog.dataset.catalog import Catalog
from catdog.errors import DataError, PictureError
from catdog.files import read_json, whole_file, write_json
from catdog.pictures import SIZE, load_picture, resize
from catdog.progress import Progress, silent


@dataclass(frozen=True)
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
        return load_picture(self.catalog.root / self.catalog.paths[row])


def decoded(catalog: Catalog, cache: Path, progress: Progress = silent) -> Dataset:
    """Return the catalog's pictures as 160×160 RGB, decoding them on first use and mapping the cached file after.

    The cache file is named by the catalog's fingerprint and written whole; two processes never decode the same set
    at once. Unreadable files are skipped and counted. Raises DataError where the disk is full or too few are left.
    """
    array_file = cache / f"{catalog.fingerprint}-{SIZE}.npy"
    list_file = array_file.with_suffix(".json")
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(array_file.with_suffix(".lock")):
            if not (array_file.exists() and read_json(list_file)):
                _decode(catalog, array_file, list_file, progress)
        pixels = np.load(array_file, mmap_mode="r")
    except (OSError, ValueError) as error:
        raise DataError(
            f"The decoded pictures can't be kept in {cache} ({error}): free some disk space or set CATDOG_HOME "
            "to another folder."
        ) from error
    skipped = tuple(map(tuple, read_json(list_file)["skipped"]))
    if not skipped:
        return Dataset(catalog, pixels)
    bad = {path for path, _ in skipped}
    rows = np.array([row for row, path in enumerate(catalog.paths) if path not in bad], dtype=np.int64)
    some = ", ".join(path for path, _ in skipped[:3]) + (" and others" if len(skipped) > 3 else "")
    files = "1 file was" if len(skipped) == 1 else f"{len(skipped):,} files were"
    return Dataset(catalog.keep(rows, f"{files} skipped as unreadable: {some}."), pixels, skipped)


def _decode(catalog: Catalog, array_file: Path, list_file: Path, progress: Progress) -> None:
    total = len(catalog)
    skipped: list[tuple[str, str]] = []
    progress(0, total, "reading the pictures")

    def read(path: str) -> np.ndarray | str:
        try:
            return resize(load_picture(catalog.root / path))
        except PictureError as error:
            return str(error)

    with whole_file(array_file) as temporary:
        with temporary.open("wb") as file:
            # the header is written for all rows first, and again at the end if some turned out unreadable
            header = {"descr": "|u1", "fortran_order": False, "shape": (total, SIZE, SIZE, 3)}
            np.lib.format.write_array_header_1_0(file, header)
            start = file.tell()
            with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
                # map() hands out all work at once, but results wait in memory only as long as one block is written
                for first in range(0, total, 256):
                    for path, result in zip(
                        catalog.paths[first : first + 256],
                        threads.map(read, catalog.paths[first : first + 256]),
                        strict=True,
                    ):
                        if isinstance(result, str):
                            skipped.append((path, result))
                        else:
                            file.write(result.tobytes())
                    progress(min(first + 256, total), total, "reading the pictures")
            file.seek(0)
            np.lib.format.write_array_header_1_0(file, header | {"shape": (total - len(skipped), SIZE, SIZE, 3)})
            assert file.tell() == start, "the array header changed its length"
        write_json(list_file, {"skipped": skipped})
