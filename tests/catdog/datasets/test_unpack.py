"""catdog.datasets.unpack: photos only, in their four folders only, from a zip that may want to do harm."""

import random
import struct
import zipfile
from pathlib import Path

import pytest

from catdog.datasets import unpack as module
from catdog.datasets.unpack import unpack
from catdog.errors import DataError

FOLDERS = ("train/cats", "train/dogs")
PHOTO = random.Random(0).randbytes(500)  # what is in a photo does not matter to unpack


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "photos.zip"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out" / "photos"


def write_zip(path: Path, *names: str | zipfile.ZipInfo, content: bytes = PHOTO) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name in names:
            zipped.writestr(name, content)


def unpacked(target: Path) -> list[str]:
    return sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if not path.is_dir())


def refusal(archive: Path, target: Path) -> str:
    with pytest.raises(DataError) as caught:
        unpack(archive, target, FOLDERS)
    message = str(caught.value)
    assert message.endswith("CATDOG_PHOTOS_URL.")
    assert "\n" not in message
    return message


def change(archive: Path, signature: bytes, offset: int, layout: str, value: int) -> None:
    """Overwrite a field of the last header that starts with `signature`."""
    data = bytearray(archive.read_bytes())
    struct.pack_into(layout, data, data.rindex(signature) + offset, value)
    archive.write_bytes(data)


@pytest.mark.parametrize("top", ["", "cats_and_dogs_filtered/", "some/where/"])
def test_photos_come_out_whole_whatever_lies_above_their_folders(archive: Path, target: Path, top: str) -> None:
    write_zip(archive, f"{top}train/cats/cat.0.jpg", f"{top}train/dogs/dog.0.JPG", f"{top}train/dogs/dog.1.png")
    unpack(archive, target, FOLDERS)
    assert unpacked(target) == ["train/cats/cat.0.jpg", "train/dogs/dog.0.JPG", "train/dogs/dog.1.png"]
    assert (target / "train/cats/cat.0.jpg").read_bytes() == PHOTO


def test_each_folder_is_made_even_if_it_stays_empty(archive: Path, target: Path) -> None:
    write_zip(archive, "train/cats/cat.0.jpg")
    unpack(archive, target, FOLDERS)
    assert (target / "train/dogs").is_dir()


@pytest.mark.parametrize(
    "name",
    [
        "vectorize.py",
        "train/cats/vectorize.py",
        "train/cats/more.zip",
        "train/cats/no-suffix",
        "train/cats/.hidden.jpg",
        "__MACOSX/train/cats/._cat.0.jpg",
        "train/cats/deeper/cat.1.jpg",
        "train/birds/bird.0.jpg",
        "cat.1.jpg",
        "../../train/cats/cat.1.jpg",
        "train/cats/../../../cat.1.jpg",
        "train/cats/..",
        "/train/cats/cat.1.jpg",
        "train\\cats\\cat.1.jpg",
        "train/cats/..\\..\\cat.1.jpg",
        "C:\\train\\cats\\cat.1.jpg",
        "train/cats/folder.jpg/",
    ],
)
def test_anything_but_a_photo_in_its_folder_is_left_out(archive: Path, target: Path, name: str) -> None:
    write_zip(archive, "train/cats/cat.0.jpg", name)
    unpack(archive, target, FOLDERS)
    assert unpacked(target) == ["train/cats/cat.0.jpg"]
    outside = [path for path in archive.parent.rglob("*") if not path.is_dir() and not path.is_relative_to(target)]
    assert outside == [archive]


@pytest.mark.parametrize("kind", [0o120777, 0o010644, 0o060644], ids=["link", "pipe", "device"])
def test_links_and_devices_are_left_out(archive: Path, target: Path, kind: int) -> None:
    member = zipfile.ZipInfo("train/cats/cat.1.jpg")
    member.create_system = 3
    member.external_attr = kind << 16
    write_zip(archive, "train/cats/cat.0.jpg", member, content=b"/etc/passwd")
    unpack(archive, target, FOLDERS)
    assert unpacked(target) == ["train/cats/cat.0.jpg"]


def test_a_zip_without_the_folders_is_refused(archive: Path, target: Path) -> None:
    write_zip(archive, "cats/cat.0.jpg", "train/cats/notes.txt")
    assert "train/cats, train/dogs" in refusal(archive, target)
    assert not target.exists()


def test_a_huge_declared_size_is_refused_before_anything_is_unpacked(archive: Path, target: Path) -> None:
    write_zip(archive, "train/cats/cat.0.jpg", "train/cats/cat.1.jpg")
    change(archive, b"PK\x01\x02", 24, "<I", 0xFFFF_FFF0)
    assert "far larger" in refusal(archive, target)
    assert not target.exists()


def test_many_photos_that_are_too_large_together_are_refused(
    archive: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_zip(archive, *(f"train/cats/cat.{index}.jpg" for index in range(5)))
    monkeypatch.setattr(module, "MAX_UNPACKED", 4 * len(PHOTO))
    assert "far larger" in refusal(archive, target)


def test_a_single_photo_that_is_too_large_is_refused(
    archive: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_zip(archive, "train/cats/cat.0.jpg")
    monkeypatch.setattr(module, "MAX_PHOTO", len(PHOTO) - 1)
    assert "far larger" in refusal(archive, target)


def test_too_many_photos_are_refused(archive: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_zip(archive, *(f"train/cats/cat.{index}.jpg" for index in range(5)))
    monkeypatch.setattr(module, "MAX_FILES", 4)
    assert "far larger" in refusal(archive, target)


def test_a_bomb_that_declares_too_little_writes_nothing(archive: Path, target: Path) -> None:
    write_zip(archive, "train/cats/cat.0.jpg", content=bytes(5_000_000))
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        change(archive, signature, offset, "<I", 100)
    assert "damaged" in refusal(archive, target)
    assert unpacked(target) == []


def test_a_locked_zip_is_refused(archive: Path, target: Path) -> None:
    write_zip(archive, "train/cats/cat.0.jpg")
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        change(archive, signature, offset, "<H", 1)
    assert "encrypted" in refusal(archive, target)


@pytest.mark.parametrize("content", [b"", b"PK", b"<html>Sorry</html>", bytes(100_000)])
def test_what_is_no_zip_is_refused(archive: Path, target: Path, content: bytes) -> None:
    archive.write_bytes(content)
    assert "no zip" in refusal(archive, target)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_zip_cut_short_is_refused(archive: Path, target: Path, share: float) -> None:
    write_zip(archive, *(f"train/cats/cat.{index}.jpg" for index in range(5)))
    data = archive.read_bytes()
    archive.write_bytes(data[: int(share * len(data))])
    assert "cut short" in refusal(archive, target)


def test_damage_anywhere_is_one_sentence_or_harmless(archive: Path, tmp_path: Path) -> None:
    write_zip(archive, *(f"train/cats/cat.{index}.jpg" for index in range(3)))
    whole = archive.read_bytes()
    rng = random.Random(1)
    messages = set()
    clean = 0
    for index in range(300):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        archive.write_bytes(data)
        target = tmp_path / str(index)
        try:
            unpack(archive, target, FOLDERS)
        except DataError as error:
            messages.add(str(error))
        else:
            clean += 1
        assert all(name.startswith("train/cats/") for name in unpacked(target))
    assert clean < 150
    assert all(message.endswith("CATDOG_PHOTOS_URL.") for message in messages)


def test_progress_counts_photos_up_to_their_number(archive: Path, target: Path) -> None:
    write_zip(archive, "train/cats/cat.0.jpg", "train/cats/cat.1.jpg", "readme.txt")
    seen = []
    unpack(archive, target, FOLDERS, lambda *values: seen.append(values))
    assert seen == [(1, 2, "unpacking the photos"), (2, 2, "unpacking the photos")]


def test_what_progress_raises_is_not_taken_for_damage(archive: Path, target: Path) -> None:
    write_zip(archive, "train/cats/cat.0.jpg")

    def stop(*_: object) -> None:
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        unpack(archive, target, FOLDERS, stop)


def test_a_failed_write_stays_an_oserror(archive: Path, target: Path, full_disk) -> None:
    write_zip(archive, "train/cats/cat.0.jpg", content=bytes(500_000))
    with full_disk(100_000), pytest.raises(OSError, match="File too large"):
        unpack(archive, target, FOLDERS)
