"""Pictures of any size made into tiles of one size, so that a grid of them stays tidy."""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageOps

ROUND = 0.03  # radius of the corners as a share of the width, about what the theme gives to whole tiles


def tile(picture: np.ndarray, width: int = 360, height: int = 360, crop: bool = False) -> bytes:
    """Return `picture`, uint8 (H, W, 3), as a picture file of width × height.

    It is cropped to fill the tile or, without `crop`, shown whole: at the lower left, next to the caption, on
    clear ground. JPEG where it fills the tile, else WebP, which knows clear ground.
    """
    image = Image.fromarray(picture)
    if crop or image.width * height == image.height * width:
        return _encoded(ImageOps.fit(image, (width, height)), "JPEG", quality=88)
    image = ImageOps.contain(image, (width, height))
    mask = Image.new("L", image.size)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, image.width - 1, image.height - 1), ROUND * width, fill=255)
    ground = Image.new("RGBA", (width, height))
    ground.paste(image, (0, height - image.height), mask)
    return _encoded(ground, "WEBP", quality=85, method=0)


def _encoded(image: Image.Image, kind: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
