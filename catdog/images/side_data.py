"""Image files without what lies beside the pixels: profiles, notes, times. A fault in those spoils no pixel."""

import re
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO

from PIL.ImageFile import ImageFile

from catdog.images.formats import Opener
from catdog.images.jpeg import drop_side_data
from catdog.images.limits import count_parts

MAX_LOST = 4  # parts of a wrong length, behind each of which the next one has to be searched for
MAX_PLACES = 100  # looked at in each such search

_PNG_CRITICAL = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
_PNG_ORIENTATION = (b"eXIf", b"tEXtRaw profile type exif\0", b"zTXtRaw profile type exif\0", b"iTXtXML:com.adobe.xmp\0")
_WEBP_PIXELS = (b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L")
_WEBP_FLAGS = {b"ANIM": 0x02, b"ALPH": 0x10, b"EXIF": 0x08, b"XMP ": 0x04}  # bits of the header VP8X
_EXIF_ITEM = re.compile(rb"(infe.{8,10})Exif", re.DOTALL)  # the entry in an AVIF or HEIC file's list that tells of EXIF
_GIF_EXTENSION, _GIF_CONTROL = b"\x21", b"\xf9"


def open_image(data: bytes, kind: str, opener: Opener) -> tuple[ImageFile, bytes]:
    """Open an image file, if need be without what lies beside its pixels.

    Args:
        data: The file's bytes.
        kind: Its format, as catdog.images.formats calls it, such as "PNG".
        opener: Opens files of this format.

    Returns:
        The image, of which nothing is decoded yet, and the bytes that it was opened from.

    Raises:
        Exception: What the opener raises where it can't open what is left, too; ValueError where there are too many
            parts.
    """
    fault = None
    for reading in _list_readings(data, kind):
        try:
            return opener(BytesIO(reading)), reading
        except (MemoryError, ImportError):
            raise
        except Exception as error:  # damaged bytes make decoders raise nearly anything
            fault = error
    raise fault


def _list_readings(data: bytes, kind: str) -> Iterator[bytes]:
    """Yield the forms in which to open a file, each for the case that the one before can't be opened."""
    # Two are never opened as they are: of a PNG Pillow finds some faults beside the pixels only after it has decoded
    # these, and over a GIF's notes it can spend seconds.
    if kind == "PNG":
        yield _keep_png(data, (b"tRNS", *_PNG_ORIENTATION))
        yield _keep_png(data, (b"tRNS",))
        yield _keep_png(data, ())
    elif kind == "GIF":
        yield _keep_gif(data)
    else:
        yield data
    if kind == "JPEG":
        yield drop_side_data(data)
    elif kind == "WebP":
        yield _keep_webp(data, (*_WEBP_PIXELS, b"EXIF", b"XMP "))
        yield _keep_webp(data, _WEBP_PIXELS)
    elif kind in ("AVIF", "HEIC"):
        yield _EXIF_ITEM.sub(rb"\1none", data)


def _keep_png(data: bytes, kept: tuple[bytes, ...]) -> bytes:
    """Return a PNG with its pixels and, of the sound chunks beside them, those that begin like one of `kept`."""
    start, beside, pixels, at, lost, drawn = [data[:8]], [], [], 8, 0, False
    view = memoryview(data)
    for _ in count_parts():
        name, end = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4], "big")
        if name in _PNG_CRITICAL:  # with whatever is wrong with it, which the decoder must see
            (start if name == b"IHDR" else pixels).append(view[at:end])
            drawn = drawn or name == b"IDAT"
        elif end <= len(data) and zlib.crc32(view[at + 4 : end - 4]) == int.from_bytes(data[end - 4 : end], "big"):
            if data.startswith(kept, at + 4) and not (drawn and name == b"tRNS"):
                (pixels if name == b"tRNS" else beside).append(view[at:end])
        elif not _begins_png_chunk(data, end):
            lost += 1
            end = _find(data, at + 8, (b"PLTE", b"tRNS", b"IDAT"), 4, _begins_png_chunk) if lost <= MAX_LOST else -1
        if not 0 <= end < len(data) or name == b"IEND":
            break
        at = end
    parts = [*start, *beside, *pixels]
    return data if not beside and sum(map(len, parts)) == len(data) else b"".join(parts)


def _begins_png_chunk(data: bytes, at: int) -> bool:
    """Tell whether `at` is the end of the file, or a chunk begins there that fits into it."""
    length = int.from_bytes(data[at : at + 4], "big")
    return at == len(data) or (data[at + 4 : at + 8].isalpha() and at + 12 + length <= len(data))


def _keep_webp(data: bytes, kept: tuple[bytes, ...]) -> bytes:
    """Return a WebP file with those chunks that are among `kept`, and a header that fits them."""
    header, chunks, at, lost = b"", [], 12, 0
    for _ in count_parts():
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + length + length % 2
        if name == b"VP8X":
            header = data[at:end]
        elif name in _WEBP_PIXELS or (name in kept and end <= len(data)):
            chunks.append(data[at:end])
        elif not _begins_webp_chunk(data, end):
            lost += 1
            end = _find(data, at + 8, _WEBP_PIXELS, 0, _begins_webp_chunk) if lost <= MAX_LOST else -1
        if not 0 <= end < len(data):
            break
        at = end
    if len(header) >= 18:
        names = {chunk[:4] for chunk in chunks}
        flags = sum(flag for name, flag in _WEBP_FLAGS.items() if name in names)
        flags |= header[8] & _WEBP_FLAGS[b"ALPH"]  # a lossless image has its alpha inside
        header = header[:8] + bytes([flags]) + header[9:]
    body = b"".join([b"WEBP", header, *chunks])
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _begins_webp_chunk(data: bytes, at: int) -> bool:
    """Tell whether `at` is the end of the file, or a chunk begins there that fits into it."""
    length = int.from_bytes(data[at + 4 : at + 8], "little")
    return at == len(data) or (data[at : at + 4].strip().isalnum() and at + 8 + length <= len(data))


def _keep_gif(data: bytes) -> bytes:
    """Return a GIF with, of all that stands before its first image, the whole blocks that control how it is shown."""
    at = 13 + (3 * (2 << (data[10] & 7)) if data[10:11] and data[10] & 0x80 else 0)
    parts, count = [data[:at]], count_parts()
    while data[at : at + 1] == _GIF_EXTENSION:
        name, start, at = data[at + 1 : at + 2], at, at + 2
        while length := int.from_bytes(data[at : at + 1], "big"):
            at += 1 + length
            next(count)
        at += 1
        next(count)
        if name == _GIF_CONTROL and at - start == 8:
            parts.append(data[start:at])
    return data if at == len(parts[0]) else b"".join([*parts, data[at:]])


def _find(data: bytes, start: int, names: tuple[bytes, ...], before: int, begins: Callable[[bytes, int], bool]) -> int:
    """Return where the next chunk with one of these names begins, `before` bytes before the name; -1 if nowhere."""
    places = []
    for name in names:
        at = start
        for _ in range(MAX_PLACES):
            at = data.find(name, at + before) - before
            if at < start:
                break
            if begins(data, at):
                places.append(at)
                break
            at += 1
    return min(places, default=-1)
