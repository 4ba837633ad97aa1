"""Small picture files of every kind that the dashboard reads, and of the sorts that make trouble."""

import io

import numpy as np
from PIL import Image, ImageDraw
from pillow_heif import from_pillow

#: How files of each kind begin.
STARTS = (
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01",
    b"\xff\xd8\xff\xe1\0\x40Exif\0\0MM\0*",
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    b"GIF89a",
    b"RIFF\0\x10\0\0WEBPVP8 ",
    b"RIFF\0\x10\0\0WEBPVP8L",
    b"RIFF\0\x10\0\0WEBPVP8X",
    b"BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0",
    b"II*\0\x08\0\0\0",
    b"MM\0*\0\0\0\x08",
    b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    b"\0\0\0\x18ftypavif\0\0\0\0mif1avif",
    b"%PDF-1.7\n",
    b"<svg xmlns='http://www.w3.org/2000/svg'>",
    b"PK\x03\x04",
    b"",
)
_TIFF_WAYS = ("raw", "tiff_lzw", "packbits", "tiff_adobe_deflate", "jpeg")


def drawn(width: int = 60, height: int = 40) -> Image.Image:
    """Return a picture without symmetry: three colours, a slope of grey, an ellipse."""
    slope = np.linspace(40, 200, width * height).reshape(height, width).astype(np.uint8)
    image = Image.fromarray(slope).convert("RGB")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, width // 3, height // 4), fill=(200, 40, 30))
    pen.ellipse((width // 2, height // 3, width - 3, height - 3), fill=(30, 160, 90))
    pen.line((2, height - 3, width // 2, height // 2), fill=(20, 40, 210), width=3)
    return image


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """Return the picture as a file of a kind that Pillow writes, or "HEIF"."""
    file = io.BytesIO()
    if kind == "HEIF":
        from_pillow(image).save(file, **options)
    else:
        image.save(file, kind, **options)
    return file.getvalue()


def turned_jpeg(image: Image.Image, orientation: int = 6) -> bytes:
    """Return a JPEG that lies on its side and says so in its EXIF block, as phones make them."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(image, "JPEG", exif=exif)


def _animated(image: Image.Image, kind: str) -> bytes:
    # fresh pictures, since Pillow keeps settings of one kind for the next
    return encoded(image.rotate(0), kind, save_all=True, append_images=[image.rotate(90), image.rotate(180)])


def made_files() -> list[bytes]:
    """Return some forty files: every kind, mode, compression and number of pictures that Pillow writes."""
    picture, large = drawn(), drawn(400, 300)
    clear = picture.convert("RGBA")
    clear.putalpha(Image.fromarray(np.tile(np.linspace(0, 255, 60).astype(np.uint8), (40, 1))))
    deep = Image.fromarray(np.linspace(0, 65535, 2400).reshape(40, 60).astype(np.uint16))
    files = [encoded(picture.convert(mode), "PNG") for mode in ("1", "L", "LA", "P", "RGB")]
    files += [encoded(clear, "PNG"), encoded(deep, "PNG"), encoded(large, "PNG"), _animated(picture, "PNG")]
    files += [encoded(picture, "JPEG", progressive=True), encoded(picture.convert("CMYK"), "JPEG"), turned_jpeg(large)]
    files += [encoded(picture.convert("L"), "JPEG"), encoded(large, "JPEG", subsampling=0, restart_marker_rows=1)]
    files += [_animated(picture, "MPO"), encoded(large, "JPEG2000")]
    files += [encoded(picture, "GIF"), _animated(large, "GIF"), encoded(clear, "GIF")]
    files += [encoded(picture, "WEBP"), encoded(clear, "WEBP", lossless=True), _animated(picture, "WEBP")]
    files += [encoded(picture.convert(mode), "BMP") for mode in ("1", "L", "P", "RGB")] + [encoded(clear, "BMP")]
    files += [encoded(picture, "TIFF", compression=way) for way in _TIFF_WAYS]
    files += [encoded(picture.convert(mode), "TIFF") for mode in ("CMYK", "LAB", "F", "I")]
    files += [encoded(clear, "TIFF"), encoded(deep, "TIFF"), _animated(picture, "TIFF")]
    files += [encoded(picture, "AVIF"), encoded(clear, "AVIF"), _animated(picture, "AVIF")]
    files += [encoded(picture, "HEIF"), encoded(clear, "HEIF"), encoded(large, "HEIF")]
    return files
