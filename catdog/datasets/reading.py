"""Reading mapped pictures in large numbers, without all that was read staying in memory."""

import mmap

import numpy as np

STAYS = 4096  # a set of that many pictures, 315 MB, may stay in memory as a whole
# Linux maps up to 2 MB with each picture that is touched, so 4,096 of them here and there would map a whole large set;
# to let go and map again costs 2 µs a picture
AT_ONCE = 128


class ImageReader:
    """Gives chosen rows of decoded pictures, and lets go of the memory that the mapped file of a large set fills.

    Nothing is lost by that: a picture that is read again comes from the file again, which the system still keeps as
    long as nobody else needs the space. What is not mapped stays as it is.
    """

    def __init__(self, pixels: np.ndarray) -> None:
        """Read from `pixels`: uint8 (N, 160, 160, 3), as in Dataset."""
        self._pixels = pixels
        self._read = 0
        mapped = isinstance(pixels.base, mmap.mmap) and len(pixels) > STAYS and not pixels.flags.writeable
        # Windows has no such advice
        self._file = pixels.base if mapped and hasattr(mmap, "MADV_DONTNEED") else None

    def __call__(self, rows: np.ndarray | slice) -> np.ndarray:
        """Return these rows, uint8 (M, 160, 160, 3): a copy for numbers of rows, a view for a slice."""
        chosen = self._pixels[rows]
        self._read += len(chosen)
        if self._file is not None and self._read >= AT_ONCE:
            self._file.madvise(mmap.MADV_DONTNEED)
            self._read = 0
        return chosen
