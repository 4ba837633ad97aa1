"""Read the size of an image from the beginning of its file, without decoding it."""

from pathlib import Path

from PIL.ImageFile import ImageFile

from catdog.images.formats import HEAD, identify
from catdog.images.limits import MAX_BYTES, find_size_fault
from catdog.images.pixels import read_orientation
from catdog.images.side_data import open_image

_EXIF = ("exif", "Raw profile type exif")  # where Pillow keeps what a PNG has of it before its pixels


def read_size(path: Path) -> tuple[int, int] | None:
    """Return width and height in pixels of the image at `path`, turned upright as `load_image` returns it.

    None where there is no such file, or one that `load_image` refuses by its format, bytes or pixels. Damage further
    on in the file is not noticed.
    """
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
        with path.open("rb") as file:
            kind, opener = identify(file.read(HEAD))
            if opener is None:
                return None
            file.seek(0)
            try:
                image = opener(file)
            except Exception:  # perhaps only because of what lies beside the pixels, which takes the whole file to say
                file.seek(0)
                image, _ = open_image(file.read(), kind, opener)
            width, height = image.size
            if find_size_fault(kind, width, height):
                return None
            return (height, width) if _is_rotated(image, kind) else (width, height)
    except Exception:  # damaged headers make decoders raise nearly anything
        return None


def _is_rotated(image: ImageFile, kind: str) -> bool:
    if kind == "TIFF":
        return False  # Pillow has swapped the sides of these already
    if kind == "PNG" and not any(name in image.info for name in _EXIF):
        return False  # to look for EXIF behind the pixels, Pillow would decode them
    return read_orientation(image) in (5, 6, 7, 8)
