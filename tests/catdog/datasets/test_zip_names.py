"""catdog.datasets.zip_names: names in old code pages are read whole and right, and a doubt is said."""

import struct
import zipfile
import zlib

import pytest

from catdog.datasets.zip_names import ZipNames, read_names
from catdog.errors import UsageError
from tests.zips import old_zip


def read(names: list[bytes], code_page: str = "", **options: object) -> ZipNames:
    with zipfile.ZipFile(old_zip(names, **options)) as zipped:
        return read_names(zipped.infolist(), code_page)


@pytest.mark.parametrize(
    ("code_page", "names"),
    [
        ("cp932", "猫/1.jpg 柴犬/1.jpg"),
        ("cp932", "ソース/表.jpg 十/能力.jpg"),  # all with the byte 0x5C, the backslash
        ("cp932", "ねこ/1.jpg いぬ/1.jpg"),
        ("cp866", "кошки/1.jpg собаки/1.jpg"),
        ("cp866", "Кот/1.jpg ПЁС/1.jpg"),
        ("cp1251", "кошки/1.jpg собаки/1.jpg"),
        ("cp1251", "кіт/1.jpg їжак/1.jpg"),
        ("cp852", "kočky/1.jpg žáby/1.jpg"),
        ("cp852", "żółw/1.jpg łoś/1.jpg"),
        ("cp1250", "kůň/1.jpg hrušky/1.jpg"),
        ("cp850", "Kätzchen/1.jpg Äpfel/1.jpg"),
        ("cp850", "cão/1.jpg gato/1.jpg"),
        ("cp1252", "Kätzchen/1.jpg Hündchen/1.jpg"),
        ("cp936", "小猫/1.jpg 小狗/1.jpg"),
        ("cp949", "고양이/1.jpg 강아지/1.jpg"),
        ("cp950", "蘋果/1.jpg 梨子/1.jpg"),
    ],
)
def test_names_are_read_in_the_code_page_that_fits_all(code_page: str, names: str) -> None:
    names_read = read([name.encode(code_page) for name in names.split()])
    assert names_read.names == names.split()
    assert names_read.note.startswith("The zip's names were read in the code page cp")


def test_utf8_is_read_with_and_without_its_flag_and_needs_no_note() -> None:
    raw = ["säuren/1.jpg".encode(), "猫/1.jpg".encode()]
    assert read(raw) == read(raw, flag=0x800) == ZipNames(["säuren/1.jpg", "猫/1.jpg"])
    assert read([b"a/1.jpg"]).note == ""


def test_the_unicode_field_of_info_zip_counts_before_the_name() -> None:
    name, text = "猫.jpg".encode("cp932"), "猫.jpg".encode()
    field = b"\1" + struct.pack("<I", zlib.crc32(name)) + text
    assert read([name], extra=struct.pack("<HH", 0x7075, len(field)) + field).names == ["猫.jpg"]


def test_the_code_page_can_be_chosen() -> None:
    raw = ["chèvre/1.jpg".encode("cp1252")]
    assert read(raw).unsure
    assert "could be in another" in read(raw).note
    assert read(raw, "cp1252").names == ["chèvre/1.jpg"]
    with pytest.raises(UsageError, match="no code page 'klingon'"):
        read(raw, "klingon")
    for codec in ("rot13", "base64", "zlib"):  # Python's codecs that give no text
        with pytest.raises(UsageError):
            read(raw, codec)


def test_a_backslash_parts_folders_only_where_nothing_else_does() -> None:
    assert read([b"a\\1.jpg", b"b\\1.jpg"]).names == ["a/1.jpg", "b/1.jpg"]
    assert read([b"a/1\\2.jpg"]).names == ["a/1\\2.jpg"]


def test_bytes_that_fit_no_code_page_are_read_anyhow() -> None:
    assert len(read([bytes(range(0x80, 0x100)) + b".jpg"]).names) == 1
