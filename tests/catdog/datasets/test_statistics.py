"""catdog.datasets.statistics: right for each file and its pixels, computed once, cached by fingerprint."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catdog.datasets import SPLITS
from catdog.datasets import statistics as module
from catdog.datasets.cache import Dataset, decode_dataset
from catdog.datasets.catalog import scan_folder
from catdog.datasets.statistics import ImageStatistics, compute_statistics
from catdog.images.decode import load_image


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def grey(tmp_path: Path, cache: Path) -> Dataset:
    """20 + 20 PNGs of one grey level each, which the name tells, and of different sizes."""
    root = tmp_path / "grey"
    for index in range(40):
        folder = root / ("dark" if index % 2 else "light")
        folder.mkdir(parents=True, exist_ok=True)
        Image.new("L", (30 + index, 20), 6 * index).save(folder / f"{6 * index:03}.png")
    return decode_dataset(scan_folder("somewhere", root), cache)


def levels(dataset: Dataset) -> np.ndarray:
    return np.array([int(Path(path).stem) for path in dataset.catalog.paths])


def test_size_bytes_and_brightness_come_in_the_catalogs_order(grey, cache) -> None:
    statistics = compute_statistics(grey, cache)
    files = [grey.catalog.root / path for path in grey.catalog.paths]
    assert statistics.widths.tolist() == [load_image(file).shape[1] for file in files]
    assert set(statistics.heights.tolist()) == {20}
    assert statistics.bytes.tolist() == [file.stat().st_size for file in files]
    assert statistics.brightness == pytest.approx(levels(grey), abs=0.1)
    assert statistics.pixels.tolist() == [width * 20 for width in statistics.widths]


def test_brightness_weighs_colours_by_bt601(tmp_path, cache) -> None:
    root = tmp_path / "colours"
    for name, colour in (("blue", (0, 0, 255)), ("green", (0, 255, 0))):
        (root / name).mkdir(parents=True)
        for index in range(10):
            Image.new("RGB", (20, 20), colour).save(root / name / f"{index}.png")
    brightness = compute_statistics(decode_dataset(scan_folder("x", root), cache), cache).brightness
    assert brightness[:10] == pytest.approx(0.114 * 255, abs=0.1)
    assert brightness[10:] == pytest.approx(0.587 * 255, abs=0.1)


def test_mean_images_are_those_of_each_split_and_class(grey, cache, monkeypatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 7)  # no part of the set fits into whole blocks
    means = compute_statistics(grey, cache).means
    for position, split in enumerate(SPLITS):
        for label in (0, 1):
            expected = grey.pixels[grey.catalog.indices(split, label)].mean(axis=0)
            assert np.abs(means[position, label] - expected).max() <= 0.51


def test_statistics_are_computed_once_and_then_read(grey, cache) -> None:
    first = compute_statistics(grey, cache)
    again = compute_statistics(grey, cache, lambda *_: pytest.fail("something was done"))
    for name in ImageStatistics.__dataclass_fields__:
        assert np.array_equal(getattr(first, name), getattr(again, name))


@pytest.mark.parametrize("damage", [b"", b"no zip", None])
def test_a_damaged_cache_file_is_written_anew(grey, cache, damage) -> None:
    first = compute_statistics(grey, cache)
    (file,) = cache.glob("*-facts-*.npz")
    file.write_bytes(file.read_bytes()[:2000] if damage is None else damage)
    assert np.array_equal(compute_statistics(grey, cache).widths, first.widths)
    compute_statistics(grey, cache, lambda *_: pytest.fail("the file was not written anew"))


def test_statistics_of_other_images_of_the_folder_are_not_used(grey, cache) -> None:
    compute_statistics(grey, cache)
    rows = np.arange(1, 40)
    fewer = Dataset(grey.catalog.keep(rows), grey.pixels[1:])
    assert compute_statistics(fewer, cache).brightness == pytest.approx(levels(fewer), abs=0.1)
    swapped = replace(grey.catalog, paths=grey.catalog.paths[::-1])
    assert compute_statistics(Dataset(swapped, grey.pixels[::-1]), cache).widths[0] == 30 + levels(grey)[-1] // 6


def test_a_cache_that_cannot_be_written_costs_no_statistics(grey, tmp_path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert len(compute_statistics(grey, tmp_path / "file" / "cache").widths) == 40


def test_a_missing_file_has_no_size_but_keeps_its_brightness(grey, cache) -> None:
    (grey.catalog.root / grey.catalog.paths[3]).unlink()
    statistics = compute_statistics(grey, cache)
    assert (statistics.widths[3], statistics.heights[3], statistics.bytes[3]) == (0, 0, 0)
    assert (statistics.widths > 0).sum() == 39
    assert statistics.brightness[3] == pytest.approx(levels(grey)[3], abs=0.1)


def test_progress_ends_at_its_total(grey, cache) -> None:
    reports: list[tuple[int, int]] = []
    compute_statistics(grey, cache, lambda done, total, what: reports.append((done, total)))
    assert reports == sorted(reports)
    assert reports[-1] == (80, 80)
