"""catdog.datasets.statistics: what each file and its pixels tell is right, gathered once, kept by fingerprint."""

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
from catdog.images.size import read_size


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def grey(tmp_path: Path, cache: Path) -> Dataset:
    """20 + 20 PNGs of one grey level each, which the name tells, and of different sizes."""
    root = tmp_path / "grey"
    for number in range(40):
        folder = root / ("dark" if number % 2 else "light")
        folder.mkdir(parents=True, exist_ok=True)
        Image.new("L", (30 + number, 20), 6 * number).save(folder / f"{6 * number:03}.png")
    return decode_dataset(scan_folder("somewhere", root), cache)


def levels(dataset: Dataset) -> np.ndarray:
    return np.array([int(Path(path).stem) for path in dataset.catalog.paths])


def test_each_picture_has_its_size_its_bytes_and_its_brightness_in_the_order_of_the_catalog(grey, cache) -> None:
    facts = compute_statistics(grey, cache)
    files = [grey.catalog.root / path for path in grey.catalog.paths]
    assert facts.widths.tolist() == [load_image(file).shape[1] for file in files]
    assert set(facts.heights.tolist()) == {20}
    assert facts.bytes.tolist() == [file.stat().st_size for file in files]
    assert facts.brightness == pytest.approx(levels(grey), abs=0.1)
    assert facts.pixels.tolist() == [width * 20 for width in facts.widths]


def test_brightness_weighs_colours_as_the_eye_does(tmp_path, cache) -> None:
    root = tmp_path / "colours"
    for name, colour in (("blue", (0, 0, 255)), ("green", (0, 255, 0))):
        (root / name).mkdir(parents=True)
        for number in range(10):
            Image.new("RGB", (20, 20), colour).save(root / name / f"{number}.png")
    brightness = compute_statistics(decode_dataset(scan_folder("x", root), cache), cache).brightness
    assert brightness[:10] == pytest.approx(0.114 * 255, abs=0.1)
    assert brightness[10:] == pytest.approx(0.587 * 255, abs=0.1)


def test_mean_pictures_are_those_of_each_split_and_class(grey, cache, monkeypatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 7)  # no part of the set fits into whole blocks
    means = compute_statistics(grey, cache).means
    for number, split in enumerate(SPLITS):
        for label in (0, 1):
            expected = grey.pixels[grey.catalog.indices(split, label)].mean(axis=0)
            assert np.abs(means[number, label] - expected).max() <= 0.51


def test_facts_are_gathered_once_and_read_from_the_cache_after(grey, cache) -> None:
    first = compute_statistics(grey, cache)
    again = compute_statistics(grey, cache, lambda *_: pytest.fail("something was done"))
    for name in ImageStatistics.__dataclass_fields__:
        assert np.array_equal(getattr(first, name), getattr(again, name))


@pytest.mark.parametrize("damage", [b"", b"no zip", None])
def test_a_damaged_file_of_facts_is_written_anew(grey, cache, damage) -> None:
    first = compute_statistics(grey, cache)
    (file,) = cache.glob("*-facts-*.npz")
    file.write_bytes(file.read_bytes()[:2000] if damage is None else damage)
    assert np.array_equal(compute_statistics(grey, cache).widths, first.widths)
    compute_statistics(grey, cache, lambda *_: pytest.fail("the file was not written anew"))


def test_facts_of_other_pictures_of_the_same_folder_are_not_taken(grey, cache) -> None:
    compute_statistics(grey, cache)
    rows = np.arange(1, 40)
    fewer = Dataset(grey.catalog.keep(rows), grey.pixels[1:])
    assert compute_statistics(fewer, cache).brightness == pytest.approx(levels(fewer), abs=0.1)
    swapped = replace(grey.catalog, paths=grey.catalog.paths[::-1])
    assert compute_statistics(Dataset(swapped, grey.pixels[::-1]), cache).widths[0] == 30 + levels(grey)[-1] // 6


def test_a_cache_that_can_not_be_written_costs_no_facts(grey, tmp_path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert len(compute_statistics(grey, tmp_path / "file" / "cache").widths) == 40


def test_a_file_that_has_gone_has_no_size_and_keeps_its_brightness(grey, cache) -> None:
    (grey.catalog.root / grey.catalog.paths[3]).unlink()
    facts = compute_statistics(grey, cache)
    assert (facts.widths[3], facts.heights[3], facts.bytes[3]) == (0, 0, 0)
    assert (facts.widths > 0).sum() == 39
    assert facts.brightness[3] == pytest.approx(levels(grey)[3], abs=0.1)


def test_progress_goes_to_its_end(grey, cache) -> None:
    told: list[tuple[int, int]] = []
    compute_statistics(grey, cache, lambda done, total, what: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1] == (80, 80)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif", ".avif"])
def test_the_size_in_the_header_is_that_of_the_upright_picture(tmp_path, suffix, orientation) -> None:
    path = tmp_path / f"turned{suffix}"
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (40, 30), "red").save(path, exif=exif)
    height, width, _ = load_image(path).shape
    assert read_size(path) == (width, height)


def test_no_size_is_told_of_what_is_no_picture_or_too_large_a_one(tmp_path) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    (tmp_path / "empty.jpg").touch()
    Image.new("1", (40_000, 500)).save(tmp_path / "long.png")
    Image.new("RGB", (40, 40)).save(tmp_path / "cut.jpg")
    whole = (tmp_path / "cut.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[:100])
    for name in ("text.jpg", "empty.jpg", "long.png", "cut.jpg", "missing.jpg", "."):
        assert read_size(tmp_path / name) is None, name
