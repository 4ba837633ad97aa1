"""A zip of pictures to ask the models about, whose folders may say what is on them; nothing of it is unpacked."""

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
    """A picture of a zip: its name, the folder that it lies in ("" for none), both on one line, and its bytes."""

    name: str
    folder: str
    data: bytes


def read_archive_images(archive: BinaryIO, most: int) -> Iterator[tuple[ArchiveImage, int]]:
    """Yield up to `most` pictures of a zip with how many it has; of more, evenly spread ones from all its folders.

    archive: a binary file that can seek. One picture at a time is in memory; one over MAX_BYTES comes cut off, which
    pictures.py refuses. Raises DataError where the zip is none, is damaged, locked, or made to do harm, or has no
    pictures.
    """
    with open_zip(archive) as (zipped, length):
        members = list_files(zipped)
        paths = parse_paths([member_name(member) for member in members])
        chosen = [
            (members[number], path)
            for number, path in paths.items()
            if path.suffix.lower() in SUFFIXES and not is_junk(path.parts)
        ]
        if not chosen:
            raise DataError("The zip has no pictures in it: zip the pictures, or folders of them.")
        check_members([member for member, _ in chosen], length)
        chosen.sort(key=lambda pair: pair[1].parts)
        for number in np.linspace(0, len(chosen) - 1, min(most, len(chosen))).round().astype(int):
            member, path = chosen[number]
            data = b""
            for block in read_blocks(zipped, member):
                data += block
                if len(data) > MAX_BYTES:
                    break
            folder = one_line(path.parent.name)
            yield ArchiveImage(one_line(path.name) or "picture", folder, data), len(chosen)
