"""Pictures of any size made into tiles of one size, so that a grid of them stays tidy."""

import io

import numpy as np
from PIL import Image, ImageOps


def tile(picture: np.ndarray, width: int = 360, height: int = 360, crop: bool = False) -> bytes:
    """Return `picture`, uint8 (H, W, 3), as a WebP of width × height: cropped, or whole, at the
    lower left of clear ground, next to the caption."""
    image = Image.fromarray(picture)
    if crop:
        image = ImageOps.fit(image, (width, height))
    else:
        image = ImageOps.pad(image.convert("RGBA"), (width, height), color=(0, 0, 0, 0), centering=(0, 1))
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=85, method=1)
    return buffer.getvalue()
