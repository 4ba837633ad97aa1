"""Write the drawn set: images of cats and dogs in the layout of the photo set, drawn from a seed."""

import io
import shutil
from pathlib import Path
from uuid import uuid4

import numpy as np
from PIL import Image

from catdog.datasets.synthetic.compose import draw_in_scene, draw_scene
from catdog.errors import DataError, UsageError
from catdog.utils.progress import Progress, silent

FOLDERS = ("cats", "dogs")
NAMES = ("cat", "dog")
QUALITY = 90  # of the JPEGs


def generate_dataset(
    root: Path,
    seed: int = 0,
    training: int = 800,
    validation: int = 400,
    progress: Progress = silent,
) -> None:
    """Draw images into train/ and validation/ with cats/ and dogs/ in each, half of the images in each class.

    The files are RGB JPEGs of 160 × 160 pixels named cat.0001.jpg and so on. The same seed gives the same bytes, and
    a smaller set is the beginning of a larger one. The folder appears only when the set is whole. If another process
    has written it in the meantime, that set stays.

    Args:
        root: The folder to write; it must be missing or empty.
        seed: 0 or more.
        training: Number of training images, even and at least 2.
        validation: Number of validation images, even and at least 2.
        progress: Told how many images are drawn.

    Raises:
        UsageError: If a count or the seed is out of range.
        DataError: If `root` is not empty or can't be written.
    """
    for count in (training, validation):
        if count < 2 or count % 2:
            raise UsageError(f"A drawn set needs an even number of images, 2 or more, and {count} is not.")
    if seed < 0:
        raise UsageError(f"The seed of a drawn set must be 0 or more, and {seed} is not.")
    if root.is_file() or (root.is_dir() and any(root.iterdir())):
        raise DataError(f"{root} already holds something; remove it to draw the images anew.")
    work = root.with_name(f".{root.name}-{uuid4().hex[:8]}")
    try:
        _write_images(work, seed, {"train": training, "validation": validation}, progress)
        _rename(work, root)
    except OSError as error:
        raise DataError(
            f"The drawn images can't be written to {root} ({error.strerror or error}); "
            "make room there or choose another folder with CATDOG_HOME."
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _write_images(work: Path, seed: int, counts: dict[str, int], progress: Progress) -> None:
    done, total = 0, sum(counts.values())
    for part, (split, count) in enumerate(counts.items()):
        for folder in FOLDERS:
            (work / split / folder).mkdir(parents=True)
        for number in range(1, count // 2 + 1):
            # a generator for each pair, so that the other pairs and the counts don't change it
            rng = np.random.default_rng((seed, part, number))
            # both get the same scene, one mirrored, so that the scene can't give away the class; it also saves time
            scene = draw_scene(rng)
            scenes = (scene, scene.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
            for label in (0, 1):
                path = work / split / FOLDERS[label] / f"{NAMES[label]}.{number:04}.jpg"
                jpeg = io.BytesIO()
                draw_in_scene(scenes[label], rng, label).save(jpeg, "JPEG", quality=QUALITY)
                # not written by Pillow, whose error for a full disk doesn't say so
                path.write_bytes(jpeg.getvalue())
                done += 1
                progress(done, total, "drawing images")


def _rename(work: Path, root: Path) -> None:
    """Give the finished folder its name, unless another process has written the set meanwhile."""
    try:
        work.replace(root)
    except OSError:
        if not root.is_dir():
            raise
