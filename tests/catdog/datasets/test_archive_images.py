"""catdog.datasets.archive_images: labels from folders, evenly spaced images of too many, no harm from hostile zips."""

import io
import zipfile

import pytest

from catdog.datasets import archive_images, zip_files
from catdog.datasets.archive_images import read_archive_images
from catdog.errors import DataError
from tests.zips import PHOTO, old_zip


def zipped(*names: str, content: bytes = b"an image", **options) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **options) as archive:
        for name in names:
            archive.writestr(name, content)
    return file


def read(file: io.BytesIO, limit: int = 200) -> list[tuple[str, str]]:
    return [(image.label, image.name) for image, _ in read_archive_images(file, limit)]


def refusal(file: io.BytesIO) -> str:
    with pytest.raises(DataError) as caught:
        list(read_archive_images(file, 200))
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_folder_of_an_image_is_its_label():
    assert read(zipped("all/dogs/b.png", "all/cats/a.JPG", "c.jpg", "all/cats/readme.txt")) == [
        ("cats", "a.JPG"),
        ("dogs", "b.png"),
        ("", "c.jpg"),
    ]


def test_bytes_come_whole():
    content = bytes(range(256)) * 9000
    assert [image.data for image, _ in read_archive_images(zipped("a.jpg", content=content), 9)] == [content]


def test_junk_files_are_ignored():
    assert read(zipped("cats/a.jpg", "__MACOSX/cats/._a.jpg", "cats/.hidden.jpg")) == [("cats", "a.jpg")]


def test_of_too_many_images_evenly_spaced_ones_are_taken():
    file = zipped(*(f"{kind}/{index:03}.jpg" for kind in ("cats", "dogs") for index in range(50)))
    images = list(read_archive_images(file, 10))
    assert [image.label for image, _ in images] == ["cats"] * 5 + ["dogs"] * 5
    assert {total for _, total in images} == {100}


def test_names_with_control_characters_and_markup_stay_on_one_line():
    assert read(zipped("ca\nts/a\x1b[31m\u202e.jpg")) == [("ca ts", "a [31m .jpg")]


@pytest.mark.parametrize("name", ["../a.jpg", "/etc/a.jpg", "C:\\a.jpg", "x/../../a.jpg"])
def test_a_name_that_leads_out_of_the_zip_is_refused(name):
    assert "outside its folder" in refusal(zipped(name))


def test_content_decides_what_is_an_image_and_the_rest_is_told():
    file = zipped("a.jfif", "b", "c.txt", content=PHOTO)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("d.txt", "hello")
    told = []
    assert [image.name for image, _ in read_archive_images(file, 9, told.append)] == ["a.jfif", "b", "c.txt"]
    assert told == ["1 file that is no image (d.txt) was left out."]


def test_labels_in_an_old_code_page_are_read_and_told():
    told = []
    names = [f"{label}/1.jpg".encode("cp932") for label in ("ソース", "柴犬")]
    images = [image for image, _ in read_archive_images(old_zip(names, PHOTO), 9, told.append)]
    assert {image.label for image in images} == {"ソース", "柴犬"}
    assert told == ["The zip's names were read in the code page cp932 (Japanese)."]


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (["pets/cats/persian/1.jpg", "pets/dogs/1.jpg"], ["cats", "dogs"]),
        (["test/cats/1.jpg", "test/dogs/1.jpg", "train/cats/1.jpg", "train/dogs/1.jpg"], ["cats", "dogs"] * 2),
        ([f"{kind}.{index}.jpg" for kind in ("cat", "dog") for index in range(2)], ["cat", "cat", "dog", "dog"]),
        (["a/1.jpg", "b/1.jpg", "c/1.jpg"], ["a", "b", "c"]),
        (["1.jpg", "2.jpg"], ["", ""]),
        (["cats/1.jpg", "cats/2.jpg"], ["cats", "cats"]),
    ],
)
def test_labels_are_found_as_in_a_dataset_or_else_in_the_folder(names, labels):
    assert [image.label for image, _ in read_archive_images(zipped(*names), 9)] == labels


def test_a_zip_without_images_is_refused():
    assert "no images" in refusal(zipped("a.txt"))


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04" + bytes(40), zipped("a.jpg").getvalue()[:-9]])
def test_what_is_no_whole_zip_is_refused(data):
    assert "no zip, or is damaged" in refusal(io.BytesIO(data))


def test_a_zip_bomb_is_refused_by_name(monkeypatch):
    monkeypatch.setattr(zip_files, "MAX_FILE", 1_000_000)
    bomb = zipped("a.jpg", content=bytes(2_000_000), compression=zipfile.ZIP_DEFLATED)
    assert refusal(bomb).startswith("The file a.jpg in the zip would unpack to 2 MB")


def test_an_unusual_compression_is_refused():
    assert "unusual" in refusal(zipped("a.jpg", compression=zipfile.ZIP_LZMA))


def test_an_image_over_the_limit_comes_cut_off(monkeypatch):
    monkeypatch.setattr(archive_images, "MAX_BYTES", 1_000_000)
    ((image, _),) = read_archive_images(zipped("a.jpg", content=bytes(range(256)) * 20_000), 9)
    assert 1_000_000 < len(image.data) < 5_120_000
