"""The pictures that the models are asked about: uploads, and a sample of the test set."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import streamlit as st

from catdog.dataset import TEST
from catdog.errors import PictureError
from catdog.pictures import read_picture, resize
from views import shared
from views.tiles import tile

MOST_UPLOADS = 30
SAMPLE = 6


@dataclass(frozen=True)
class Asked:
    """A picture that the models are asked about.

    shown: the picture as given, as WebP; size: its width and height; pixels: what the models see, uint8
    (160, 160, 3); truth: its class where that is known; source: the data it comes from, "" for an upload.
    """

    name: str
    shown: bytes
    size: tuple[int, int]
    pixels: np.ndarray
    truth: str | None = None
    source: str = ""


def uploaded(files: list) -> Iterator[Asked]:
    """Yield the uploads that are pictures; say of each other one what is wrong with it."""
    for file in files[:MOST_UPLOADS]:
        try:
            shown, size, pixels = _read(file.file_id, file.name, file)
        except PictureError as error:
            st.error(shared.plain(str(error)), icon=":material/broken_image:")
        else:
            yield Asked(file.name, shown, size, pixels)
    if len(files) > MOST_UPLOADS:
        st.warning(f"Only the first {MOST_UPLOADS} of {len(files)} pictures are shown: remove some to see the others.")


@st.cache_data(max_entries=200, show_spinner="Reading the picture …")
def _read(file_id: str, name: str, _file) -> tuple[bytes, tuple[int, int], np.ndarray]:
    picture = read_picture(_file.getvalue(), name)
    return tile(picture), (picture.shape[1], picture.shape[0]), resize(picture)


def sampled() -> Iterator[Asked]:
    """Yield random pictures of the test set, where the address has a number to draw them by."""
    number = shared.number_in_address("sample")
    if number is None:
        return
    dataset = shared.dataset()
    catalog = dataset.catalog
    rows = catalog.indices(TEST)
    for row in np.random.default_rng(number).choice(rows, size=min(SAMPLE, len(rows)), replace=False):
        try:
            picture = dataset.picture(int(row))
        except PictureError as error:
            st.error(shared.plain(str(error)), icon=":material/broken_image:")
            continue
        yield Asked(
            name=catalog.paths[row].rsplit("/", 1)[-1],
            shown=tile(picture),
            size=(picture.shape[1], picture.shape[0]),
            pixels=np.array(dataset.pixels[row]),
            truth=catalog.classes[catalog.labels[row]],
            source=catalog.source,
        )
