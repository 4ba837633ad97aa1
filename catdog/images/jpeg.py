"""JPEG files: decoded to the very pixels that TensorFlow gives, which Pillow can't."""

import numpy as np

from catdog.images.limits import count_parts

_START_OF_SCAN = 0xDA
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
# the segments that tell which colors these are and which side is up: how they begin, and how long they are at least
_KEPT = {
    0xE0: ((b"JFIF\0",), 16),
    0xE1: ((b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"), 2),
    0xEE: ((b"Adobe",), 14),
}
_MARKERS = {*range(0xC0, 0xD0), *range(0xDA, 0xF0), 0xFE}
_APPLICATION = 0xE0  # the first of the markers of what lies beside the pixels
_ROWWISE = {0xC0, 0xC1}  # frames that decode row by row where all components are in one scan


def read_header(data: bytes) -> tuple[int, int, str] | None:
    """Return width, height and color space, such as "YCbCr", of a JPEG, or None where only Pillow can tell."""
    try:
        from simplejpeg import decode_jpeg_header

        height, width, colorspace, _ = decode_jpeg_header(data)
    except (ImportError, ValueError):
        return None
    return width, height, colorspace


def decode_like_tensorflow(data: bytes) -> np.ndarray | None:
    """Decode a JPEG as TensorFlow does.

    TensorFlow uses JPEG's fast transform, which Pillow doesn't offer: Pillow's makes reds and blues about 1.2 levels
    brighter, more than a level on average from what Keras would train on. The fast one is also twice as fast.

    Returns:
        uint8 (H, W, 3), RGB, 0..255; None where only Pillow can decode it.
    """
    try:
        from simplejpeg import decode_jpeg
    except ImportError:  # a compiled package that may be missing on rare machines; images then differ as said above
        return None
    try:
        return decode_jpeg(data, "RGB", fastdct=True)
    except ValueError:  # it is stricter than Pillow about small faults, and supports fewer kinds of JPEG
        without = drop_side_data(data)
        return decode_like_tensorflow(without) if len(without) < len(data) else None


def count_scans(data: bytes) -> int:
    """Return how often a JPEG goes over its pixels: once, or in finer and finer scans if it is progressive.

    More than one scan makes a decoder keep all coefficients in memory, up to 6 bytes a pixel.

    Raises:
        ValueError: There are too many segments to go through.
    """
    place, frame, components, count = 2, 0, 0, count_parts()
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        next(count)
        if marker == 0xFF:  # a marker may be filled up with these
            place += 1
            continue
        if marker in _FRAMES:
            frame, components = marker, data[place + 9] if place + 9 < len(data) else 0
        if marker == _START_OF_SCAN:
            if frame in _ROWWISE and data[place + 4] == components:
                return 1
            break
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    # in the coded pixels 0xFF is never followed by this, so these are markers; a thumbnail may add a few
    return max(2, data.count(bytes((0xFF, _START_OF_SCAN))))


def drop_side_data(data: bytes) -> bytes:
    """Return a JPEG with, of all its application segments and comments, those that _KEPT names."""
    parts, at = [data[:2]], 2
    for _ in count_parts():
        at = data.find(b"\xff", at)
        if at < 0 or at + 4 > len(data):
            break
        marker, end = data[at + 1], at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _START_OF_SCAN:
            parts.append(data[at:])
            break
        if marker not in _MARKERS or end < at + 4:
            at += 1
            continue
        starts, least = _KEPT.get(marker, ((), 0))
        if marker < _APPLICATION or (data.startswith(starts, at + 4) and end - at - 2 >= least):
            parts.append(data[at:end])
        at = end
    return data if sum(map(len, parts)) == len(data) else b"".join(parts)
