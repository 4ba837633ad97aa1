"""What lies beside the pixels of an image file, faulty or huge, neither refuses the image nor changes it."""

import struct
import sys
import time
import zlib
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image

from catdog.errors import ImageError
from catdog.images.decode import read_image
from catdog.images.size import read_size
from tests.image_files import (
    draw_image,
    encode_image,
    extend_webp,
    insert_in_gif,
    insert_in_jpeg,
    insert_in_png,
    make_masked_bmp,
    png_chunk,
    webp_chunk,
)

PLAIN = np.asarray(draw_image())
LARGE = zlib.compress(bytes(range(256)) * 6000)  # 1.5 MB, more than Pillow takes
EXIF_6 = b"MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"  # orientation 6: turn it to the right
EXIF_6_HEX = (b"Exif\0\0" + EXIF_6).hex().encode()
XMP_6 = b'<x tiff:Orientation="6"/>'
NO_ALPHA = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)


def png(*chunks: bytes, last: bool = False, **options: object) -> bytes:
    return insert_in_png(encode_image(draw_image(), "PNG", **options), *chunks, last=last)


def jpeg(*segments: tuple[int, bytes]) -> bytes:
    return insert_in_jpeg(encode_image(draw_image(), "JPEG"), *segments)


def webp(before: bytes = b"", after: bytes = b"", **options: int) -> bytes:
    return extend_webp(encode_image(draw_image(), "WEBP", lossless=True), before, after, **options)


def gif(*blocks: bytes) -> bytes:
    return insert_in_gif(encode_image(draw_image().quantize(64), "GIF"), *blocks)


def bmp(order: str, masks: tuple[int, int, int, int], header: int = 108, alpha: int = 0) -> bytes:
    """Return the drawing as a BMP whose pixels have their bytes in an order such as "BGRA"."""
    channels = {**dict(zip("RGB", np.moveaxis(PLAIN, 2, 0), strict=True)), "A": np.full((40, 60), alpha, np.uint8)}
    return make_masked_bmp(np.dstack([channels[name] for name in order]), masks, header)


@pytest.mark.parametrize("last", [False, True], ids=["before", "behind"])
@pytest.mark.parametrize(
    "chunks",
    [
        pytest.param([png_chunk(b"iCCP", b"W\0\0" + LARGE)], id="large profile"),
        pytest.param([png_chunk(b"iCCP", b"W\0\7?")], id="profile of an unknown compression"),
        pytest.param([png_chunk(b"iCCP", b"")], id="empty profile"),
        pytest.param([png_chunk(b"zTXt", b"k\0\0" + LARGE)], id="large text"),
        pytest.param([png_chunk(b"iTXt", b"k\0\1\0\0\0" + LARGE)], id="large Unicode text"),
        pytest.param([png_chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(900_000)))] * 75, id="much text"),
        pytest.param([png_chunk(b"zTXt", b"Raw profile type exif\0\0" + LARGE)], id="large EXIF as text"),
        pytest.param([png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + LARGE)], id="large XMP"),
        pytest.param([png_chunk(b"eXIf", b"junk")], id="EXIF junk"),
        pytest.param([png_chunk(b"tEXt", b"a\0b", checksum=1)], id="wrong checksum"),
        pytest.param([png_chunk(b"tEXt", b"a\0b", length=9)], id="length that ends in the next chunk"),
        pytest.param([png_chunk(b"tEXt", b"a\0b", length=1 << 30)], id="length beyond the file"),
        pytest.param([png_chunk(b"gAMA", b"\0")], id="short gamma"),
        pytest.param([png_chunk(b"cHRM", b"\0")], id="short chromaticities"),
        pytest.param([png_chunk(b"pHYs", b"\0")], id="short size"),
        pytest.param([png_chunk(b"sRGB", b"")], id="empty sRGB"),
        pytest.param([png_chunk(b"tRNS", b"")], id="empty transparency"),
        pytest.param([png_chunk(b"acTL", b"\0")], id="short animation"),
        pytest.param([png_chunk(b"acTL", struct.pack(">II", 9, 0)), png_chunk(b"fcTL", bytes(26))], id="empty frames"),
        pytest.param([png_chunk(b"fdAT", b"\0")], id="short frame"),
        pytest.param([png_chunk(b"\xff\0\1a", b"123")], id="impossible name"),
        pytest.param([png_chunk(b"abCd", bytes(2_000_000))], id="private megabytes"),
    ],
)
def test_of_a_png_the_pixels_are_read_and_the_rest_is_dropped(chunks, last):
    assert np.array_equal(read_image(png(*chunks, last=last)), PLAIN)


def test_a_png_of_a_palette_keeps_it_behind_a_chunk_of_false_length():
    image = draw_image().quantize(64)
    data = insert_in_png(encode_image(image, "PNG", transparency=3), png_chunk(b"tEXt", b"a\0b", length=1 << 20))
    assert np.array_equal(read_image(data), read_image(encode_image(image, "PNG", transparency=3)))


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize(
    "chunk",
    [
        png_chunk(b"eXIf", EXIF_6),
        png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP_6),
        png_chunk(
            b"zTXt",
            b"Raw profile type exif\0\0" + zlib.compress(b"\nexif\n32\n" + (b"Exif\0\0" + EXIF_6).hex().encode()),
        ),
    ],
    ids=["eXIf", "XMP", "text"],
)
def test_a_png_is_turned_upright_whatever_else_is_wrong(chunk, last):
    data = png(png_chunk(b"iCCP", b"W\0\0" + LARGE), chunk, png_chunk(b"tEXt", b"a", checksum=1), last=last)
    assert np.array_equal(read_image(data), np.rot90(PLAIN, -1))


def test_a_fault_in_the_pixels_of_a_png_is_still_refused():
    data = bytearray(encode_image(draw_image(), "PNG"))
    data[data.index(b"IDAT") + 30] ^= 1
    for damaged in (bytes(data), data[:33] + png_chunk(b"iCCP", b"") + data[33:]):
        with pytest.raises(ImageError, match="damaged"):
            read_image(bytes(damaged))


@pytest.mark.parametrize(
    "segments",
    [
        pytest.param([(0xE2, b"ICC_PROFILE\0")], id="short profile"),
        pytest.param([(0xE2, b"ICC_PROFILE\0\1\3" + bytes(900))], id="one part of three of a profile"),
        pytest.param([(0xE2, b"MPF\0junk")], id="list of images"),
        pytest.param([(0xE0, b"JFIF")], id="short JFIF"),
        pytest.param([(0xED, b"Photoshop 3.0\0008BIM\3\xed\0\0\0\0\0\1x")], id="Photoshop"),
        pytest.param([(0xEE, b"Adobe")], id="short Adobe"),
        pytest.param([(0xFE, b"\xff" * 60_000)] * 50, id="long notes"),
        pytest.param([(0xE1, b"http://ns.adobe.com/xap/1.0/\0\xff\xfe")], id="XMP junk"),
    ],
)
@pytest.mark.parametrize("exif", [b"junk", EXIF_6], ids=["and EXIF junk", "and EXIF"])
def test_a_jpeg_is_read_and_turned_upright_whatever_else_is_wrong(segments, exif):
    expected = read_image(encode_image(draw_image(), "JPEG"))
    turned = np.rot90(expected, -1) if exif == EXIF_6 else expected
    assert np.array_equal(read_image(jpeg(*segments, (0xE1, b"Exif\0\0" + exif))), turned)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(webp(after=webp_chunk(b"EXIF", b"junk"), flags=8), id="EXIF junk"),
        pytest.param(webp(after=webp_chunk(b"EXIF", b"junk", length=40_000), flags=8), id="EXIF of a false length"),
        pytest.param(webp(after=webp_chunk(b"EXIF", bytes(8)), flags=8)[:-5], id="cut off in EXIF"),
        pytest.param(webp(webp_chunk(b"ICCP", b"junk", length=400_000), flags=32), id="profile of a false length"),
        pytest.param(webp(webp_chunk(b"ICCP", bytes(2_000_000)), flags=32), id="large profile"),
        pytest.param(webp(flags=0x2E), id="flags of what is not there"),
        pytest.param(webp(surplus=50), id="false length"),
        pytest.param(webp(surplus=-20), id="false shorter length"),
        pytest.param(webp(after=b"behind"), id="something behind"),
    ],
)
def test_of_a_webp_the_pixels_are_read_and_the_rest_is_dropped(data):
    assert np.array_equal(read_image(data), PLAIN)


def test_a_webp_is_turned_upright_whatever_else_is_wrong():
    data = webp(webp_chunk(b"ICCP", b"junk", length=400_000), webp_chunk(b"EXIF", EXIF_6), flags=0x28)
    assert np.array_equal(read_image(data), np.rot90(PLAIN, -1))


@pytest.mark.parametrize(
    "block",
    [
        b"!\xff\x0bNETSCAPE2.0\0",
        b"!\xff\x03abc\0",
        b"!\xf9\x01\0\0",
        b"!\xf9\0",
        b"!\x99\x03abc\0",
        b"!\xfe" + (b"\xff" + b"c" * 255) * 9000 + b"\0",
    ],
)
def test_of_a_gif_the_pixels_are_read_and_the_rest_is_dropped(block):
    assert np.array_equal(read_image(gif(block)), read_image(gif()))


@pytest.mark.parametrize("header", [56, 108, 124])
@pytest.mark.parametrize(
    ("order", "masks"),
    [
        ("BGRA", NO_ALPHA),
        ("RGBA", (0xFF, 0xFF00, 0xFF0000, 0xFF000000)),
        ("ABGR", (0xFF000000, 0xFF0000, 0xFF00, 0xFF)),
    ],
)
def test_an_alpha_of_zeros_does_not_blank_a_bmp_and_another_counts(order, masks, header):
    assert np.array_equal(read_image(bmp(order, masks, header)), PLAIN)
    half = read_image(bmp(order, masks, header, alpha=128))
    assert np.abs(half - (PLAIN / 2 + 127.5)).max() < 2


def test_a_large_bmp_with_an_alpha_of_zeros_is_read_in_strips():
    large = np.zeros((2100, 2000, 4), np.uint8)
    large[-1] = (10, 20, 30, 0)
    assert read_image(make_masked_bmp(large, NO_ALPHA))[-1, -1].tolist() == [30, 20, 10]


def test_a_png_that_is_clear_all_over_stays_white():
    assert (read_image(encode_image(Image.new("RGBA", (9, 9), (200, 30, 30, 0)), "PNG")) == 255).all()


def test_the_size_is_told_of_what_can_be_read(tmp_path):
    file = tmp_path / "photo"
    for data in (png(png_chunk(b"iCCP", b"W\0\0" + LARGE)), webp(surplus=50), gif(b"!\xf9\0"), bmp("BGRA", NO_ALPHA)):
        file.write_bytes(data)
        assert read_size(file) == (60, 40)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(png(b"\0\0\0\0tEXt\0\0\0\0" * 2_000_000), id="million empty chunks"),
        pytest.param(png(b"\0\x30\0\0IDAT" * 1_000_000), id="million names of chunks"),
        pytest.param(png(b"\x01\0\0\0tEXt" + b"\0\0\0\0IDAT\0\0\0\0" * 1_500_000), id="million empty pixel chunks"),
        pytest.param(gif(b"!\xfe" + b"\1c" * 6_000_000), id="endless notes"),
        pytest.param(webp(b"abcd\0\0\0\0" * 2_000_000), id="million WebP chunks"),
        pytest.param(b"\xff\xd8" + b"\xff\xe1\0\2" * 4_000_000 + jpeg()[2:], id="million segments"),
    ],
)
def test_files_of_millions_of_parts_end_within_two_seconds(data):
    began = time.process_time()
    with suppress(ImageError):
        assert read_image(data).shape == (40, 60, 3)
    assert time.process_time() - began < 2


def test_heic_without_its_package_is_one_sentence(monkeypatch):
    data = encode_image(draw_image(), "HEIF")
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(ImageError, match="HEIC files need the package pillow-heif; install it"):
        read_image(data)


@pytest.mark.parametrize("kind", ["AVIF", "HEIF"])
def test_damaged_exif_in_avif_and_heic_changes_nothing(kind):
    exif = Image.Exif()
    exif[0x010E] = "a description that is easily found"
    data = encode_image(draw_image(), kind, exif=exif.tobytes())
    place = data.index(b"a description") - 26  # where the EXIF data begin
    assert data[place : place + 4] in (b"II*\0", b"MM\0*")
    damaged = data[:place] + b"\xff" * 8 + data[place + 8 :]
    assert np.array_equal(read_image(damaged), read_image(data))


def test_tiff_heic_and_avif_are_read_with_damaged_side_data():
    exif = Image.Exif()
    exif[0x0112] = 1
    for kind in ("TIFF", "HEIF", "AVIF"):
        data = encode_image(draw_image(), kind, icc_profile=b"junk profile", exif=exif.tobytes())
        assert np.abs(read_image(data).astype(int) - PLAIN).mean() < 8
