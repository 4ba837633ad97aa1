"""The size of a picture, told by the beginning of its file: nothing is decoded."""

from pathlib import Path

from PIL.ImageFile import ImageFile

from catdog.images.formats import identify
from catdog.images.limits import MAX_BYTES, find_size_fault

HEAD = 1024  # bytes that tell the kind of a file
_ORIENTATION = 0x0112  # the EXIF tag
_EXIF = ("exif", "Raw profile type exif")  # where Pillow keeps what a PNG has of it before its pixels


def read_size(path: Path) -> tuple[int, int] | None:
    """Return width and height in pixels of the picture at `path` as load_picture gives it: turned upright by EXIF.

    None where there is no such file, or one that load_picture refuses by its kind, bytes or pixels. Damage further
    on in the file is not seen.
    """
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
        with path.open("rb") as file:
            kind, opener = identify(file.read(HEAD))
            if opener is None:
                return None
            file.seek(0)
            image = opener(file)
            width, height = image.size
            if find_size_fault(kind, width, height):
                return None
            return (height, width) if _lies_on_its_side(image, kind) else (width, height)
    except Exception:  # damaged headers make readers raise nearly anything
        return None


def _lies_on_its_side(image: ImageFile, kind: str) -> bool:
    if kind == "TIFF":
        return False  # Pillow has turned the size of these already
    if kind == "PNG" and not any(name in image.info for name in _EXIF):
        return False  # to look for EXIF behind the pixels, Pillow would decode them
    try:
        return image.getexif().get(_ORIENTATION, 1) in (5, 6, 7, 8)
    except Exception:  # as in pictures.py: a damaged EXIF block spoils no pixel
        return False
