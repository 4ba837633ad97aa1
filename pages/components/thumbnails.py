"""Pictures of any size made into tiles of one size, so that a grid of them stays tidy."""

import base64
import io
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageOps

ROUND = 0.03  # radius of the corners as a share of the width, about what the theme gives to whole tiles


def make_tile(picture: np.ndarray, width: int = 360, height: int = 360, crop: bool = False) -> bytes:
    """Return `picture`, uint8 (H, W, 3), as a picture file of width × height.

    It is cropped to fill the tile or, without `crop`, shown whole: at the lower left, next to the caption, on
    clear ground. JPEG where it fills the tile, else WebP, which knows clear ground.
    """
    return _tile(Image.fromarray(_thinned(picture, max(width, height))), width, height, crop)


def make_stretched_tile(picture: np.ndarray, own: tuple[int, int], width: int, height: int) -> bytes:
    """Return `picture`, uint8 (H, W, 3), as a tile like `tile`, but first brought back to the proportions of `own`.

    own: width and height that the picture had before it was squeezed.
    """
    image = Image.fromarray(picture)
    scale = min(width / own[0], height / own[1])
    size = (max(1, round(own[0] * scale)), max(1, round(own[1] * scale)))
    return _tile(image.resize(size, Image.Resampling.BILINEAR), width, height, crop=False)


def fit_jpeg(picture: np.ndarray, width: int, height: int) -> bytes:
    """Return `picture`, uint8 (H, W, 3), as a JPEG in its own proportions that fits into width × height.

    A page that lays such pictures out itself needs a third of the time that a tile with clear ground takes.
    """
    image = Image.fromarray(_thinned(picture, max(width, height)))
    return _jpeg(ImageOps.contain(image, (width, height)), 88)


def to_data_url(picture_file: bytes) -> str:
    """Return a JPEG or WebP file as a data: address, which st.image passes on; of bytes of WebP it would make a PNG."""
    kind = "jpeg" if picture_file.startswith(b"\xff\xd8") else "webp"
    return f"data:image/{kind};base64,{base64.b64encode(picture_file).decode()}"


def shrink_jpeg(picture: np.ndarray, most: int) -> bytes:
    """Return `picture`, uint8 (H, W, 3), as a JPEG in its own proportions, no side over `most` pixels."""
    image = Image.fromarray(_thinned(picture, most))
    image.thumbnail((most, most))
    return _jpeg(image, 90)


class TileCache:
    """The tiles that were made last, by key, the same for every browser; new ones are made several at once."""

    def __init__(self, most: int) -> None:
        """Keep up to `most` tiles."""
        self._most = most
        self._made: OrderedDict[Hashable, object] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, keys: Sequence[Hashable], make: Callable[[Hashable], object]) -> list:
        """Return the tile of each key; those that are missing are made with `make`, in threads."""
        with self._lock:
            found = {key: self._made[key] for key in keys if key in self._made}
        missing = [key for key in dict.fromkeys(keys) if key not in found]
        if missing:
            with ThreadPoolExecutor(min(4, len(missing))) as threads:
                found.update(zip(missing, threads.map(make, missing), strict=True))
        with self._lock:
            for key in keys:
                self._made[key] = found[key]
                self._made.move_to_end(key)
            while len(self._made) > self._most:
                self._made.popitem(last=False)
        return [found[key] for key in keys]


def _tile(image: Image.Image, width: int, height: int, crop: bool) -> bytes:
    if crop or image.width * height == image.height * width:
        return _jpeg(ImageOps.fit(image, (width, height)), 88)
    image = ImageOps.contain(image, (width, height))
    ground = Image.new("RGBA", (width, height))
    ground.paste(image, (0, height - image.height), _rounded(*image.size, ROUND * width))
    buffer = io.BytesIO()
    ground.save(buffer, "WEBP", quality=85, method=0)
    return buffer.getvalue()


@lru_cache(maxsize=256)
def _rounded(width: int, height: int, radius: float) -> Image.Image:
    mask = Image.new("L", (width, height))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width - 1, height - 1), radius, fill=255)
    return mask


def _thinned(picture: np.ndarray, most: int) -> np.ndarray:
    """Return a picture with every second pixel or fewer left where that still leaves `most` twice over.

    Pillow would need 4 more bytes for each pixel of it, which a picture of 100 megapixels has not to spare.
    """
    step = max(1, min(picture.shape[:2]) // (2 * most))
    return np.ascontiguousarray(picture[::step, ::step])


def _jpeg(image: Image.Image, quality: int) -> bytes:
    try:
        from simplejpeg import encode_jpeg
    except ImportError:  # a compiled package that may be missing on rare machines
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality)
        return buffer.getvalue()
    return encode_jpeg(np.asarray(image), quality, colorsubsampling="420")
