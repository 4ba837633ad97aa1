"""catdog.datasets.cache.ImageReader: the same pixels, and no more memory than a part of them fills."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from catdog.datasets import cache
from catdog.datasets.cache import ImageReader

STATUS = Path("/proc/self/status")
NUMBER, RESIDENT, RELEASE_EVERY = 960, 100, 32
IMAGE = 160 * 160 * 3
WHOLE = NUMBER * IMAGE  # 74 MB

needs_proc = pytest.mark.skipif(not STATUS.exists(), reason="needs /proc to see the memory of this process")


def mapped_memory() -> int:
    """Bytes of mapped files that this process holds in memory."""
    (line,) = (line for line in STATUS.read_text().splitlines() if line.startswith("RssFile:"))
    return 1024 * int(line.split()[1])


@pytest.fixture(autouse=True)
def _small_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "RESIDENT", RESIDENT)
    monkeypatch.setattr(cache, "RELEASE_EVERY", RELEASE_EVERY)


@pytest.fixture(scope="module")
def array_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pixels") / "pixels.npy"
    np.save(path, np.random.default_rng(1).integers(0, 256, (NUMBER, 160, 160, 3), dtype=np.uint8))
    return path


@pytest.fixture
def pixels(array_file: Path) -> np.ndarray:
    return np.load(array_file, mmap_mode="r")


def mapped_growth(read: Callable[[np.ndarray], np.ndarray], rows: np.ndarray) -> list[int]:
    """Read these rows, 8 at a time; return by how much the mapped memory had grown after each time."""
    before, grown = mapped_memory(), []
    for chunk in rows.reshape(-1, 8):
        read(chunk)
        grown.append(mapped_memory() - before)
    return grown


@needs_proc
def test_images_that_were_read_do_not_stay_in_memory(pixels: np.ndarray) -> None:
    assert max(mapped_growth(ImageReader(pixels), np.arange(NUMBER))) < WHOLE / 4
    assert max(mapped_growth(lambda rows: pixels[rows], np.arange(NUMBER))) > 0.9 * WHOLE


@needs_proc
def test_images_read_in_random_order_do_not_stay_in_memory(pixels: np.ndarray) -> None:
    # up to 2 MB are mapped with each image, so a part of these few may touch the whole file before it is released
    grown = mapped_growth(ImageReader(pixels), np.random.default_rng(2).permutation(NUMBER))
    assert max(grown[RELEASE_EVERY // 8 - 1 :: RELEASE_EVERY // 8]) < WHOLE / 20


@needs_proc
def test_a_small_dataset_stays_in_memory(pixels: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "RESIDENT", NUMBER)
    assert mapped_growth(ImageReader(pixels), np.arange(NUMBER))[-1] > 0.9 * WHOLE


def test_pixels_are_the_same_before_and_after_their_release(pixels: np.ndarray, array_file: Path) -> None:
    expected, read = np.load(array_file), ImageReader(pixels)
    view, rows = pixels[100:108], np.array([3, NUMBER - 1, 3, 200])
    kept = read(rows)
    for first in range(0, NUMBER, 64):
        np.testing.assert_array_equal(read(slice(first, first + 64)), expected[first : first + 64])
    for images in (kept, read(rows), pixels[rows]):
        np.testing.assert_array_equal(images, expected[rows])
    np.testing.assert_array_equal(view, expected[100:108])
    np.testing.assert_array_equal(pixels, expected)


@pytest.mark.parametrize("mode", [None, "c"], ids=["in memory", "mapped, to be changed"])
def test_images_that_are_in_no_file_are_not_lost(array_file: Path, mode: str | None) -> None:
    changed = np.load(array_file, mmap_mode=mode)
    changed[5] = 7
    read = ImageReader(changed)
    for _ in range(2 * RELEASE_EVERY):
        assert (read(np.array([5])) == 7).all()
    assert (changed[5] == 7).all()


def test_pixels_are_read_where_the_system_has_no_madvise(
    pixels: np.ndarray, array_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(cache.mmap, "MADV_DONTNEED", raising=False)
    expected, read = np.load(array_file), ImageReader(pixels)
    for rows in np.arange(NUMBER).reshape(-1, 64):
        np.testing.assert_array_equal(read(rows), expected[rows])
