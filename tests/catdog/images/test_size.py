"""catdog.images.size: the size that is read from a file's header is that of the decoded image."""

import pytest
from PIL import Image

from catdog.images.decode import load_image
from catdog.images.size import read_size


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif", ".avif"])
def test_the_size_in_the_header_is_that_of_the_upright_image(tmp_path, suffix, orientation) -> None:
    path = tmp_path / f"turned{suffix}"
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (40, 30), "red").save(path, exif=exif)
    height, width, _ = load_image(path).shape
    assert read_size(path) == (width, height)


def test_no_size_is_read_of_what_is_no_image_or_too_large(tmp_path) -> None:
    (tmp_path / "text.jpg").write_text("no image")
    (tmp_path / "empty.jpg").touch()
    Image.new("1", (40_000, 500)).save(tmp_path / "long.png")
    Image.new("RGB", (40, 40)).save(tmp_path / "cut.jpg")
    whole = (tmp_path / "cut.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[:100])
    for name in ("text.jpg", "empty.jpg", "long.png", "cut.jpg", "missing.jpg", "."):
        assert read_size(tmp_path / name) is None, name
