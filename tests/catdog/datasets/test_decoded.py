"""The decoded images in their file: the right pixels, nothing left in memory, and nothing kept of a deleted file."""

import os
import threading
from pathlib import Path

import numpy as np
import pytest

from catdog.datasets.decoded import DecodedImages
from catdog.errors import DataError

NUMBER = 24
PROC = Path("/proc/self/fd")


@pytest.fixture(scope="module")
def array() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (NUMBER, 160, 160, 3), dtype=np.uint8)


@pytest.fixture
def file(tmp_path: Path, array: np.ndarray) -> Path:
    np.save(tmp_path / "pixels.npy", array)
    return tmp_path / "pixels.npy"


def is_open(file: Path) -> bool:
    """Tell whether this process has the file open or mapped, deleted or not."""
    opened = [str(link.readlink()) for link in PROC.iterdir() if link.is_symlink()]
    return any(name.startswith(str(file)) for name in opened) or str(file) in Path("/proc/self/maps").read_text()


@pytest.mark.parametrize("released", [False, True])
def test_rows_are_those_of_the_array(file: Path, array: np.ndarray, released: bool) -> None:
    images = DecodedImages(file)
    if released:
        images.release()
    assert (len(images), images.shape, images.dtype) == (NUMBER, array.shape, array.dtype)
    selections = [0, -1, np.int64(5), slice(None), slice(3, 9), slice(20, 99), slice(None, None, 5), slice(9, 3)]
    selections += [np.array([3, 23, 3, 7]), np.array([], np.int64), array[:, 0, 0, 0] > 128, slice(None, None, -1)]
    for rows in selections:
        np.testing.assert_array_equal(images[rows], array[rows])
    np.testing.assert_array_equal(np.asarray(images), array)
    np.testing.assert_array_equal(np.asarray(images, np.float32), array.astype(np.float32))
    assert [image[0, 0, 0] for image in images] == array[:, 0, 0, 0].tolist()
    for wrong in (NUMBER, -NUMBER - 1, np.array([NUMBER])):
        with pytest.raises(IndexError):
            images[wrong]


def test_an_image_is_a_copy_that_may_be_changed(file: Path, array: np.ndarray) -> None:
    images = DecodedImages(file)
    images[2][:] = 0
    np.testing.assert_array_equal(images[2], array[2])


@pytest.mark.skipif(not PROC.exists(), reason="needs /proc to see what is open")
def test_a_released_file_is_neither_open_nor_mapped(file: Path, array: np.ndarray) -> None:
    images = DecodedImages(file)
    assert is_open(file)
    images.release()
    np.testing.assert_array_equal(images[:], array)
    assert not is_open(file)
    kept = DecodedImages(file)
    del kept
    assert not is_open(file)


def test_a_file_in_use_outlives_its_deletion_and_a_released_one_says_so(file: Path, array: np.ndarray) -> None:
    held, released = DecodedImages(file), DecodedImages(file)
    released.release()
    file.unlink()
    np.testing.assert_array_equal(held[np.array([7, 3])], array[[7, 3]])
    with pytest.raises(DataError, match=r"^The decoded images of this data are gone or damaged[^.]*\.$"):
        released[7]


def test_a_file_cut_short_is_one_sentence(file: Path, array: np.ndarray) -> None:
    images = DecodedImages(file)
    os.truncate(file, file.stat().st_size - 5)
    np.testing.assert_array_equal(images[0], array[0])
    with pytest.raises(DataError, match="gone or damaged"):
        images[NUMBER - 1]


@pytest.mark.parametrize("released", [False, True])
def test_any_number_of_threads_may_read(file: Path, array: np.ndarray, released: bool) -> None:
    images, wrong = DecodedImages(file), []
    if released:
        images.release()

    def read(seed: int) -> None:
        for rows in np.random.default_rng(seed).integers(0, NUMBER, (20, 4)):
            if not np.array_equal(images[rows], array[rows]):
                wrong.append(rows)

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize(
    "content",
    [np.zeros((2, 160, 160), np.uint8), np.zeros((2, 160, 160, 3), np.int8), np.zeros((), np.uint8), b"", b"\x93NUMPY"],
    ids=["shape", "dtype", "scalar", "empty", "cut"],
)
def test_another_file_is_refused(tmp_path: Path, content: np.ndarray | bytes) -> None:
    if isinstance(content, bytes):
        (tmp_path / "x.npy").write_bytes(content)
    else:
        np.save(tmp_path / "x.npy", content)
    with pytest.raises(ValueError):  # noqa: PT011  (numpy's own, or ours)
        DecodedImages(tmp_path / "x.npy")
