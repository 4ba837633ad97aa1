"""Images of any size made into small files for the browser: tiles of one size, so that a grid of them stays tidy."""

import base64
import io
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageOps

CORNER_RADIUS = 0.03  # share of the width, about what the theme gives to whole tiles


def make_tile(pixels: np.ndarray, width: int = 360, height: int = 360, crop: bool = False) -> bytes:
    """Make a tile of an image.

    Args:
        pixels: The image, uint8 (H, W, 3).
        width: Of the tile, in pixels.
        height: Of the tile, in pixels.
        crop: Crop the image to fill the tile. Otherwise it is shown whole, at the lower left, next to its caption,
            on a transparent ground.

    Returns:
        A JPEG file where the image fills the tile, else a WebP file, which can be transparent.
    """
    return _make_tile(Image.fromarray(_subsample(pixels, max(width, height))), width, height, crop)


def make_stretched_tile(pixels: np.ndarray, size: tuple[int, int], width: int, height: int) -> bytes:
    """Make a tile of an image that was squeezed to a square, in the proportions that it had before.

    Args:
        pixels: The squeezed image, uint8 (H, W, 3).
        size: Width and height before it was squeezed.
        width: Of the tile, in pixels.
        height: Of the tile, in pixels.

    Returns:
        A JPEG or a WebP file, as `make_tile` without `crop`.
    """
    image = Image.fromarray(pixels)
    scale = min(width / size[0], height / size[1])
    stretched = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    return _make_tile(image.resize(stretched, Image.Resampling.BILINEAR), width, height, crop=False)


def fit_jpeg(pixels: np.ndarray, width: int, height: int) -> bytes:
    """Return an image, uint8 (H, W, 3), as a JPEG in its own proportions that just fits into width × height pixels.

    A page that lays such images out itself needs a third of the time that a transparent tile takes.
    """
    image = Image.fromarray(_subsample(pixels, max(width, height)))
    return _encode_jpeg(ImageOps.contain(image, (width, height)), 88)


def shrink_jpeg(pixels: np.ndarray, max_side: int) -> bytes:
    """Return an image, uint8 (H, W, 3), as a JPEG in its own proportions, no side longer than `max_side` pixels."""
    image = Image.fromarray(_subsample(pixels, max_side))
    image.thumbnail((max_side, max_side))
    return _encode_jpeg(image, 90)


def encode_png(pixels: np.ndarray) -> bytes:
    """Return an image, uint8 (H, W, 3), as a PNG file, quickly: every pixel keeps its value."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def to_data_url(image_file: bytes) -> str:
    """Return a JPEG or WebP file as a data: URL, which st.image passes on; bytes of WebP it would turn into PNG."""
    kind = "jpeg" if image_file.startswith(b"\xff\xd8") else "webp"
    return f"data:image/{kind};base64,{base64.b64encode(image_file).decode()}"


class TileCache:
    """The tiles that were used last, by key, shared by every browser; new ones are made several at once."""

    def __init__(self, capacity: int) -> None:
        """Keep up to `capacity` tiles."""
        self._capacity = capacity
        self._tiles: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, keys: Sequence[Hashable], make: Callable[[Hashable], Any]) -> list:
        """Return the tile of each key; `make` makes those that are missing, in threads."""
        with self._lock:
            tiles = {key: self._tiles[key] for key in keys if key in self._tiles}
        missing = [key for key in dict.fromkeys(keys) if key not in tiles]
        if missing:
            with ThreadPoolExecutor(min(4, len(missing))) as threads:
                tiles.update(zip(missing, threads.map(make, missing), strict=True))
        with self._lock:
            for key in keys:
                self._tiles[key] = tiles[key]
                self._tiles.move_to_end(key)
            while len(self._tiles) > self._capacity:
                self._tiles.popitem(last=False)
        return [tiles[key] for key in keys]


def _make_tile(image: Image.Image, width: int, height: int, crop: bool) -> bytes:
    if crop or image.width * height == image.height * width:
        return _encode_jpeg(ImageOps.fit(image, (width, height)), 88)
    image = ImageOps.contain(image, (width, height))
    ground = Image.new("RGBA", (width, height))
    ground.paste(image, (0, height - image.height), _round_corners(*image.size, CORNER_RADIUS * width))
    buffer = io.BytesIO()
    ground.save(buffer, "WEBP", quality=85, method=0)
    return buffer.getvalue()


@lru_cache(maxsize=256)
def _round_corners(width: int, height: int, radius: float) -> Image.Image:
    """Return a mask, mode L, that is 255 inside a rectangle with round corners and 0 outside."""
    mask = Image.new("L", (width, height))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width - 1, height - 1), radius, fill=255)
    return mask


def _subsample(pixels: np.ndarray, side: int) -> np.ndarray:
    """Return every n-th pixel, n as large as leaves at least 2 * `side` pixels of the shorter side.

    Pillow needs 4 more bytes for each pixel, which is too much memory for an image of 100 megapixels.
    """
    step = max(1, min(pixels.shape[:2]) // (2 * side))
    return np.ascontiguousarray(pixels[::step, ::step])


def _encode_jpeg(image: Image.Image, quality: int) -> bytes:
    try:
        from simplejpeg import encode_jpeg
    except ImportError:  # a compiled package that may be missing on rare machines
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality)
        return buffer.getvalue()
    return encode_jpeg(np.asarray(image), quality, colorsubsampling="420")
