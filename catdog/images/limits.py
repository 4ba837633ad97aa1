"""How large an image may be, so that a file made to do harm, or just huge, can't fill the memory."""

from collections.abc import Iterator

MAX_BYTES = 50_000_000
MAX_BYTES_OF_SCANS = 20_000_000  # of a progressive JPEG, which takes three times as long for each byte
MAX_PIXELS = 100_000_000  # of a JPEG that decodes row by row, the only kind that costs no more than its pixels
MAX_PIXELS_OF = {"JPEG": 25_000_000, "WebP": 25_000_000, "AVIF": 25_000_000}  # their decoders hold an image twice
MAX_PIXELS_OTHERWISE = 50_000_000
MAX_SIDE = 30_000
MAX_RATIO = 100
MAX_PARTS = 100_000  # chunks, segments or blocks of a file: more than encoders make, few enough to look at in a moment
MAX_SCANNED = 300_000_000  # pixels times scans: each scan of a progressive JPEG goes over all of its pixels


def find_bytes_fault(length: int, scans: int = 1) -> str | None:
    """Return the end of a sentence that says why a file of `length` bytes is too long, None if it is not.

    Args:
        length: The file's length in bytes.
        scans: How often a JPEG goes over its pixels; 1 for other formats.
    """
    most = MAX_BYTES if scans == 1 else MAX_BYTES_OF_SCANS
    if length > most:
        kind = "" if scans == 1 else ", the most for a progressive JPEG"
        return f"it is larger than {most // 1_000_000} MB{kind}; make it smaller first."
    return None


def max_pixels(kind: str, rowwise: bool = True) -> int:
    """Return how many pixels an image may have.

    Args:
        kind: Its format, as catdog.images.formats calls it, such as "PNG".
        rowwise: Whether a JPEG decodes row by row.
    """
    return MAX_PIXELS if kind == "JPEG" and rowwise else MAX_PIXELS_OF.get(kind, MAX_PIXELS_OTHERWISE)


def find_size_fault(kind: str, width: int, height: int, scans: int = 1, rowwise: bool = True) -> str | None:
    """Return the end of a sentence that says why an image is too large, None if it is not.

    Args:
        kind: Its format, as catdog.images.formats calls it, such as "PNG".
        width: In pixels.
        height: In pixels.
        scans: How often a JPEG goes over its pixels; 1 for other formats.
        rowwise: Whether a JPEG of one scan decodes row by row.
    """
    size = f"it is {width:,} × {height:,} pixels"
    most = max_pixels(kind, rowwise and scans == 1)
    if width < 1 or height < 1:
        return "it has no pixels; choose another file."
    if width * height > most:
        return f"{size}, over the {most // 1_000_000} megapixels allowed for its kind; make it smaller first."
    if max(width, height) > MAX_SIDE:
        return f"{size}, and no side may be over {MAX_SIDE:,}; make it smaller first."
    if max(width, height) > MAX_RATIO * min(width, height):
        return f"{size}, one side over {MAX_RATIO} times the other; crop it first."
    if scans * width * height > MAX_SCANNED:
        return f"it draws its pixels {scans:,} times over; save it anew as an ordinary JPEG or PNG."
    return None


def count_parts() -> Iterator[int]:
    """Count from 0 while a file is gone through part by part.

    Raises:
        ValueError: There are more than MAX_PARTS.
    """
    yield from range(MAX_PARTS)
    raise ValueError("the file has too many parts")
