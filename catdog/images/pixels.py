"""An image that Pillow has opened, of any mode, as RGB pixels, without a second copy of a large image."""

from collections.abc import Iterator

import numpy as np
from PIL import Image
from PIL.ImageFile import ImageFile

STRIP = 4_000_000  # pixels converted at once
_ORIENTATION = 0x0112  # the EXIF tag


def to_rgb(image: Image.Image) -> np.ndarray:
    """Return the pixels of a loaded image of any mode as uint8 (H, W, 3), RGB, 0..255; transparency over white."""
    if image.mode.startswith(("I", "F")):
        return _to_eight_bits(image)
    if image.mode == "RGB" and not image.has_transparency_data and image.width * image.height <= STRIP:
        return np.asarray(image)
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    transparent = image.has_transparency_data and not _has_idle_alpha(image)
    for first, strip in _strips(image):
        pixels[first : first + strip.height] = np.asarray(_put_on_white(strip) if transparent else strip.convert("RGB"))
    return pixels


def read_orientation(image: ImageFile) -> int:
    """Return an image's EXIF orientation, 1..8; 1 where it has none."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # a damaged EXIF block can raise nearly anything, and spoils no pixel
        return 1


def turn_upright(pixels: np.ndarray, exif_orientation: int) -> np.ndarray:
    """Rotate and mirror pixels (H, W, 3) by EXIF orientation 1..8; other values leave them as they are.

    An image that is too large to be in memory twice comes as a view of `pixels`.
    """
    if exif_orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if exif_orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if exif_orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels) if pixels.shape[0] * pixels.shape[1] <= 4 * STRIP else pixels


def _strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """Yield the image from top to bottom, each part with its first row."""
    height = max(1, STRIP // image.width)
    if height >= image.height:
        yield 0, image
        return
    for first in range(0, image.height, height):
        yield first, image.crop((0, first, image.width, min(image.height, first + height)))


def _has_idle_alpha(image: Image.Image) -> bool:
    """Tell whether a BMP has the alpha of those many programs that leave the fourth byte of a pixel 0."""
    return image.format == "BMP" and image.mode == "RGBA" and image.getchannel("A").getextrema() == (0, 0)


def _put_on_white(image: Image.Image) -> Image.Image:
    image = image.convert("RGBA")
    background = Image.new("RGB", image.size, "white")
    background.paste(image, mask=image)
    return background


def _to_eight_bits(image: Image.Image) -> np.ndarray:
    """Scale deep grey pixels (16 or 32 bits, or floats) to uint8."""
    kind = np.asarray(image.crop((0, 0, 1, 1))).dtype.kind
    # 32-bit and float files don't say what white is: take the first common white that no pixel exceeds
    brightest = 0.0 if kind == "u" else max(float(_finite(strip).max()) for _, strip in _strips(image))
    whites = (255, 65535) if kind == "i" else (1, 255, 65535)
    white = next((value for value in whites if brightest <= value), brightest)
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for first, strip in _strips(image):
        if kind == "u":
            grey = (np.asarray(strip) >> 8).astype(np.uint8)
        else:
            grey = (_finite(strip).clip(0) * np.float32(255 / white) + np.float32(0.5)).astype(np.uint8)
        pixels[first : first + strip.height] = grey[:, :, None]
    return pixels


def _finite(image: Image.Image) -> np.ndarray:
    return np.nan_to_num(np.asarray(image).astype(np.float32), posinf=0, neginf=0)
