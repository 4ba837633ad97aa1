"""Zips of photos, and the errors that adding them as a dataset must end with."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from catdog.datasets import add_user_dataset, list_user_datasets
from catdog.errors import DataError
from catdog.settings import Settings
from tests.image_files import encode_image

MakeZip = Callable[..., Path]
TWO_CLASSES = {"circles": 10, "squares": 10}
PHOTO = encode_image(Image.new("RGB", (12, 8), "orange"), "JPEG")


def write_zip(path: Path, counts: dict[str, int] | None = None, more: dict | None = None) -> Path:
    """Write a zip: {"apples": 10} puts ten photos into apples/, and `more` maps names to contents."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for folder, count in (counts or {}).items():
            for index in range(count):
                zipped.writestr(f"{folder}/{index}.jpg", PHOTO)
        for place, content in (more or {}).items():
            zipped.writestr(place, content)
    return path


def overwrite_field(archive: Path, signature: bytes, offset: int, layout: str, value: int) -> None:
    """Overwrite a field of every header that starts with `signature`."""
    data = bytearray(archive.read_bytes())
    at = data.find(signature)
    while at >= 0:
        struct.pack_into(layout, data, at + offset, value)
        at = data.find(signature, at + 1)
    archive.write_bytes(data)


def old_zip(names: list[bytes], content: bytes = b"", extra: bytes = b"", flag: int = 0) -> io.BytesIO:
    """Return a zip whose names are these bytes; without the flag, nothing says what they mean."""
    body, directory = io.BytesIO(), io.BytesIO()
    crc, size, more = zlib.crc32(content), len(content), len(extra)
    for name in names:
        at, length = body.tell(), len(name)
        fields = (20, flag, 0, 0, 33, crc, size, size, length, more)
        body.write(struct.pack("<4s5H3I2H", b"PK\3\4", *fields) + name + extra + content)
        directory.write(struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, *fields, 0, 0, 0, 0, at) + name + extra)
    at, listing = body.tell(), directory.getvalue()
    ends = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, len(names), len(names), len(listing), at, 0)
    return io.BytesIO(body.getvalue() + listing + ends)


def add_error(settings: Settings, archive: Path, name: str = "Shapes") -> str:
    """Return the one sentence with which adding the zip is refused; nothing of it may be left."""
    with pytest.raises(DataError) as caught:
        add_user_dataset(settings, archive, name)
    message = str(caught.value)
    assert message.endswith(".")
    assert message.isprintable()
    assert ".new-" not in message
    assert list_user_datasets(settings) == []
    assert not list((settings.data / "own").glob(".*")) if (settings.data / "own").is_dir() else True
    return message
