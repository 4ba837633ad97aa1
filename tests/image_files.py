"""Small image files of every kind that the dashboard reads, and of the sorts that make trouble."""

import io
import struct
import zlib

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


def png_chunk(name: bytes, data: bytes, *, length: int | None = None, checksum: int | None = None) -> bytes:
    """Return a PNG's chunk, on wish with a false length or checksum."""
    checksum = zlib.crc32(name + data) if checksum is None else checksum
    return struct.pack(">I", len(data) if length is None else length) + name + data + struct.pack(">I", checksum)


def insert_in_png(data: bytes, *chunks: bytes, last: bool = False) -> bytes:
    """Return a PNG with chunks after its header, or before its end."""
    place = len(data) - 12 if last else 33
    return data[:place] + b"".join(chunks) + data[place:]


def insert_in_jpeg(data: bytes, *segments: tuple[int, bytes]) -> bytes:
    """Return a JPEG with segments, each a marker and its content, at its beginning."""
    parts = (bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content for marker, content in segments)
    return data[:2] + b"".join(parts) + data[2:]


def webp_chunk(name: bytes, data: bytes, *, length: int | None = None) -> bytes:
    """Return a WebP file's chunk, on wish with a false length."""
    return name + struct.pack("<I", len(data) if length is None else length) + data + bytes(len(data) % 2)


def extend_webp(data: bytes, before: bytes = b"", after: bytes = b"", *, flags: int = 0, surplus: int = 0) -> bytes:
    """Return a plain WebP file of 60 × 40 pixels as an extended one, with chunks before and after its pixels."""
    header = webp_chunk(b"VP8X", bytes((flags, 0, 0, 0, 59, 0, 0, 39, 0, 0)))
    body = b"WEBP" + header + before + data[12:] + after
    return b"RIFF" + struct.pack("<I", len(body) + surplus) + body


def insert_in_gif(data: bytes, *blocks: bytes) -> bytes:
    """Return a GIF with blocks after its palette."""
    place = 13 + 3 * (2 << (data[10] & 7))
    return data[:place] + b"".join(blocks) + data[place:]


def make_masked_bmp(pixels: np.ndarray, masks: tuple[int, int, int, int], header: int = 108) -> bytes:
    """Return a BMP of 32 bits a pixel.

    Args:
        pixels: uint8 (H, W, 4), the bytes in the order of the file.
        masks: Which bits of a pixel are red, green, blue and alpha.
        header: Length of its header: 56, 108 (version 4) or 124 (version 5).
    """
    height, width, _ = pixels.shape
    body = pixels[::-1].tobytes()
    info = struct.pack("<IiiHHIIiiII4I", header, width, height, 1, 32, 3, len(body), 0, 0, 0, 0, *masks)
    start = struct.pack("<IHHI", 14 + header + len(body), 0, 0, 14 + header)
    return b"BM" + start + info.ljust(header, b"\0") + body


def make_files() -> list[bytes]:
    """Return some fifty files: every kind, mode, compression, number of images and side data."""
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
    files += _make_files_with_side_data(image)
    return [*files, _encode_animation(large, "GIF")]


def _make_files_with_side_data(image: Image.Image) -> list[bytes]:
    profile, exif = b"no profile" * 60, Image.Exif()
    exif[0x0112] = 8
    png, gif = encode_image(image, "PNG", exif=exif), encode_image(image.quantize(16), "GIF")
    webp = encode_image(image, "WEBP", lossless=True)
    notes = webp_chunk(b"EXIF", exif.tobytes()), webp_chunk(b"XMP ", b"<x/>")
    blue_first = np.dstack([np.asarray(image)[..., ::-1], np.zeros((40, 60), np.uint8)])
    return [
        insert_in_png(
            png, png_chunk(b"iCCP", b"p\0\0" + zlib.compress(profile)), png_chunk(b"tEXt", b"a\0b", checksum=1)
        ),
        insert_in_jpeg(encode_image(image, "JPEG", exif=exif), (0xE2, b"ICC_PROFILE\0\1\1" + profile), (0xFE, b"note")),
        extend_webp(webp, webp_chunk(b"ICCP", profile), b"".join(notes), flags=0x2C),
        insert_in_gif(gif, b"!\xfe\5hello\0", b"!\xf9\4\0\0\0\0\0", b"!\xff\x0bNETSCAPE2.0\3\1\0\0\0"),
        encode_image(image, "TIFF", icc_profile=profile, exif=exif),
        encode_image(image, "HEIF", icc_profile=profile, exif=exif.tobytes(), xmp=b"<x/>"),
        encode_image(image, "AVIF", icc_profile=profile, exif=exif, xmp=b"<x/>"),
        make_masked_bmp(blue_first, (0xFF0000, 0xFF00, 0xFF, 0xFF000000)),
    ]
