"""catdog.datasets.catalog: what a folder holds, and what is wrong with one that can't be used."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from catdog.datasets.catalog import Catalog, scan_folder
from catdog.datasets.splits import TEST, TRAINING, VALIDATION
from catdog.errors import DataError
from tests.image_files import STARTS

JPEG = b"\xff\xd8\xff"


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Make a folder of files that begin as JPEGs do: folder({"cats": 20, "dogs": 20}); the catalog decodes none."""
    root = tmp_path / "pictures"

    def make(counts: dict[str, int], suffix: str = ".jpg") -> Path:
        root.mkdir(exist_ok=True)
        for name, count in counts.items():
            (root / name).mkdir(parents=True, exist_ok=True)
            for index in range(count):
                (root / name / f"{index:03}{suffix}").write_bytes(JPEG + bytes([index]))
        return root

    return make


GIVEN = {"train/cats": 6, "train/dogs": 18, "validation/cats": 20, "validation/dogs": 20}


def refusal(root: Path) -> str:
    with pytest.raises(DataError) as caught:
        scan_folder("somewhere", root)
    message = str(caught.value)
    assert str(root) in message
    assert message.endswith(".")
    assert "\n" not in message
    return message


def test_a_fifth_of_the_validation_folder_is_the_test_set(folder: Callable[..., Path]) -> None:
    catalog = scan_folder("somewhere", folder(GIVEN))
    assert catalog.counts() == {
        "training": {"cats": 6, "dogs": 18},
        "validation": {"cats": 16, "dogs": 16},
        "test": {"cats": 4, "dogs": 4},
    }
    assert len(catalog) == 64
    in_train = [path.startswith("train/") for path in catalog.paths]
    assert (catalog.splits == TRAINING).tolist() == in_train


def test_two_class_folders_are_split_70_20_10(folder: Callable[..., Path]) -> None:
    catalog = scan_folder("somewhere", folder({"apples": 20, "pears": 40}))
    assert catalog.classes == ("apples", "pears")
    assert catalog.counts() == {
        "training": {"apples": 14, "pears": 28},
        "validation": {"apples": 4, "pears": 8},
        "test": {"apples": 2, "pears": 4},
    }


def test_paths_are_sorted_and_labels_follow_the_class_folder(folder: Callable[..., Path]) -> None:
    catalog = scan_folder("somewhere", folder({"b": 20, "a": 20}))
    assert list(catalog.paths) == sorted(catalog.paths)
    assert catalog.classes == ("a", "b")
    assert catalog.labels.dtype == np.int64
    assert [catalog.classes[label] for label in catalog.labels] == [path.split("/")[0] for path in catalog.paths]


def test_rows_are_found_by_split_and_label(folder: Callable[..., Path]) -> None:
    catalog = scan_folder("somewhere", folder(GIVEN))
    rows = catalog.indices(VALIDATION, 1)
    assert rows.dtype == np.int64
    assert len(rows) == 16
    assert (np.diff(rows) > 0).all()
    assert (catalog.splits[rows] == VALIDATION).all()
    assert (catalog.labels[rows] == 1).all()
    assert len(catalog.indices()) == 64
    assert len(catalog.indices(label=0)) == 26
    assert len(catalog.indices(TEST)) == 8


def test_the_baseline_is_counted_in_training_only(folder: Callable[..., Path]) -> None:
    assert scan_folder("somewhere", folder(GIVEN)).baseline == 0.75


def test_content_decides_what_is_an_image_not_the_suffix(folder: Callable[..., Path]) -> None:
    root = folder({"cats": 20, "dogs": 20})
    for name, start in zip(("a.jfif", "b.jpe", "c", "d.txt", "e.apng", "f.hif"), STARTS, strict=False):
        (root / "cats" / name).write_bytes(start + bytes(20))
    for name in ("notes.txt", "no-suffix", "text.jpg", "empty.png"):
        (root / "cats" / name).write_bytes(b"" if name == "empty.png" else b"Hello")
    for name in ("Thumbs.db", ".hidden.jpg", ".DS_Store"):
        (root / "cats" / name).write_bytes(JPEG)
    (root / "cats" / "folder.jpg").mkdir()
    catalog = scan_folder("somewhere", root)
    assert len(catalog.indices(label=0)) == 26
    assert catalog.note == (
        "4 files that are no images (cats/empty.png, cats/no-suffix, cats/notes.txt and others) were left out."
    )


def test_folders_that_are_hidden_or_without_images_are_no_class(folder: Callable[..., Path]) -> None:
    root = folder({"cats": 20, "dogs": 20, ".trash": 5, "notes": 0})
    (root / "notes" / "readme.txt").touch()
    (root / "photo.jpg").write_bytes(JPEG)
    catalog = scan_folder("somewhere", root)
    assert catalog.classes == ("cats", "dogs")
    assert catalog.note == (
        "1 file that is no image (notes/readme.txt) and 1 image that belongs to no class (photo.jpg) were left out."
    )


def test_names_that_are_not_utf8_are_left_out(folder: Callable[..., Path]) -> None:
    root = folder({"cats": 20, "dogs": 20})
    (root / "cats" / os.fsdecode(b"\xff.jpg")).write_bytes(JPEG)
    (root / "cats" / "größe 猫\nneue Zeile.jpg").write_bytes(JPEG)
    catalog = scan_folder("somewhere", root)
    assert len(catalog) == 41
    assert "cats/größe 猫\nneue Zeile.jpg" in catalog.paths
    assert catalog.note == "1 file with a name that is not UTF-8 (cats/\ufffd.jpg) was left out."


def test_the_fingerprint_is_the_same_for_a_copy_elsewhere(folder: Callable[..., Path], tmp_path: Path) -> None:
    first = scan_folder("somewhere", folder(GIVEN))
    shutil.copytree(first.root, tmp_path / "copy")
    second = scan_folder("elsewhere", tmp_path / "copy")
    assert second.fingerprint == first.fingerprint
    assert len(first.fingerprint) == 16
    assert (second.splits == first.splits).all()


@pytest.mark.parametrize("change", ["content", "name", "one more", "one less", "swapped"])
def test_the_fingerprint_changes_with_names_and_contents(folder: Callable[..., Path], change: str) -> None:
    root = folder(GIVEN)
    before = scan_folder("somewhere", root).fingerprint
    cats = root / "train" / "cats"
    if change == "content":
        (cats / "000.jpg").write_bytes(JPEG + b"other")
    elif change == "name":
        (cats / "000.jpg").rename(cats / "new.jpg")
    elif change == "one more":
        (cats / "100.jpg").write_bytes(JPEG + b"x")
    elif change == "one less":
        (cats / "000.jpg").unlink()
    else:
        (cats / "000.jpg").write_bytes(JPEG + bytes([1]))
        (cats / "001.jpg").write_bytes(JPEG + bytes([0]))
    assert scan_folder("somewhere", root).fingerprint != before


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert "There is no folder" in refusal(tmp_path / "missing")
    (tmp_path / "file").touch()
    assert "There is no folder" in refusal(tmp_path / "file")


def test_an_empty_folder_says_what_is_needed(folder: Callable[..., Path]) -> None:
    message = refusal(folder({}))
    assert "has no images in it" in message
    assert "two class folders, or train/ and validation/" in message


@pytest.mark.parametrize(
    ("counts", "content"),
    [
        ({"cats": 20}, "only the class folder cats"),
        ({"cats": 20, "dogs": 0}, "only the class folder cats"),
        ({"birds": 20, "cats": 20, "dogs": 20}, "the class folders birds, cats and dogs"),
        ({f"class{index:02}": 1 for index in range(30)}, "class00, class01, class02, class03, class04 and 25 more"),
        ({"validation/cats": 20, "validation/dogs": 20, "test/cats": 9, "test/dogs": 9}, "and no train/"),
        ({"train": 0, "validation": 0}, "no images in it"),
        ({"train": 9, "test1": 12}, "images in test1 (12) and train (9), named like parts of a dataset"),
        ({"train/cats": 20, "validation/cats": 20}, "only the class folder cats"),
        (
            {"train/cats": 20, "train/dogs": 20, "validation/cats": 20},
            "the class folders cats and dogs in train/ but only the class folder cats in validation/",
        ),
        (
            {"train/cats": 20, "train/dogs": 20, "validation/cats": 20, "validation/wolves": 20},
            "the class folders cats and dogs in train/ but the class folders cats and wolves in validation/",
        ),
        (
            {"train/cats": 20, "train/dogs": 20, "validation/cats": 20, "validation/dogs": 20, "validation/birds": 20},
            "cats and dogs in train/ but the class folders birds, cats and dogs in validation/",
        ),
    ],
)
def test_a_wrong_layout_is_described(folder: Callable[..., Path], counts: dict[str, int], content: str) -> None:
    assert content in refusal(folder(counts))


def test_a_class_that_is_called_train_is_no_half_layout(folder: Callable[..., Path]) -> None:
    assert scan_folder("somewhere", folder({"car": 20, "train": 20})).classes == ("car", "train")


@pytest.mark.parametrize(
    ("counts", "missing"),
    [
        ({"cats": 1, "dogs": 20}, "images of cats: none is left for the validation set"),
        ({"cats": 20, "dogs": 4}, "images of dogs: none is left for the test set"),
        ({"train/cats": 9, "train/dogs": 9, "validation/cats": 1, "validation/dogs": 1}, "left for the test set"),
    ],
)
def test_too_few_images_for_a_split_are_an_error(
    folder: Callable[..., Path], counts: dict[str, int], missing: str
) -> None:
    message = refusal(folder(counts))
    assert missing in message
    assert "add more" in message


def test_six_images_of_each_class_are_enough(folder: Callable[..., Path]) -> None:
    assert scan_folder("somewhere", folder({"cats": 6, "dogs": 6})).counts()[TEST] == {"cats": 1, "dogs": 1}


def test_a_folder_that_cannot_be_read_is_one_sentence(
    folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = folder({"cats": 20, "dogs": 20})

    def denied(path: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", denied)
    assert "can't be read (Permission denied)" in refusal(root)
    monkeypatch.undo()
    assert "File name too long" in refusal(root / ("x" * 300))


def test_keeping_some_rows_keeps_their_labels_splits_and_notes(folder: Callable[..., Path]) -> None:
    catalog = scan_folder("somewhere", folder(GIVEN))
    rows = np.delete(np.arange(64), [0, 30])
    kept = catalog.keep(rows, "First.").keep(np.arange(61), "Second.")
    assert kept.paths == tuple(np.array(catalog.paths)[rows][:61])
    assert kept.labels.tolist() == catalog.labels[rows][:61].tolist()
    assert kept.splits.tolist() == catalog.splits[rows][:61].tolist()
    assert kept.note == "First. Second."
    assert kept.fingerprint == catalog.fingerprint


def test_keeping_nothing_of_a_class_is_an_error(folder: Callable[..., Path]) -> None:
    catalog = scan_folder("somewhere", folder(GIVEN))
    with pytest.raises(DataError, match="too few readable images of cats"):
        catalog.keep(catalog.indices(label=1))


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("photos", "1,234 photos of cats and dogs"),
        ("drawn", "1,234 drawn cats and dogs (drawings, not photos)"),
        ("/home/anna/pets", "1,234 images of cats and dogs from the folder pets"),
    ],
)
def test_the_title_says_which_data_it_is(source: str, title: str) -> None:
    labels = np.zeros(1234, dtype=np.int64)
    paths = tuple(map(str, range(1234)))
    catalog = Catalog(source, Path("/nowhere"), ("cats", "dogs"), paths, labels, np.full(1234, TRAINING), "0" * 16)
    assert catalog.title == title
