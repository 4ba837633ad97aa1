"""Small image files of every kind that the dashboard reads, and of the sorts that make trouble."""

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
_TIFF_COMPRESSIONS = ("raw", "tiff_lzw", "packbits", "tiff_adobe_deflate", "jpeg")


def draw_image(width: int = 60, height: int = 40) -> Image.Image:
    """Return an image without symmetry: three colours, a slope of grey, an ellipse."""
    slope = np.linspace(40, 200, width * height).reshape(height, width).astype(np.uint8)
    image = Image.fromarray(slope).convert("RGB")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, width // 3, height // 4), fill=(200, 40, 30))
    pen.ellipse((width // 2, height // 3, width - 3, height - 3), fill=(30, 160, 90))
    pen.line((2, height - 3, width // 2, height // 2), fill=(20, 40, 210), width=3)
    return image


def encode_image(image: Image.Image, kind: str, **options: object) -> bytes:
    """Return the image as a file of a kind that Pillow writes, or "HEIF"."""
    file = io.BytesIO()
    if kind == "HEIF":
        from_pillow(image).save(file, **options)
    else:
        image.save(file, kind, **options)
    return file.getvalue()


def encode_rotated_jpeg(image: Image.Image, orientation: int = 6) -> bytes:
    """Return a JPEG that lies on its side and says so in its EXIF block, as phones make them."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encode_image(image, "JPEG", exif=exif)


def _encode_animation(image: Image.Image, kind: str) -> bytes:
    # fresh images, since Pillow keeps settings of one kind for the next
    return encode_image(image.rotate(0), kind, save_all=True, append_images=[image.rotate(90), image.rotate(180)])


def make_files() -> list[bytes]:
    """Return some forty files: every kind, mode, compression and number of images that Pillow writes."""
    image, large = draw_image(), draw_image(400, 300)
    clear = image.convert("RGBA")
    clear.putalpha(Image.fromarray(np.tile(np.linspace(0, 255, 60).astype(np.uint8), (40, 1))))
    deep = Image.fromarray(np.linspace(0, 65535, 2400).reshape(40, 60).astype(np.uint16))
    modes = {mode: image.convert(mode) for mode in ("1", "L", "LA", "P", "RGB", "CMYK", "LAB", "F", "I")}
    images = {
        "PNG": [*(modes[mode] for mode in ("1", "L", "LA", "P", "RGB")), clear, deep, large],
        "JPEG": [modes["L"], modes["CMYK"]],
        "JPEG2000": [large],
        "GIF": [image, clear],
        "WEBP": [image],
        "BMP": [*(modes[mode] for mode in ("1", "L", "P", "RGB")), clear],
        "TIFF": [*(modes[mode] for mode in ("CMYK", "LAB", "F", "I")), clear, deep],
        "AVIF": [image, clear],
        "HEIF": [image, clear, large],
    }
    files = [encode_image(image, kind) for kind in images for image in images[kind]]
    files += [encode_image(image, "JPEG", progressive=True), encode_rotated_jpeg(large)]
    files += [encode_image(large, "JPEG", subsampling=0, restart_marker_rows=1)]
    files += [encode_image(clear, "WEBP", lossless=True)]
    files += [encode_image(image, "TIFF", compression=name) for name in _TIFF_COMPRESSIONS]
    files += [_encode_animation(image, kind) for kind in ("PNG", "MPO", "WEBP", "TIFF", "AVIF")]
    return [*files, _encode_animation(large, "GIF")]
