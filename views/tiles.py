"""Pictures of any size made into tiles of one size, so that a grid of them stays tidy."""

import io

import numpy as np
from PIL import Image, ImageOps


def tile(picture: np.ndarray, width: int = 360, height: int = 360, crop: bool = False) -> bytes:
    """Return `picture`, uint8 (H, W, 3), as a picture file of width × height.

    It is cropped to fill the tile or, without `crop`, shown whole: at the lower left, next to the caption, on
    clear ground. JPEG where it fills the tile, else WebP, which knows clear ground.
    """
    image = Image.fromarray(picture)
    if crop or image.width * height == image.height * width:
        return _encoded(ImageOps.fit(image, (width, height)), "JPEG", quality=88)
    image = ImageOps.contain(image, (width, height))
    ground = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    ground.paste(image, (0, height - image.height))
    return _encoded(ground, "WEBP", quality=85, method=0)


def _encoded(image: Image.Image, kind: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
