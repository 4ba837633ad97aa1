"""Images with light and shade, coarse and fine, as photos have them: each seed another scene."""

from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image


def scene(seed: int, width: int = 260, height: int = 200) -> Image.Image:
    """Return an image that looks like no other seed's, in RGB."""
    return Image.fromarray(_draw(seed, width, height))


@cache  # the tests of a process want the same ones over and over
def _draw(seed: int, width: int, height: int) -> np.ndarray:
    rng = np.random.default_rng((7, seed))
    image = np.zeros((height, width, 3), np.float32)
    for cells, weight in ((4, 0.35), (9, 0.2), (24, 0.2), (90, 0.25)):
        noise = Image.fromarray(rng.integers(0, 256, (cells, cells, 3), dtype=np.uint8))
        image += weight * np.asarray(noise.resize((width, height), Image.Resampling.BILINEAR), np.float32)
    return image.astype(np.uint8)


@cache
def _encode(seed: int) -> bytes:
    file = BytesIO()
    scene(seed).save(file, "JPEG", quality=92)
    return file.getvalue()


def scenes_folder(root: Path) -> Path:
    """Write train/ and validation/ with 8 and 10 scenes of each of two classes; no two are alike."""
    seed = 0
    for split, count in (("train", 8), ("validation", 10)):
        for name in ("cats", "dogs"):
            folder = root / split / name
            folder.mkdir(parents=True)
            for index in range(count):
                (folder / f"{index}.jpg").write_bytes(_encode(seed))
                seed += 1
    return root
