"""The drawn set: the cats and dogs that stand in where the photos can't be had, drawn from a seed."""

import io
import shutil
from pathlib import Path
from uuid import uuid4

import numpy as np
from PIL import Image

from catdog.datasets.synthetic import draw_image, draw_in_scene, draw_scene
from catdog.errors import DataError, UsageError
from catdog.utils.progress import Progress, silent

__all__ = ["draw_image", "generate_dataset"]

FOLDERS = ("cats", "dogs")
NAMES = ("cat", "dog")
QUALITY = 90


def generate_dataset(
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
            f"The drawn pictures can't be written to {root} ({error.strerror or error}); "
            "make room there or choose another folder with CATDOG_HOME."
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _write_pictures(work: Path, seed: int, counts: dict[str, int], progress: Progress) -> None:
    done, total = 0, sum(counts.values())
    for part, (split, count) in enumerate(counts.items()):
        for folder in FOLDERS:
            (work / split / folder).mkdir(parents=True)
        for number in range(1, count // 2 + 1):
            # A generator of its own for each pair: no pair shares these numbers with another, whatever the counts.
            rng = np.random.default_rng((seed, part, number))
            # Both get the same scene, one of them mirrored, so that the scene can't tell the class; it also saves time.
            scene = draw_scene(rng)
            scenes = (scene, scene.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
            for label in (0, 1):
                path = work / split / FOLDERS[label] / f"{NAMES[label]}.{number:04}.jpg"
                jpeg = io.BytesIO()
                draw_in_scene(scenes[label], rng, label).save(jpeg, "JPEG", quality=QUALITY)
                # Not written by Pillow, whose error for a full disk doesn't say so.
                path.write_bytes(jpeg.getvalue())
                done += 1
                progress(done, total, "drawing pictures")


def _take_place(work: Path, root: Path) -> None:
    try:
        work.replace(root)
    except OSError:
        if not root.is_dir():
            raise
