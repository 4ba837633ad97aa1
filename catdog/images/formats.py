"""Image file formats: which one a file's first bytes say, and the decoder for it."""

from collections.abc import Callable
from io import BytesIO

from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

#: Opens a file by its header, without decoding it; raises nearly anything where the header is damaged.
Opener = Callable[[BytesIO], ImageFile]

FORMATS = "JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC"

HEAD = 1024  # bytes that tell the format of a file

_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
_NO_IMAGES = (
    (b"%pdf-", "a PDF document"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"pk\x03\x04", "a zip archive"),
)


def identify(data: bytes) -> tuple[str, Opener | None]:
    """Return the format of a file's bytes, such as "PNG", and what opens it.

    Where nothing here can open them, the format is words that finish "it is ...", and the opener is None.
    """
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG", JpegImageFile
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG", PngImageFile
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF", GifImageFile
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP", WebPImageFile
    if data[:2] == b"BM" and data[15:18] == b"\0\0\0":  # from a length under 256, or "BMW" would be an image
        return "BMP", BmpImageFile
    if data.startswith(_TIFF):
        return "TIFF", TiffImageFile
    if data[4:8] == b"ftyp":
        return _identify_boxes(data)
    return _describe_unknown(data), None


def is_image(head: bytes) -> bool:
    """Return whether a file that begins with these HEAD bytes, or is no longer, is of a format that can be opened."""
    return identify(head)[1] is not None


def _identify_boxes(data: bytes) -> tuple[str, Opener | None]:
    """Tell AVIF, HEIC and videos apart, which share a container, by the brands that its first box lists."""
    length = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[at : at + 4] for at in range(8, length, 4)}
    if brands & _AVIF_BRANDS:
        return "AVIF", AvifImageFile
    if brands & _HEIF_BRANDS:
        return "HEIC", _open_heif
    return "a video", None


def _describe_unknown(data: bytes) -> str:
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for start, kind in _NO_IMAGES:
        if head.startswith(start):
            return kind
    if b"<svg" in head:
        return "an SVG drawing"
    if any(byte < 9 or 13 < byte < 32 for byte in head):
        return "not an image of a known kind"
    return "text, not an image"


def _open_heif(file: BytesIO) -> ImageFile:
    from pillow_heif import HeifImageFile  # loads libheif, so only when needed; nothing is registered in Pillow

    return HeifImageFile(file)
