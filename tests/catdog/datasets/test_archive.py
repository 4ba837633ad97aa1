"""catdog.datasets.archive: zip bombs, damaged, locked and oversized zips are one sentence and leave nothing."""

import random
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from catdog.datasets import add_user_dataset, delete_user_dataset, user_datasets
from catdog.datasets import archive as archive_module
from catdog.datasets import zip_files as module
from catdog.errors import DataError
from catdog.settings import Settings
from tests.image_files import encode_image
from tests.zips import TWO_CLASSES, MakeZip, add_error, overwrite_field

BLANK = encode_image(Image.new("RGB", (300, 200), "white"), "BMP")  # packs to a thousandth, and is honest


def test_pictures_that_pack_very_small_are_taken(settings: Settings, make_zip: MakeZip) -> None:
    archive = make_zip({}, {f"{kind}/{index}.bmp": BLANK for kind in TWO_CLASSES for index in range(10)})
    assert archive.stat().st_size < len(BLANK)
    dataset = add_user_dataset(settings, archive)
    assert (dataset.images, dataset.note) == (20, "")


def test_a_bomb_is_refused_by_name_before_anything_is_unpacked(
    settings: Settings, make_zip: MakeZip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_datasets, "copy_photos", lambda *_: pytest.fail("unpacked"))
    for module_of_limit in (module, archive_module):
        monkeypatch.setattr(module_of_limit, "MAX_FILE", 5_000_000)
    error = add_error(settings, make_zip(TWO_CLASSES, {"circles/bomb.bmp": BLANK + bytes(6_000_000)}))
    assert error.startswith("The file circles/bomb.bmp in the zip would unpack to 6 MB")


def test_a_picture_over_its_own_limit_is_left_out_by_name(
    settings: Settings, make_zip: MakeZip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_module, "MAX_BYTES", 200_000)
    dataset = add_user_dataset(settings, make_zip(TWO_CLASSES, {"circles/scan.bmp": BLANK + bytes(50_000)}))
    assert dataset.note == "1 image of more than 50 MB (circles/scan.bmp) was left out."
    assert not (dataset.root / "circles/scan.bmp").exists()


def test_files_that_share_their_bytes_are_refused(settings: Settings, make_zip: MakeZip) -> None:
    archive = make_zip(TWO_CLASSES)
    overwrite_field(archive, b"PK\x01\x02", 20, "<I", 40_000)
    assert "share their bytes" in add_error(settings, archive)


def test_a_bomb_with_lying_sizes_is_refused_and_leaves_nothing(settings: Settings, make_zip: MakeZip) -> None:
    archive = make_zip({"circles": 10}, {f"squares/{index}.bmp": bytes(3_000_000) for index in range(10)})
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        overwrite_field(archive, signature, offset, "<I", 400)
    assert "damaged" in add_error(settings, archive)


def test_a_compression_that_python_does_not_limit_is_refused(settings: Settings, make_zip: MakeZip) -> None:
    archive = make_zip(TWO_CLASSES)
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_BZIP2) as zipped:
        zipped.writestr("circles/bz.bmp", bytes(900_000))
    assert "unusual way" in add_error(settings, archive)


@pytest.mark.parametrize(("limit", "value", "words"), [("MAX_FILES", 19, "20 images, and 19"), ("MAX_ZIP", 99, "2 GB")])
def test_a_zip_over_a_limit_is_refused(
    settings: Settings, make_zip: MakeZip, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, words: str
) -> None:
    monkeypatch.setattr(module, limit, value)
    assert words in add_error(settings, make_zip(TWO_CLASSES))


def test_too_much_to_unpack_is_refused(settings: Settings, make_zip: MakeZip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_UNPACKED", 5_000)
    assert "is the most" in add_error(settings, make_zip(TWO_CLASSES))


def test_a_list_of_files_that_would_fill_the_memory_is_not_read(
    settings: Settings, make_zip: MakeZip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_DIRECTORY", 500)
    assert "far more than 50,000 files" in add_error(settings, make_zip(TWO_CLASSES))


@pytest.mark.parametrize("content", [b"", b"PK", b"<html>Sorry</html>", bytes(100_000)])
def test_what_is_no_zip_is_refused(settings: Settings, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "no.zip").write_bytes(content)
    assert "no zip" in add_error(settings, tmp_path / "no.zip")


def test_a_missing_zip_is_one_sentence(settings: Settings, tmp_path: Path) -> None:
    assert "There is no file or folder" in add_error(settings, tmp_path / "missing.zip")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_zip_cut_short_is_refused(settings: Settings, make_zip: MakeZip, share: float) -> None:
    archive = make_zip(TWO_CLASSES)
    archive.write_bytes(archive.read_bytes()[: int(share * archive.stat().st_size)])
    assert "cut short" in add_error(settings, archive)


def test_a_locked_zip_is_refused(settings: Settings, make_zip: MakeZip) -> None:
    archive = make_zip(TWO_CLASSES)
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        overwrite_field(archive, signature, offset, "<H", 1)
    assert "password" in add_error(settings, archive)


def test_damage_anywhere_is_one_sentence_or_harmless(settings: Settings, make_zip: MakeZip) -> None:
    archive = make_zip({"a": 6, "b": 6})
    whole = archive.read_bytes()
    rng = random.Random(1)
    messages: set[str] = set()
    clean = 0
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        archive.write_bytes(data)
        try:
            dataset = add_user_dataset(settings, archive, "x")
        except DataError as error:
            messages.add(str(error))
        else:
            clean += 1
            delete_user_dataset(settings, dataset)
        assert list(settings.home.rglob("*.jpg")) == []
    assert all(message.endswith(".") for message in messages)
    assert 0 < clean < 150
