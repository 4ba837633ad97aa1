"""A zip of images to predict on; its folders may name their classes. Nothing is unpacked to disk."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from catdog.datasets.archive import check_members, list_files, member_name, open_zip, read_blocks
from catdog.datasets.layout import is_junk, parse_paths
from catdog.errors import DataError
from catdog.images.decode import SUFFIXES
from catdog.images.limits import MAX_BYTES
from catdog.utils.text import one_line


@dataclass(frozen=True)
class ArchiveImage:
    """An image file of a zip.

    Attributes:
        name: The file's name, on one line.
        folder: The name of the folder that it lies in, on one line; "" for none.
        data: The file's bytes, undecoded.
    """

    name: str
    folder: str
    data: bytes


def read_archive_images(archive: BinaryIO, limit: int) -> Iterator[tuple[ArchiveImage, int]]:
    """Yield images of a zip, one in memory at a time.

    Args:
        archive: A binary file that can seek.
        limit: How many images to yield at most. If the zip has more, they are spaced evenly over all its folders.

    Yields:
        An image, and how many images the zip has. A file over MAX_BYTES comes cut off, which `catdog.images` refuses.

    Raises:
        DataError: If the file is no zip, is damaged, locked or a zip bomb, leads out of its folder, or has no images.
    """
    with open_zip(archive) as (zipped, length):
        members = list_files(zipped)
        paths = parse_paths([member_name(member) for member in members])
        images = [
            (members[index], path)
            for index, path in paths.items()
            if path.suffix.lower() in SUFFIXES and not is_junk(path.parts)
        ]
        if not images:
            raise DataError("The zip has no pictures in it: zip the pictures, or folders of them.")
        check_members([member for member, _ in images], length)
        images.sort(key=lambda pair: pair[1].parts)
        for index in np.linspace(0, len(images) - 1, min(limit, len(images))).round().astype(int):
            member, path = images[index]
            data = b""
            for block in read_blocks(zipped, member):
                data += block
                if len(data) > MAX_BYTES:
                    break
            folder = one_line(path.parent.name)
            yield ArchiveImage(one_line(path.name) or "picture", folder, data), len(images)
