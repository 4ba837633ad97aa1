"""catdog.datasets.cache: every image is decoded once, and row i is always the image of catalog row i."""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catdog.datasets import cache as module
from catdog.datasets.cache import Dataset, decode_dataset
from catdog.datasets.catalog import Catalog, scan_folder
from catdog.errors import DataError, ImageError
from catdog.settings import PROJECT

# Decodes the folder given as first argument into the second, and once it is at it touches the third and waits.
DECODE = """
import sys, time
from pathlib import Path
from catdog.datasets.catalog import scan_folder
from catdog.datasets.cache import decode_dataset

def progress(done, total, what):
    if done >= 5:
        Path(sys.argv[3]).touch()
        time.sleep(60)

decode_dataset(scan_folder("somewhere", Path(sys.argv[1])), Path(sys.argv[2]), progress)
"""


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def catalog(picture_folder: Path) -> Catalog:
    return scan_folder(str(picture_folder), picture_folder)


@pytest.fixture
def grey_folder(tmp_path: Path) -> Path:
    """A folder of 20 + 20 PNGs, each of one grey level that its name tells."""
    root = tmp_path / "grey"
    for index in range(40):
        folder = root / ("dark" if index % 2 else "light")
        folder.mkdir(parents=True, exist_ok=True)
        Image.new("L", (7, 5), 6 * index).save(folder / f"{6 * index:03}.png")
    return root


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Note every file that is decoded."""
    paths: list[Path] = []
    load = module.load_image
    monkeypatch.setattr(module, "load_image", lambda path: (paths.append(path), load(path))[1])
    return paths


def greys(catalog: Catalog) -> list[int]:
    return [int(Path(path).stem) for path in catalog.paths]


def list_cache(cache: Path) -> list[str]:
    """Return the suffixes of what lies in the cache besides the lock, which stays."""
    return sorted(path.suffix for path in cache.iterdir() if path.suffix != ".lock")


def test_images_become_160_by_160_in_the_order_of_the_catalog(grey_folder: Path, cache: Path) -> None:
    dataset = decode_dataset(scan_folder("somewhere", grey_folder), cache)
    assert dataset.pixels.shape == (40, 160, 160, 3)
    assert dataset.pixels.dtype == np.uint8
    assert (dataset.pixels[:] == np.array(greys(dataset.catalog))[:, None, None, None]).all()
    assert dataset.skipped == ()
    assert dataset.catalog.note == ""


def test_images_are_decoded_once_and_read_from_the_cache(catalog: Catalog, cache: Path, reads: list[Path]) -> None:
    first = decode_dataset(catalog, cache)
    assert sorted(reads) == [catalog.root / path for path in catalog.paths]
    second = decode_dataset(catalog, cache, lambda *_: pytest.fail("something was done"))
    assert len(reads) == 64
    assert (second.pixels[:] == first.pixels[:]).all()
    assert list_cache(cache) == [".json", ".npy"]


def test_a_copy_of_the_folder_shares_the_cache(grey_folder: Path, cache: Path, tmp_path: Path, reads: list) -> None:
    decode_dataset(scan_folder("somewhere", grey_folder), cache)
    copy = grey_folder.rename(tmp_path / "moved")
    decode_dataset(scan_folder("elsewhere", copy), cache)
    assert len(reads) == 40


def test_changed_images_are_decoded_anew(grey_folder: Path, cache: Path) -> None:
    decode_dataset(scan_folder("somewhere", grey_folder), cache)
    Image.new("L", (3, 3), 255).save(grey_folder / "light" / "000.png")
    dataset = decode_dataset(scan_folder("somewhere", grey_folder), cache)
    assert (dataset.pixels[dataset.catalog.paths.index("light/000.png")] == 255).all()


def test_what_was_decoded_before_a_change_is_deleted_but_what_is_in_use_or_of_others_stays(
    grey_folder: Path, cache: Path, tmp_path: Path
) -> None:
    shutil.copytree(grey_folder, tmp_path / "copy")
    Image.new("L", (3, 3), 7).save(tmp_path / "copy" / "light" / "000.png")
    other = decode_dataset(scan_folder("elsewhere", tmp_path / "copy"), cache)
    old = decode_dataset(scan_folder("somewhere", grey_folder), cache)
    pixels, answers = old.pixels[:], cache / f"{old.catalog.fingerprint}-answers-1.npz"
    answers.touch()
    Image.new("L", (3, 3), 255).save(grey_folder / "light" / "000.png")
    new = decode_dataset(scan_folder("somewhere", grey_folder), cache)
    assert sorted(cache.glob("*.np?")) == sorted([other.pixels.path, new.pixels.path])
    assert len(list(cache.glob("*.json"))) == 2
    np.testing.assert_array_equal(old.pixels[:], pixels)


def test_progress_counts_to_the_number_of_images(catalog: Catalog, cache: Path) -> None:
    seen = []
    decode_dataset(catalog, cache, lambda *values: seen.append(values))
    assert seen == [(index, 64, "reading the images") for index in range(65)]


def test_datasets_larger_than_a_block_are_decoded_whole(
    grey_folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK", 7)
    dataset = decode_dataset(scan_folder("somewhere", grey_folder), cache)
    assert dataset.pixels[:][:, 80, 80, 0].tolist() == greys(dataset.catalog)


def test_unreadable_files_are_skipped_counted_and_the_rows_still_fit(
    grey_folder: Path, cache: Path, reads: list[Path]
) -> None:
    (grey_folder / "light" / "000.jpg").write_text("just a text")
    (grey_folder / "light" / "240.png").touch()
    whole = (grey_folder / "dark" / "006.png").read_bytes()
    (grey_folder / "dark" / "006.png").write_bytes(whole[:40])
    catalog = scan_folder("somewhere", grey_folder)
    assert len(catalog) == 40
    for dataset in (decode_dataset(catalog, cache), decode_dataset(catalog, cache)):  # decoded, then from the cache
        assert len(dataset.catalog) == len(dataset.catalog.labels) == len(dataset.catalog.splits) == 39
        assert dataset.pixels[:][:, 80, 80, 0].tolist() == greys(dataset.catalog)
        labels = [dataset.catalog.classes.index(Path(path).parent.name) for path in dataset.catalog.paths]
        assert dataset.catalog.labels.tolist() == labels
        names = [path for path, _ in dataset.skipped]
        assert names == ["light/000.jpg", "light/240.png", "dark/006.png"]
        assert "it is text, not an image" in dataset.skipped[0][1]
        expected = (
            "2 files that are no images (light/000.jpg and light/240.png) were left out. "
            "1 image that can't be read (dark/006.png) was left out."
        )
        assert dataset.catalog.note == expected
        assert dataset.catalog.fingerprint == catalog.fingerprint
    assert len(reads) == 40


def test_a_note_names_three_files_at_most(grey_folder: Path, cache: Path) -> None:
    for index in range(5):
        (grey_folder / "light" / f"broken{index}.jpg").write_bytes(b"\xff\xd8\xff")
    note = decode_dataset(scan_folder("somewhere", grey_folder), cache).catalog.note
    assert note.startswith("5 images that can't be read (light/broken0.jpg")
    assert note.endswith("light/broken2.jpg and others) were left out.")


def test_the_note_on_a_single_skipped_file_is_in_the_singular(grey_folder: Path, cache: Path) -> None:
    (grey_folder / "light" / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    note = decode_dataset(scan_folder("somewhere", grey_folder), cache).catalog.note
    assert note == "1 image that can't be read (light/broken.jpg) was left out."


def test_an_image_that_vanished_since_the_scan_is_skipped(grey_folder: Path, cache: Path) -> None:
    catalog = scan_folder("somewhere", grey_folder)
    (grey_folder / "light" / "120.png").unlink()
    dataset = decode_dataset(catalog, cache)
    assert [path for path, _ in dataset.skipped] == ["light/120.png"]
    assert dataset.pixels[:][:, 80, 80, 0].tolist() == greys(dataset.catalog)


@pytest.mark.parametrize("classes", [["dark"], ["dark", "light"]])
def test_a_class_without_a_readable_image_is_an_error_each_time(
    grey_folder: Path, cache: Path, reads: list[Path], classes: list[str]
) -> None:
    for path in grey_folder.glob("*/*.png"):
        if path.parent.name in classes:
            path.write_bytes(path.read_bytes()[:40])
    for _ in range(2):
        with pytest.raises(DataError, match="too few readable images of dark"):
            decode_dataset(scan_folder("somewhere", grey_folder), cache)
    assert len(reads) == 40


@pytest.mark.parametrize(
    "damage", ["deleted", "no list", "half", "empty", "garbage", "other shape", "list", "empty list"]
)
def test_a_damaged_cache_is_made_anew(grey_folder: Path, cache: Path, reads: list[Path], damage: str) -> None:
    catalog = scan_folder("somewhere", grey_folder)
    expected = np.array(decode_dataset(catalog, cache).pixels)
    (array_file,), (list_file,) = cache.glob("*.npy"), cache.glob("*.json")
    if damage == "deleted":
        array_file.unlink()
    elif damage == "no list":
        list_file.unlink()
    elif damage in ("half", "empty", "garbage"):
        whole = array_file.read_bytes()
        array_file.write_bytes({"half": whole[: len(whole) // 2], "empty": b"", "garbage": b"x" * 1000}[damage])
    elif damage == "other shape":
        np.save(array_file, np.zeros((39, 160, 160, 3), dtype=np.uint8))
    else:
        list_file.write_text({"list": "{]", "empty list": ""}[damage])
    assert (decode_dataset(catalog, cache).pixels[:] == expected).all()
    assert len(reads) == 80
    decode_dataset(catalog, cache)
    assert len(reads) == 80


def test_pixels_in_use_outlive_the_cache_file(catalog: Catalog, cache: Path) -> None:
    dataset = decode_dataset(catalog, cache)
    before = np.array(dataset.pixels)
    next(cache.glob("*.npy")).unlink()
    assert (dataset.pixels[:] == before).all()


def test_two_threads_decode_once(catalog: Catalog, cache: Path, reads: list[Path]) -> None:
    results: list[Dataset] = []
    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        results.append(decode_dataset(catalog, cache))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reads) == 64
    assert (results[0].pixels[:] == results[1].pixels[:]).all()


def test_a_killed_process_leaves_no_half_cache(catalog: Catalog, cache: Path, tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    arguments = [str(catalog.root), str(cache), str(flag)]
    with subprocess.Popen([sys.executable, "-c", DECODE, *arguments], cwd=PROJECT) as process:
        deadline = time.monotonic() + 60
        while not flag.exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.kill()
    assert list_cache(cache) == [".npy"]
    assert next(cache.glob(".*.npy"))  # a half array, under a temporary name
    assert len(decode_dataset(catalog, cache).pixels) == 64
    assert list_cache(cache) == [".json", ".npy"]
    assert not list(cache.glob(".*"))


def test_what_an_earlier_decoder_made_is_removed(catalog: Catalog, cache: Path) -> None:
    old = cache / f"{catalog.fingerprint}-160-1.npy"
    cache.mkdir(exist_ok=True)
    old.touch()
    decode_dataset(catalog, cache)
    assert not old.exists()
    assert len(list(cache.glob("*.npy"))) == 1


def test_an_interruption_leaves_nothing(catalog: Catalog, cache: Path) -> None:
    def interrupt(done: int, *_: object) -> None:
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        decode_dataset(catalog, cache, interrupt)
    assert list_cache(cache) == []
    assert len(decode_dataset(catalog, cache).pixels) == 64


def test_a_full_disk_is_one_sentence_and_leaves_nothing(catalog: Catalog, cache: Path, full_disk: Callable) -> None:
    with full_disk(1_000_000), pytest.raises(DataError, match="free some disk space") as caught:
        decode_dataset(catalog, cache)
    assert str(cache) in str(caught.value)
    assert "File too large" in str(caught.value)
    assert list_cache(cache) == []
    assert len(decode_dataset(catalog, cache).pixels) == 64


def test_a_cache_that_cannot_be_made_is_one_sentence(catalog: Catalog, cache: Path) -> None:
    cache.touch()
    with pytest.raises(DataError, match="set CATDOG_HOME to another folder"):
        decode_dataset(catalog, cache)


def test_an_image_is_read_in_its_original_size(grey_folder: Path, cache: Path) -> None:
    dataset = decode_dataset(scan_folder("somewhere", grey_folder), cache)
    assert dataset.image(3).shape == (5, 7, 3)
    (grey_folder / dataset.catalog.paths[3]).unlink()
    with pytest.raises(ImageError):
        dataset.image(3)
