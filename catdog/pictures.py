"""The one door for picture bytes: untrusted bytes in, uint8 (H, W, 3) RGB out, or a PictureError."""

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.ImageFile import ImageFile

from catdog.errors import PictureError
from catdog.picture_formats import FORMATS, identify

SIZE = 160
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".heic", ".heif", ".tif", ".tiff", ".avif")
MAX_BYTES = 50_000_000
MAX_PIXELS = 100_000_000
MAX_SIDE = 30_000
MAX_RATIO = 100

_ORIENTATION = 0x0112  # the EXIF tag


def read_picture(data: bytes, name: str = "the picture") -> np.ndarray:
    """Decode one picture, of animations and multi-page files the first.

    data: the bytes of a JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC file, from anywhere.
    name: what messages call it; control characters and overlong names are dealt with here.

    Returns uint8 (H, W, 3), RGB, 0..255, possibly read-only: turned upright by EXIF, transparency over
    white, deeper greys scaled to eight bits. Raises PictureError, and nothing else, where that can't be
    done; what is empty, of another kind, over MAX_BYTES, MAX_PIXELS, MAX_SIDE or MAX_RATIO is refused
    before anything is decoded.
    """
    start = f"Can't read {_harmless(name)}: "
    if not data:
        raise PictureError(f"{start}it is empty (0 bytes); choose another file.")
    if len(data) > MAX_BYTES:
        raise PictureError(f"{start}it is larger than {MAX_BYTES // 1_000_000} MB; make it smaller first.")
    kind, opener = identify(data)
    if opener is None:
        raise PictureError(f"{start}it is {kind}; use a {FORMATS} file.")
    try:
        if kind == "JPEG" and (pixels := _plain_jpeg(data, start)) is not None:
            return pixels
        # Not through Image.open: it warns of large pictures, or refuses them, by a process-wide limit that
        # is not ours, and asks more readers than the one that the first bytes call for.
        image = opener(BytesIO(data))
        if fault := _size_fault(*image.size):
            raise PictureError(start + fault)
        pixels = _as_tensorflow(data) if kind == "JPEG" and image.mode in ("RGB", "L") else None
        if pixels is None:
            image.load()
            pixels = _rgb(image)
        return _upright(pixels, _orientation(image))
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise PictureError(f"{start}it has too many pixels; make it smaller first.") from error
    except Exception as error:  # damaged bytes make decoders raise nearly anything
        raise PictureError(
            f"{start}this {kind} file is damaged, cut short or of an unusual sort; "
            "choose another copy, or save it anew as JPEG or PNG."
        ) from error


def load_picture(path: Path) -> np.ndarray:
    """Decode the picture file at `path` like read_picture; PictureError too where the file can't be read."""
    start = f"Can't read {_harmless(path.name)}: "
    try:
        if not path.is_file():  # also keeps away from pipes and devices, which could be read for ever
            raise PictureError(f"{start}there is no such file; check its name and folder.")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a possible name"
        raise PictureError(f"{start}the file can't be opened ({reason}).") from error
    return read_picture(data, path.name)


def resize(picture: np.ndarray, size: int = SIZE) -> np.ndarray:
    """Return `picture`, uint8 (H, W, 3), as uint8 (size, size, 3), its aspect ratio not kept.

    The arithmetic is that of `tf.image.resize` (bilinear, half-pixel centres, no smoothing when shrinking),
    which `keras.utils.image_dataset_from_directory` uses; only rounding to whole grey levels is added.
    """
    height, width, _ = picture.shape
    if height == width == size:
        return np.array(picture)  # what the sums below would come to
    import cv2

    # Whole rows of bytes are gathered, which is copying: first those of the picture that count, then, once rows and
    # columns have changed places, the columns of these. Only what is left becomes floats.
    upper, lower, down = _neighbours(height, size)
    left, right, along = _neighbours(width, size)
    rows = picture.take(np.concatenate([upper, lower]), axis=0)
    columns = cv2.transpose(rows).take(np.concatenate([left, right]), axis=0).reshape(2 * size, 2 * size * 3)
    start, across = columns[:size].astype(np.float32), columns[size:].astype(np.float32)
    across -= start
    across *= along[:, None]
    across += start
    top, result = across[:, : size * 3], across[:, size * 3 :]
    result -= top
    result *= down.repeat(3)
    result += top
    result += np.float32(0.5)
    return cv2.transpose(result.astype(np.uint8).reshape(size, size, 3))


def _neighbours(length: int, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for `size` places along `length` pixels: the pixel before, the pixel after, how far between."""
    scale = np.float32(length / size)
    place = (np.arange(size, dtype=np.float32) + np.float32(0.5)) * scale - np.float32(0.5)
    place = place.clip(0, length - 1)
    first = place.astype(np.intp)
    return first, np.minimum(first + 1, length - 1), place - first.astype(np.float32)


def _size_fault(width: int, height: int) -> str | None:
    size = f"it is {width:,} × {height:,} pixels"
    if width * height > MAX_PIXELS:
        return f"{size}, over the {MAX_PIXELS // 1_000_000} megapixels allowed; make it smaller first."
    if max(width, height) > MAX_SIDE:
        return f"{size}, and no side may be over {MAX_SIDE:,}; make it smaller first."
    if max(width, height) > MAX_RATIO * min(width, height):
        return f"{size}, one side over {MAX_RATIO} times the other; crop it first."
    return None


def _plain_jpeg(data: bytes, start: str) -> np.ndarray | None:
    """Decode a JPEG that nothing wants turned, or return None where Pillow must look at it.

    To learn size and colours from Pillow too takes half as long as to decode a small picture, and keeps other threads
    waiting meanwhile. start: what a message begins with.
    """
    if b"Exif" in data or b"Orientation" in data:  # Pillow finds the latter in XMP
        return None
    try:
        from simplejpeg import decode_jpeg_header

        height, width, colours, _ = decode_jpeg_header(data)
    except (ImportError, ValueError):
        return None
    if fault := _size_fault(width, height):
        raise PictureError(start + fault)
    return _as_tensorflow(data) if colours in ("YCbCr", "RGB", "Gray") else None


def _as_tensorflow(data: bytes) -> np.ndarray | None:
    """Decode a JPEG to the very pixels that TensorFlow gives, or return None where Pillow must see to it.

    TensorFlow uses JPEG's fast transform, which Pillow doesn't offer: its own gives reds and blues about 1.2 grey
    levels brighter, so more than one level on average from what Keras would train on. This is also twice as fast.
    """
    try:
        from simplejpeg import decode_jpeg
    except ImportError:  # a compiled package that may be missing on rare machines; pictures then differ as said
        return None
    try:
        return decode_jpeg(data, "RGB", fastdct=True)
    except ValueError:  # it is stricter than Pillow about small faults, and knows fewer kinds
        return None


def _rgb(image: Image.Image) -> np.ndarray:
    """Return the pixels of a loaded image of any mode as uint8 (H, W, 3)."""
    if image.mode.startswith(("I", "F")):
        return np.repeat(_eight_bits(np.asarray(image))[:, :, None], 3, axis=2)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image)
        image = paper
    elif image.mode != "RGB":
        image = image.convert("RGB")
    return np.asarray(image)


def _eight_bits(grey: np.ndarray) -> np.ndarray:
    """Scale deep grey pixels (16 or 32 bits, or floats) to uint8."""
    if grey.dtype.kind == "u":
        return (grey >> 8).astype(np.uint8)
    # 32-bit and float files don't say what white is: take the first usual white that no pixel exceeds.
    whole = grey.dtype.kind == "i"
    values = np.nan_to_num(grey.astype(np.float32), posinf=0, neginf=0)
    brightest = values.max()
    usual = (255, 65535) if whole else (1, 255, 65535)
    white = next((value for value in usual if brightest <= value), brightest)
    return (values.clip(0) * (255 / white) + 0.5).astype(np.uint8)


def _orientation(image: ImageFile) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # a damaged EXIF block can raise nearly anything, and spoils no pixel
        return 1


def _upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Turn and mirror (H, W, 3) pixels by EXIF orientation 1..8; other values leave them as they are."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)


def _harmless(name: str) -> str:
    """Return `name` on one line, without control characters, at most 60 characters long."""
    name = " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())
    if len(name) > 60:
        name = f"{name[:40]}…{name[-19:]}"
    return name or "the picture"
