"""Files made to do harm, or just huge: an image or one sentence, in bounded time and memory."""

import io
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catdog.errors import ImageError
from catdog.images import pixels as pixels_module
from catdog.images.decode import read_image
from catdog.images.jpeg import count_scans
from catdog.images.limits import MAX_BYTES, MAX_BYTES_OF_SCANS, find_bytes_fault, find_size_fault
from catdog.settings import PROJECT
from tests.image_files import draw_image, encode_image, encode_rotated_jpeg, make_files

READ = """
import pathlib, re, sys
from catdog.images.decode import read_image
pixels = read_image(sys.stdin.buffer.read())
peak = re.search(r"VmHWM:\\s+(\\d+) kB", pathlib.Path("/proc/self/status").read_text())
print(*pixels.shape, int(peak[1]) * 1024)
"""


def test_300_damaged_files_each_give_an_image_or_a_sentence():
    photos = os.environ.get("CATDOG_PHOTOS_URL", "").removeprefix("file://")
    real = ["--photos", photos] if Path(photos).is_file() else []
    command = [sys.executable, "-m", "tests.fuzz", "--cases", "300", *real]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    match = re.match(r"(\d+) files .*: (\d+) images, (\d+) refused", done.stdout)
    cases, images, refused = (int(count) for count in match.groups())
    assert cases >= 300
    assert min(images, refused) > 30  # the damage is neither too little nor too much to tell anything


def test_the_files_that_the_fuzzing_begins_with_are_whole():
    refused = []
    for data in make_files():
        try:
            read_image(data)
        except ImageError as error:
            refused.append(str(error))
    assert ["not an image of a known kind" in sentence for sentence in refused] == [True]  # JPEG 2000, on purpose


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "mode", "size", "options"),
    [
        ("JPEG", "L", (10_000, 9_990), {}),
        ("JPEG", "RGB", (5_000, 4_990), {"progressive": True, "subsampling": 0}),
        ("JPEG", "CMYK", (5_000, 4_990), {}),
        ("PNG", "RGBA", (7_000, 7_000), {"compress_level": 1}),
        ("GIF", "P", (7_000, 7_000), {}),
        ("WEBP", "RGBA", (5_000, 4_990), {"method": 0}),
        ("TIFF", "F", (7_000, 7_000), {"compression": "tiff_adobe_deflate"}),
        ("AVIF", "RGBA", (5_000, 4_990), {"speed": 10}),
    ],
)
def test_the_largest_allowed_images_take_under_600_megabytes(kind, mode, size, options):
    data = encode_image(Image.new(mode, size), kind, **options)
    done = subprocess.run([sys.executable, "-c", READ], input=data, cwd=PROJECT, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    height, width, _, peak = (int(text) for text in done.stdout.split())
    assert (width, height) == size
    assert peak < 600_000_000


def test_a_large_rotated_image_is_not_in_memory_twice():
    data = encode_rotated_jpeg(Image.new("L", (5_000, 4_000)))
    pixels = read_image(data)
    assert pixels.shape == (5_000, 4_000, 3)
    assert pixels.base is not None


def test_a_large_image_is_converted_in_strips_to_the_same_pixels(monkeypatch):
    monkeypatch.setattr(pixels_module, "STRIP", 40_000)
    drawing = draw_image(300, 250).convert("RGBA")
    drawing.putalpha(Image.linear_gradient("L").resize(drawing.size))
    white = Image.new("RGBA", drawing.size, "white")
    white.alpha_composite(drawing)
    pixels = read_image(encode_image(drawing, "PNG", compress_level=1))
    assert np.abs(pixels.astype(int) - np.asarray(white.convert("RGB"))).max() <= 1


def test_deep_grey_is_scaled_by_the_brightest_pixel_of_all_strips(monkeypatch):
    monkeypatch.setattr(pixels_module, "STRIP", 40_000)
    grey = np.zeros((220, 200), np.float32)
    grey[-1] = 200.0  # only the last strip says that white is 255
    grey[0] = 100.0
    pixels = read_image(encode_image(Image.fromarray(grey), "TIFF"))
    assert (int(pixels[0, 0, 0]), int(pixels[-1, 0, 0])) == (100, 200)


def test_scans_are_counted_and_a_thumbnail_is_no_scan():
    assert count_scans(encode_image(draw_image(), "JPEG")) == 1
    assert count_scans(encode_image(draw_image().convert("L"), "JPEG")) == 1
    assert count_scans(encode_image(draw_image(), "JPEG", progressive=True)) == 10
    exif = b"Exif\0\0" + encode_image(draw_image(20, 10), "JPEG", progressive=True)
    assert count_scans(encode_image(draw_image(), "JPEG", exif=exif)) == 1
    assert (
        count_scans(encode_image(draw_image(), "JPEG") + encode_image(draw_image(), "JPEG")) == 1
    )  # a second image behind the first
    for damaged in (b"", b"\xff\xd8\xff", b"\xff\xd8" + b"\xff" * 50, b"\xff\xd8\xff\xe0\0\0" * 9):
        assert count_scans(damaged) == 2


def test_a_jpeg_of_thousands_of_scans_is_refused_at_once():
    data = encode_image(draw_image(1_000, 800), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    with pytest.raises(ImageError, match=r"draws its pixels 1,010 times over; save it anew"):
        read_image(data[:-2] + data[last:-2] * 1_000 + data[-2:])


def test_limits_are_said_with_what_to_do():
    assert "larger than 50 MB; make it smaller" in find_bytes_fault(MAX_BYTES + 1)
    assert "the most for a progressive JPEG" in find_bytes_fault(MAX_BYTES_OF_SCANS + 1, scans=10)
    assert find_bytes_fault(MAX_BYTES) is None
    assert find_bytes_fault(MAX_BYTES_OF_SCANS + 1) is None
    assert "over the 100 megapixels allowed" in find_size_fault("JPEG", 10_001, 10_000)
    assert "over the 25 megapixels allowed" in find_size_fault("JPEG", 5_001, 5_000, scans=10)
    assert "over the 25 megapixels allowed" in find_size_fault("JPEG", 5_001, 5_000, rowwise=False)
    assert "over the 50 megapixels allowed" in find_size_fault("PNG", 7_072, 7_072)
    assert "no pixels" in find_size_fault("GIF", 0, 5)
    assert find_size_fault("JPEG", 10_000, 10_000) is None
    assert find_size_fault("HEIC", 7_000, 7_000) is None


def test_an_image_that_is_also_an_archive_or_script_is_an_image():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("../../evil.sh", "rm -rf /")
    for kind in ("PNG", "JPEG", "GIF", "BMP"):
        polyglot = encode_image(draw_image(), kind) + archive.getvalue() + b"<script>alert(1)</script>"
        assert read_image(polyglot).shape == (40, 60, 3)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7\n" + encode_image(draw_image(), "JPEG"), "a PDF document"),
        (b"<svg onload='alert(1)'>" + encode_image(draw_image(), "PNG"), "an SVG drawing"),
        (b"PK\x03\x04" + encode_image(draw_image(), "PNG"), "a zip archive"),
        (b"MZ" + bytes(60) + encode_image(draw_image(), "JPEG"), "not an image of a known kind"),
    ],
)
def test_another_kind_of_file_with_an_image_inside_is_refused(data, words):
    with pytest.raises(ImageError, match=words):
        read_image(data, "cat.jpg")


def test_the_suffix_does_not_matter():
    for kind in ("PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "HEIF"):
        assert read_image(encode_image(draw_image(), kind), "cat.jpg").shape == (40, 60, 3)


def test_of_an_animation_of_a_thousand_images_the_first_is_read():
    frames = [Image.new("P", (80, 60), index % 256) for index in range(1_000)]
    frames[0] = draw_image(80, 60).convert("P")
    data = encode_image(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert read_image(data).shape == (60, 80, 3)


@pytest.mark.parametrize("size", [(1, 60_000), (60_000, 1), (65_535, 65_535)])
def test_a_gif_of_an_absurd_size_is_refused(size):
    data = bytearray(encode_image(draw_image(), "GIF"))
    data[6:10] = size[0].to_bytes(2, "little") + size[1].to_bytes(2, "little")
    with pytest.raises(ImageError, match=r"smaller first\.$"):
        read_image(bytes(data))
