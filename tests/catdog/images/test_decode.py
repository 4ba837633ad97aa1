"""Images in every format and mode come in right; whatever else comes in gives one sentence."""

import struct
import subprocess
import sys
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile, ImageOps
from simplejpeg import decode_jpeg

from catdog.errors import ImageError
from catdog.images.decode import MAX_BYTES, SUFFIXES, load_image, read_image
from tests.image_files import draw_image, encode_image

RED, WHITE = (255, 0, 0), (255, 255, 255)


def refusal(data: bytes, name: str = "cat.jpg") -> str:
    """Return the sentence with which reading the data must fail."""
    with pytest.raises(ImageError) as caught:
        read_image(data, name)
    sentence = str(caught.value)
    assert sentence.startswith("Can't read ")
    assert sentence.endswith(".")
    assert sentence.isprintable()
    return sentence


# What can be read


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("BMP", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("WEBP", {"lossless": True}),
    ],
)
def test_lossless_formats_come_back_exactly(kind, options):
    image = read_image(encode_image(draw_image(), kind, **options))
    assert image.dtype == np.uint8
    assert image.shape == (40, 60, 3)
    assert np.array_equal(image, np.asarray(draw_image()))


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"quality": 95}),
        ("JPEG", {"quality": 95, "subsampling": 0, "progressive": True}),
        ("WEBP", {"quality": 95}),
        ("AVIF", {"quality": 95}),
        ("HEIF", {"quality": 95}),
    ],
)
def test_lossy_formats_come_back_nearly(kind, options):
    image = read_image(encode_image(draw_image(), kind, **options))
    assert image.shape == (40, 60, 3)
    assert np.abs(image.astype(int) - np.asarray(draw_image())).mean() < 8


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF", "PNG", "AVIF"])
def test_only_the_first_image_of_several_is_read(kind):
    first, second = Image.new("RGB", (20, 10), RED), Image.new("RGB", (20, 10), "blue")
    image = read_image(encode_image(first, kind, save_all=True, append_images=[second]))
    assert image.shape == (10, 20, 3)
    assert np.abs(image.astype(int) - RED).max() < 4


def make_in_mode(mode: str) -> Image.Image:
    """Return 12×8 pixels of red, or of the middle grey 128, in a mode of Pillow's."""
    if mode in ("RGB", "CMYK", "YCbCr", "P"):
        return Image.new("RGB", (12, 8), RED).convert(mode)
    if mode == "1":
        return Image.new("L", (12, 8), 255).convert("1")
    return Image.new("L", (12, 8), 128)


@pytest.mark.parametrize(
    ("kind", "mode", "colour"),
    [
        ("PNG", "1", WHITE),
        ("PNG", "L", (128, 128, 128)),
        ("PNG", "P", RED),
        ("GIF", "L", (128, 128, 128)),
        ("BMP", "P", RED),
        ("BMP", "1", WHITE),
        ("TIFF", "CMYK", RED),
        ("JPEG", "L", (128, 128, 128)),
        ("JPEG", "CMYK", RED),  # Pillow writes these inverted, as Adobe does
        ("WEBP", "L", (128, 128, 128)),
        ("AVIF", "L", (128, 128, 128)),
        ("HEIF", "L", (128, 128, 128)),
    ],
)
def test_every_mode_becomes_rgb(kind, mode, colour):
    image = read_image(encode_image(make_in_mode(mode), kind))
    assert image.shape == (8, 12, 3)
    assert np.abs(image.astype(int) - colour).max() <= 3


def make_half_clear(mode: str) -> Image.Image:
    """Return 2×1 pixels: one clear, which must turn white, and one in the middle between clear and black."""
    image = Image.new("RGBA", (2, 1), (0, 0, 0, 0))
    image.putpixel((1, 0), (0, 0, 0, 128))
    return image.convert(mode)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_alpha_is_laid_over_white(kind, mode):
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    image = read_image(encode_image(make_half_clear(mode), kind, **options))
    assert image[0].tolist() == [[255] * 3, [127] * 3]


@pytest.mark.parametrize(
    ("kind", "mode", "clear", "transparency", "opaque", "shown"),
    [
        ("PNG", "P", 0, 0, 1, (200, 100, 50)),
        ("PNG", "P", 0, b"\x00\xff", 1, (200, 100, 50)),
        ("GIF", "P", 0, 0, 1, (200, 100, 50)),
        ("PNG", "L", 7, 7, 90, (90, 90, 90)),
        ("PNG", "RGB", (7, 7, 7), (7, 7, 7), (90, 80, 70), (90, 80, 70)),
        ("PNG", "1", 255, 1, 0, (0, 0, 0)),
    ],
)
def test_a_transparent_colour_turns_white(kind, mode, clear, transparency, opaque, shown):
    image = Image.new(mode, (2, 1), clear)
    if mode == "P":
        image.putpalette([10, 20, 30, 200, 100, 50])
    image.putpixel((1, 0), opaque)
    image = read_image(encode_image(image, kind, transparency=transparency))
    assert image[0].tolist() == [[255] * 3, list(shown)]


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_scaled_not_clipped(kind):
    deep = np.array([[0, 255, 256, 32768, 65535]], np.uint16)
    assert read_image(encode_image(Image.fromarray(deep), kind))[0, :, 0].tolist() == [0, 0, 1, 128, 255]


def test_big_endian_sixteen_bit_grey_is_read():
    image = Image.frombytes("I;16B", (3, 1), struct.pack(">3H", 0, 32768, 65535))
    assert read_image(encode_image(image, "TIFF"))[0, :, 2].tolist() == [0, 128, 255]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[-5, 0, 100, 255]], np.int32), [0, 0, 100, 255]),
        (np.array([[0, 32768, 65535]], np.int32), [0, 128, 255]),
        (np.array([[0, 600_000, 1_000_000]], np.int32), [0, 153, 255]),
        (np.array([[0.0, 0.5, 1.0]], np.float32), [0, 128, 255]),
        (np.array([[0.0, 64.0, 200.0]], np.float32), [0, 64, 200]),
        (np.array([[np.nan, np.inf, -1.0, 1.0]], np.float32), [0, 0, 0, 255]),
    ],
)
def test_32_bit_and_float_grey_are_scaled_to_the_usual_white(values, expected):
    assert read_image(encode_image(Image.fromarray(values), "TIFF"))[0, :, 0].tolist() == expected


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("kind", "options"), [("PNG", {}), ("TIFF", {}), ("JPEG", {"quality": 90}), ("WEBP", {"lossless": True})]
)
def test_exif_orientation_is_applied(kind, options, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encode_image(draw_image(), kind, exif=exif, **options)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(BytesIO(data))).convert("RGB"))
    image = read_image(data)
    assert image.shape == ((60, 40, 3) if orientation > 4 else (40, 60, 3))
    assert np.abs(image.astype(int) - expected).mean() < 3


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_a_turned_heic_or_avif_is_turned_once(kind):
    exif = Image.Exif()
    exif[0x0112] = 6
    image = read_image(encode_image(draw_image(), kind, exif=exif.tobytes()))
    expected = np.asarray(draw_image().transpose(Image.Transpose.ROTATE_270))
    assert image.shape == (60, 40, 3)
    assert np.abs(image.astype(int) - expected).mean() < 10


@pytest.mark.parametrize("exif", [b"Exif\0\0garbage", b"Exif\0\0MM\0*\0\0\xff\xff", b"Exif\0\0II*\0\x08\0\0\0\xff\xff"])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_damaged_exif_does_not_spoil_an_image(exif):
    assert read_image(encode_image(draw_image(), "JPEG", exif=exif)).shape == (40, 60, 3)


def test_a_jpeg_with_a_small_fault_is_read_by_pillow():
    data = encode_image(draw_image(), "JPEG")
    faulty = data[:-2] + b"extra bytes" + data[-2:]
    with pytest.raises(ValueError, match="extraneous"):
        decode_jpeg(faulty)
    difference = np.abs(read_image(faulty).astype(int) - read_image(data))
    assert 0 < difference.mean() < 3


def test_jpegs_are_read_where_simplejpeg_is_missing(monkeypatch):
    data = encode_image(draw_image(), "JPEG")
    usual = read_image(data)
    monkeypatch.setitem(sys.modules, "simplejpeg", None)  # makes its import fail
    difference = np.abs(read_image(data).astype(int) - usual)
    assert 0 < difference.mean() < 3


def test_threads_get_the_same_images_as_a_single_one():
    kinds = ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "HEIF"]
    files = [encode_image(draw_image(50 + at, 40), kinds[at % len(kinds)]) for at in range(48)]
    alone = [read_image(data) for data in files]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(read_image, files))
    np.testing.assert_equal(alone, together)


def test_every_suffix_names_a_format_that_is_read(tmp_path):
    kinds = {".jpg": "JPEG", ".jpeg": "JPEG", ".tif": "TIFF", ".heic": "HEIF"}
    for suffix in SUFFIXES:
        path = tmp_path / f"cat{suffix}"
        path.write_bytes(encode_image(draw_image(), kinds.get(suffix, suffix[1:].upper())))
        assert load_image(path).shape == (40, 60, 3)


# What is refused


def png_header(width: int, height: int) -> bytes:
    """Return a PNG of which only the header is there: decoding it would call it damaged."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))


def encode_claiming(kind: str, width: int, height: int) -> bytes:
    """Return a small valid image whose header claims another size."""
    if kind == "PNG":
        return png_header(width, height)
    if kind == "HEIF":
        small = encode_image(Image.new("RGB", (128, 64)), kind)
        return small.replace(struct.pack(">II", 128, 64), struct.pack(">II", width, height))
    small = bytearray(encode_image(Image.new("RGB", (16, 16)), kind))
    if kind == "JPEG":
        at = small.index(b"\xff\xc0") + 5
        small[at : at + 4] = struct.pack(">HH", height, width)
    elif kind == "GIF":
        small[6:10] = struct.pack("<HH", width, height)
    elif kind == "BMP":
        small[18:26] = struct.pack("<ii", width, height)
    elif kind == "TIFF":
        for tag, value in ((256, width), (257, height)):
            at = small.index(struct.pack("<HHI", tag, 4, 1)) + 8
            small[at : at + 4] = struct.pack("<I", value)
    elif kind == "WEBP":
        small = bytearray(b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0") + small[12:]
        small[24:30] = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
        small[4:8] = struct.pack("<I", len(small) - 8)
    return bytes(small)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "HEIF"])
def test_200_megapixels_are_refused_from_the_header(kind):
    most = 100 if kind == "JPEG" else 50
    assert f"20,000 × 10,000 pixels, over the {most} megapixels allowed" in refusal(
        encode_claiming(kind, 20_000, 10_000)
    )


def test_200_megapixels_of_webp_are_refused():
    assert "too many pixels" in refusal(encode_claiming("WEBP", 16_000, 12_500))


@pytest.mark.parametrize(("width", "height"), [(1, 60_000), (60_000, 1), (31_000, 1_000)])
def test_overlong_sides_are_refused(width, height):
    assert "no side may be over 30,000" in refusal(png_header(width, height))


def test_strips_are_refused_and_long_images_are_not():
    assert "over 100 times" in refusal(png_header(101, 1))
    assert "over 100 times" in refusal(encode_image(Image.new("RGB", (4, 500)), "PNG"))
    assert read_image(encode_image(Image.new("RGB", (4, 400)), "PNG")).shape == (400, 4, 3)
    assert read_image(encode_image(Image.new("RGB", (1, 1)), "PNG")).shape == (1, 1, 3)


def test_images_near_the_limit_draw_no_warning_from_pillow():
    limit = Image.MAX_IMAGE_PIXELS
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sentence = refusal(encode_claiming("JPEG", 10_000, 9_500))
        refusal(png_header(20_000, 20_000))
    assert "damaged" in sentence  # 95 megapixels are allowed; this file just lacks them
    assert not caught
    assert limit == Image.MAX_IMAGE_PIXELS
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "it is empty (0 bytes)"),
        (b"this is a shopping list", "it is text, not an image"),
        (b"BMW built this car", "it is text, not an image"),
        ("Käse".encode("latin-1"), "it is text, not an image"),
        (b"\n", "it is text, not an image"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<svg width='9'/>", "it is an SVG drawing"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "it is an SVG drawing"),
        (b"%PDF-1.7\n%\xe2\xe3", "it is a PDF document"),
        (b"<!DOCTYPE html><html></html>", "it is a web page"),
        (b"PK\x03\x04" + bytes(30), "it is a zip archive"),
        (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41", "it is a video"),
        (bytes(range(256)), "it is not an image of a known kind"),
    ],
)
def test_another_kind_of_file_is_named_with_the_formats_allowed(data, words):
    sentence = refusal(data)
    assert words in sentence
    assert data == b"" or "use a JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC file" in sentence


def test_more_than_50_megabytes_are_refused():
    assert "larger than 50 MB" in refusal(encode_image(draw_image(), "PNG") + bytes(MAX_BYTES))


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow also warns of what it raises
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "HEIF"])
def test_truncated_files_are_refused(kind):
    noise = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    data = encode_image(Image.fromarray(noise), kind)
    assert "damaged, cut short" in refusal(data[: len(data) // 2])
    assert "damaged, cut short" in refusal(data[: min(len(data), 40)])


def test_damaged_files_give_an_image_or_a_sentence(capfd):
    rng = np.random.default_rng(7)
    refused = 0
    for kind in ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "HEIF"]:
        whole = encode_image(draw_image(), kind)
        for _ in range(40):
            data = bytearray(whole)
            for _ in range(rng.integers(1, 8)):
                # Half of the damage goes where headers are, since later bytes seldom break more than pixels.
                end = len(data) if rng.random() < 0.5 else min(len(data), 200)
                data[rng.integers(end)] = rng.integers(256)
            if rng.random() < 0.3:
                del data[rng.integers(1, len(data)) :]
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    image = read_image(bytes(data))
            except ImageError:
                refused += 1
            else:
                assert image.dtype == np.uint8
                assert image.ndim == 3
                assert image.shape[2] == 3
    assert 80 < refused < 300  # the damage is neither too little nor too much to tell anything
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("cat.jpg", "cat.jpg"),
        ("a\nb\x1b[31m\u202egpj.exe\x00", "a b [31m gpj.exe"),
        ("bad\udcff.jpg", "bad .jpg"),
        ("x" * 500 + ".jpg", "x" * 40 + "…" + "x" * 15 + ".jpg"),
        ("\x07", "the image"),
    ],
)
def test_names_are_made_harmless(name, shown):
    assert refusal(b"", name) == f"Can't read {shown}: it is empty (0 bytes); choose another file."


def test_files_that_cannot_be_opened_give_a_sentence(tmp_path):
    for path in (tmp_path / "none.jpg", tmp_path, Path("a\0b.jpg"), tmp_path / ("x" * 300 + ".jpg")):
        with pytest.raises(ImageError, match=r"^Can't read .*\.$"):
            load_image(path)


def test_a_file_is_named_by_its_name_alone(tmp_path):
    path = tmp_path / "notes.jpg"
    path.write_text("no image")
    with pytest.raises(ImageError, match=r"^Can't read notes\.jpg: it is text"):
        load_image(path)


def test_reading_heic_registers_nothing_in_pillow():
    program = (
        "import sys; from PIL import Image; from catdog.images.decode import read_image;"
        "assert 'pillow_heif' not in sys.modules;"
        "read_image(sys.stdin.buffer.read()); Image.init();"
        "assert 'pillow_heif' in sys.modules; assert 'HEIF' not in Image.OPEN"
    )
    subprocess.run([sys.executable, "-c", program], input=encode_image(draw_image(), "HEIF"), check=True, timeout=60)
