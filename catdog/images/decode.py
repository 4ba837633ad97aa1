"""The only door for image bytes: untrusted bytes in, uint8 (H, W, 3) RGB out, or an ImageError."""

from pathlib import Path

import numpy as np
from PIL import Image

from catdog.errors import ImageError
from catdog.images.formats import FORMATS, Opener, identify
from catdog.images.jpeg import count_scans, decode_like_tensorflow, read_header
from catdog.images.limits import MAX_BYTES, MAX_PIXELS, MAX_RATIO, MAX_SIDE, find_bytes_fault, find_size_fault
from catdog.images.pixels import read_orientation, to_rgb, turn_upright
from catdog.images.resize import SIZE, resize
from catdog.images.side_data import open_image

__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "MAX_RATIO",
    "MAX_SIDE",
    "SIZE",
    "SUFFIXES",
    "load_image",
    "read_image",
    "resize",
]

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".heic", ".heif", ".tif", ".tiff", ".avif")


def read_image(data: bytes, name: str = "the image") -> np.ndarray:
    """Decode an image file's bytes; of animations and multi-page files, the first image.

    What is empty, of another format or over a limit of catdog.images.limits is refused before anything is decoded.

    Args:
        data: The bytes of a JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC file, from anywhere.
        name: What messages call it; control characters and overlong names are dealt with here.

    Returns:
        uint8 (H, W, 3), RGB, 0..255, possibly read-only: turned upright by EXIF, transparency over white, deeper greys
        scaled to eight bits. A large image may be a view of its memory.

    Raises:
        ImageError: The image can't be read. Nothing else is ever raised.
    """
    start = f"Can't read {_harmless(name)}: "
    if not data:
        raise ImageError(f"{start}it is empty (0 bytes); choose another file.")
    _refuse(start, find_bytes_fault(len(data)))
    kind, opener = identify(data)
    if opener is None:
        raise ImageError(f"{start}it is {kind}; use a {FORMATS} file.")
    try:
        return _decode(data, kind, opener, start)
    except ImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise ImageError(f"{start}it has too many pixels; make it smaller first.") from error
    except ImportError as error:
        package = (error.name or "").replace("_", "-")
        raise ImageError(f"{start}{kind} files need the package {package}; install it, or save it as JPEG.") from error
    except Exception as error:  # damaged bytes make decoders raise nearly anything
        raise ImageError(
            f"{start}this {kind} file is damaged, cut short or of an unusual sort; "
            "choose another copy, or save it anew as JPEG or PNG."
        ) from error


def load_image(path: Path) -> np.ndarray:
    """Decode the image file at `path` like `read_image`; raise ImageError too where the file can't be read."""
    start = f"Can't read {_harmless(path.name)}: "
    try:
        if not path.is_file():  # also keeps away from pipes and devices, which could be read for ever
            raise ImageError(f"{start}there is no such file; check its name and folder.")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a possible name"
        raise ImageError(f"{start}the file can't be opened ({reason}).") from error
    return read_image(data, path.name)


def _decode(data: bytes, kind: str, opener: Opener, start: str) -> np.ndarray:
    """Return the pixels of a file of format `kind`; `start` begins the message about a file that is too large."""
    scans = count_scans(data) if kind == "JPEG" else 1
    _refuse(start, find_bytes_fault(len(data), scans))
    # Asking Pillow for size and colours too takes half as long as decoding a small image, and keeps other threads
    # waiting meanwhile. But Pillow must tell the orientation, where EXIF or XMP may have one.
    if kind == "JPEG" and b"Exif" not in data and b"Orientation" not in data:
        width, height, colorspace = read_header(data) or (1, 1, "")
        _refuse(start, find_size_fault(kind, width, height, scans))
        if colorspace in ("YCbCr", "RGB", "Gray") and (pixels := decode_like_tensorflow(data)) is not None:
            return pixels
    # Not through Image.open: it warns of large images, or refuses them, by a process-wide limit that is not ours, and
    # tries more decoders than the one that the first bytes call for.
    image, reading = open_image(data, kind, opener)
    _refuse(start, find_size_fault(kind, *image.size, scans))
    plain = kind == "JPEG" and image.mode in ("RGB", "L")
    pixels = decode_like_tensorflow(reading) if plain else None
    if pixels is None:
        if fault := find_size_fault(kind, *image.size, scans, rowwise=False):
            # a plain JPEG gets here because of damage, not because of its size
            raise ValueError(fault) if plain else ImageError(start + fault)
        image.load()
        pixels = to_rgb(image)
    return turn_upright(pixels, read_orientation(image))


def _refuse(start: str, fault: str | None) -> None:
    if fault:
        raise ImageError(start + fault)


def _harmless(name: str) -> str:
    """Return `name` on one line, without control characters, at most 60 characters long."""
    name = " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())
    if len(name) > 60:
        name = f"{name[:40]}…{name[-19:]}"
    return name or "the image"
