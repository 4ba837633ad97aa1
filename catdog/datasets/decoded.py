"""The decoded images of a dataset, read from their file as they are needed."""

import io
import math
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from catdog.errors import DataError
from catdog.images.decode import SIZE

SHAPE = (SIZE, SIZE, 3)
IMAGE_BYTES = SIZE * SIZE * 3


class DecodedImages:
    """Images in a .npy file, uint8 (N, 160, 160, 3), RGB, 0 to 255; safe to use from any number of threads.

    The file is read, not memory-mapped: nothing but what was asked for comes into the memory of the process, and
    nothing of it stays there. The file stays open, and so outlives its deletion, until `release` is called.

    Attributes:
        path: The file.
        shape: (N, 160, 160, 3).
    """

    dtype = np.dtype(np.uint8)

    def __init__(self, path: Path) -> None:
        """Open a file.

        Raises:
            OSError: There is none, or it can't be read.
            ValueError: It is no .npy file of such images, or not whole.
        """
        self.path = path
        self._lock = threading.Lock()
        file = path.open("rb", buffering=0)
        self._close = weakref.finalize(self, file.close)
        self._file: io.FileIO | None = file
        if np.lib.format.read_magic(file) != (1, 0):
            raise ValueError(f"{path} is of another version of the format")
        self.shape, by_column, dtype = np.lib.format.read_array_header_1_0(file)
        self._start = file.tell()
        whole = path.stat().st_size == self._start + math.prod(self.shape)
        if dtype != self.dtype or self.shape[1:] != SHAPE or by_column or not whole:
            raise ValueError(f"{path} does not hold uint8 (N, {SIZE}, {SIZE}, 3)")

    def release(self) -> None:
        """Close the file, and open it for each read from now on: once it is deleted, the disk has its space again."""
        with self._lock:
            self._file = None
            self._close()

    def __len__(self) -> int:
        """Return the number of images."""
        return self.shape[0]

    def __getitem__(self, rows: int | np.integer | slice | np.ndarray) -> np.ndarray:
        """Read images.

        Args:
            rows: An index, a slice, or indices, int (M,).

        Returns:
            A new array, uint8 (160, 160, 3) for an index, else (M, 160, 160, 3).

        Raises:
            IndexError: There is no such image.
            DataError: The file is gone or was cut short.
        """
        every = range(len(self))
        if isinstance(rows, int | np.integer):
            return self._read([every[rows]])[0]
        return self._read(every[rows] if isinstance(rows, slice) else np.asarray(every)[rows])

    def __array__(self, dtype: np.dtype | None = None, copy: bool | None = None) -> np.ndarray:
        """Read all images; this is what `np.asarray` calls."""
        return self[:] if dtype is None else self[:].astype(dtype, copy=False)

    def _read(self, rows: Sequence[int] | np.ndarray) -> np.ndarray:
        images = np.empty((len(rows), *SHAPE), np.uint8)
        at_once = isinstance(rows, range) and rows.step == 1
        parts = {0: images} if at_once else dict(enumerate(images))
        try:
            with self._open() as file:
                for index, part in parts.items() if len(rows) else ():
                    file.seek(self._start + int(rows[index]) * IMAGE_BYTES)
                    _fill(file, part)
        except (OSError, EOFError) as error:
            raise DataError(
                "The decoded images of this data are gone or damaged, as they are once the data are deleted: choose "
                "other data, or reload the page to decode the images again."
            ) from error
        return images

    @contextmanager
    def _open(self) -> Iterator[io.FileIO]:
        with self._lock:
            if self._file is not None:
                yield self._file
                return
        with self.path.open("rb", buffering=0) as file:
            yield file


def _fill(file: io.FileIO, part: np.ndarray) -> None:
    """Read as many bytes as an array has; the system gives at most 2 GB at once."""
    left = memoryview(part).cast("B")
    while len(left):
        count = file.readinto(left)
        if not count:
            raise EOFError(f"{file.name} was cut short")
        left = left[count:]
