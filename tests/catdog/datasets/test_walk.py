"""catdog.datasets.walk: all files of a folder, whatever is in it, and when something in it changed."""

import os
from pathlib import Path

import pytest

from catdog.datasets import walk
from catdog.datasets.left_out import BAD_NAME, LINK, NO_IMAGE, LeftOut
from catdog.datasets.walk import folder_times, list_images, read_folder
from catdog.errors import DataError
from tests.zips import PHOTO


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with images under all kinds of names, and other things."""
    root = tmp_path / "photos"
    (root / "deep" / "er").mkdir(parents=True)
    for name in ("a.jfif", "deep/b", "deep/er/c.JPG", ".hidden.jpg"):
        (root / name).write_bytes(PHOTO)
    (root / "fake.png").write_text("no image")
    (root / "notes.txt").write_text("hello")
    return root


def test_images_are_listed_by_their_content_and_the_rest_is_told(root: Path) -> None:
    images, left_out = list_images(root)
    assert [path.relative_to(root).as_posix() for path in images] == ["a.jfif", "deep/b", "deep/er/c.JPG", "fake.png"]
    assert left_out == [LeftOut(NO_IMAGE, "notes.txt")]


def test_links_in_a_circle_devices_and_odd_names_do_no_harm(root: Path) -> None:
    (root / "deep" / "up").symlink_to(root)
    (root / "nowhere.jpg").symlink_to(root / "missing.jpg")
    os.mkfifo(root / "pipe.jpg")
    (root / os.fsdecode(b"\xff.jpg")).write_bytes(PHOTO)
    listing = read_folder(root)
    paths = ["/".join(file.parts) for file in listing.files if file.fault is None]
    assert paths == ["a.jfif", "deep/b", "deep/er/c.JPG"]
    assert set(listing.left_out) == {
        LeftOut(LINK, "nowhere.jpg"),
        LeftOut(LINK, "pipe.jpg"),
        LeftOut(BAD_NAME, "\ufffd.jpg"),
    }
    assert len(folder_times(root)) == 3


def test_a_folder_with_far_too_many_files_is_refused_by_name(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "MAX_ENTRIES", 3)
    with pytest.raises(DataError, match=f"The folder {root} has more than 3 files"):
        read_folder(root)


@pytest.mark.parametrize("place", [".", "deep", "deep/er"])
def test_a_new_file_at_any_depth_changes_the_times(root: Path, place: str) -> None:
    for folder in (root, root / "deep", root / "deep/er"):
        os.utime(folder, (1, 1))
    before = folder_times(root)
    (root / place / "new.jpg").write_bytes(PHOTO)
    assert folder_times(root) != before
