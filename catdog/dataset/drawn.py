"""The drawn set: the cats and dogs that stand in where the photos can't be had, drawn from a seed."""

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import numpy as np

from catdog.dataset.drawing import draw
from catdog.errors import DataError, UsageError
from catdog.progress import Progress, silent

__all__ = ["draw", "write_drawn"]

FOLDERS = ("cats", "dogs")
NAMES = ("cat", "dog")
QUALITY = 90


def write_drawn(
    root: Path,
    seed: int = 0,
    training: int = 800,
    validation: int = 400,
    progress: Progress = silent,
) -> None:
    """Draw `training` and `validation` pictures, half of them cats, into `root`/{train,validation}/{cats,dogs}.

    The files are RGB JPEGs of 160 × 160 pixels, named cat.0001.jpg and so on. The same seed gives the same bytes, and
    a smaller set is the beginning of a larger one. The set appears whole or not at all. Where another process has
    written `root` in the meantime, its set stays.

    Raises UsageError for counts that are not even and at least 2 or a negative seed, DataError where `root` already
    holds something or can't be written to.
    """
    for count in (training, validation):
        if count < 2 or count % 2:
            raise UsageError(f"A drawn set needs an even number of pictures, 2 or more, and {count} is not.")
    if seed < 0:
        raise UsageError(f"The seed of a drawn set must be 0 or more, and {seed} is not.")
    if root.is_file() or (root.is_dir() and any(root.iterdir())):
        raise DataError(f"{root} already holds something; remove it to draw the pictures anew.")
    work = root.with_name(f".{root.name}-{uuid4().hex[:8]}")
    try:
        _write_pictures(work, seed, {"train": training, "validation": validation}, progress)
        _take_place(work, root)
    except OSError as error:
        raise DataError(
            f"The drawn pictures can't be written to {root} ({error.strerror}); "
            "make room there or choose another folder with CATDOG_HOME."
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _write_pictures(work: Path, seed: int, counts: dict[str, int], progress: Progress) -> None:
    jobs = list(_jobs(work, seed, counts))
    for folder in {path.parent for path, _, _ in jobs}:
        folder.mkdir(parents=True)
    # Pillow lets go of Python's lock while it fills, resizes and encodes, so two threads overlap a little.
    pool = ThreadPoolExecutor(min(4, os.cpu_count() or 1))
    try:
        for done, _ in enumerate(pool.map(lambda job: _write_picture(*job), jobs), start=1):
            progress(done, len(jobs), "drawing pictures")
    finally:
        pool.shutdown(cancel_futures=True)


def _jobs(work: Path, seed: int, counts: dict[str, int]) -> Iterator[tuple[Path, int, tuple[int, ...]]]:
    """Yield path, label and the numbers that seed it for each picture; no two pictures share those numbers."""
    for part, (split, count) in enumerate(counts.items()):
        for number in range(1, count // 2 + 1):
            for label in (0, 1):
                path = work / split / FOLDERS[label] / f"{NAMES[label]}.{number:04}.jpg"
                yield path, label, (seed, part, label, number)


def _write_picture(path: Path, label: int, numbers: tuple[int, ...]) -> None:
    draw(np.random.default_rng(numbers), label).save(path, quality=QUALITY)


def _take_place(work: Path, root: Path) -> None:
    try:
        work.replace(root)
    except OSError:
        if not root.is_dir():
            raise
