"""A zip of images to predict on; its folders may name their classes. Nothing is unpacked to disk."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

import numpy as np

from catdog.datasets.archive import check_paths
from catdog.datasets.arrange import label_paths
from catdog.datasets.left_out import NO_IMAGE, LeftOut, describe_left_out
from catdog.datasets.names import is_junk
from catdog.datasets.walk import has_image_suffix
from catdog.datasets.zip_files import check_members, list_files, looks_like_image, open_zip, read_blocks
from catdog.datasets.zip_names import read_names
from catdog.errors import DataError
from catdog.images.limits import MAX_BYTES
from catdog.utils.text import one_line


@dataclass(frozen=True)
class ArchiveImage:
    """An image file of a zip.

    Attributes:
        name: The file's name, on one line.
        path: Its path in the zip, on one line, with "/" between folders.
        label: The name of the class that its folders or its name say, on one line; "" for none.
        data: The file's bytes, undecoded.
    """

    name: str
    path: str
    label: str
    data: bytes


def read_archive_images(
    archive: BinaryIO, limit: int, tell: Callable[[str], None] = lambda note: None, code_page: str = ""
) -> Iterator[tuple[ArchiveImage, int]]:
    """Yield images of a zip, one in memory at a time.

    Args:
        archive: A binary file that can seek.
        limit: How many images to yield at most. If the zip has more, they are spaced evenly over all its folders.
        tell: Given each sentence that the user should know: files that are no images, names in an old code page.
        code_page: As in `catdog.datasets.zip_names.read_names`.

    Yields:
        An image, and how many images the zip has. A file over MAX_BYTES comes cut off, which `catdog.images` refuses.

    Raises:
        DataError: If the file is no zip, is damaged, locked or a zip bomb, leads out of its folder, or has no images.
    """
    with open_zip(archive) as (zipped, length):
        members = list_files(zipped)
        names = read_names(members, code_page)
        check_paths(names.names)
        images, left_out = [], []
        for member, name in zip(members, names.names, strict=True):
            path = PurePosixPath(name)
            if not path.parts or is_junk(path.parts) or name.endswith("/"):
                continue
            # what is called like an image is opened as one, so that its own error says what it is
            if has_image_suffix(path.name) or looks_like_image(zipped, member, False):
                images.append((member, path))
            else:
                left_out.append(LeftOut(NO_IMAGE, name))
        if not images:
            raise DataError("The zip has no images in it: zip the images, or folders of them.")
        check_members([member for member, _ in images], length)
        for note in filter(None, (names.note, describe_left_out(left_out))):
            tell(note)
        images.sort(key=lambda pair: pair[1].parts)
        labels = label_paths([path.parts for _, path in images])
        for index in np.linspace(0, len(images) - 1, min(limit, len(images))).round().astype(int):
            member, path = images[index]
            data = b""
            for block in read_blocks(zipped, member):
                data += block
                if len(data) > MAX_BYTES:
                    break
            name, place = one_line(path.name) or "picture", one_line(str(path), len(str(path)))
            yield ArchiveImage(name, place, one_line(labels[index]), data), len(images)
