"""A picture that the models are asked about, and a sample of the test set to ask them about."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import streamlit as st

from catdog.datasets import TEST
from catdog.errors import ImageError
from catdog.images.decode import resize
from pages.components import markdown, state
from pages.components.thumbnails import make_tile, to_data_url

SAMPLE = 6
THUMBNAIL = 56  # pixels of a picture in the table


@dataclass(frozen=True, eq=False)
class Asked:
    """A picture that the models are asked about.

    key: tells its pixels from others'; shown, seen and thumbnail: tiles of the picture as given, as the models see it
    and small, as addresses; size: its width and height; pixels: what the models see, uint8 (160, 160, 3); truth: its
    class where that is known; source: the data it comes from, "" for an upload.
    """

    name: str
    key: str
    shown: str
    seen: str
    thumbnail: str
    size: tuple[int, int]
    pixels: np.ndarray
    truth: str | None = None
    source: str = ""


def make_asked(
    name: str, picture: np.ndarray, truth: str | None = None, source: str = "", pixels: np.ndarray | None = None
) -> Asked:
    """Return a picture, uint8 (H, W, 3), ready to be asked about. pixels: what the models see, if that is known."""
    pixels = resize(picture) if pixels is None else pixels
    return Asked(
        name=name,
        key=hashlib.blake2b(pixels.tobytes(), digest_size=12).hexdigest(),
        shown=to_data_url(make_tile(picture)),
        seen=to_data_url(make_tile(pixels)),
        thumbnail=to_data_url(make_tile(pixels, THUMBNAIL, THUMBNAIL)),
        size=(picture.shape[1], picture.shape[0]),
        pixels=pixels,
        truth=truth,
        source=source,
    )


def sampled() -> Iterator[Asked]:
    """Yield random pictures of the test set, where the address has a number to draw them by."""
    number = state.read_number_param("sample")
    if number is None:
        return
    dataset = state.dataset()
    catalog = dataset.catalog
    rows = catalog.indices(TEST)
    for row in np.random.default_rng(number).choice(rows, size=min(SAMPLE, len(rows)), replace=False):
        try:
            yield _of_dataset(catalog.fingerprint, int(row), dataset)
        except ImageError as error:
            st.error(markdown.escape(str(error)), icon=":material/broken_image:")


@st.cache_data(max_entries=100, show_spinner=False)
def _of_dataset(fingerprint: str, row: int, _dataset) -> Asked:
    catalog = _dataset.catalog
    return make_asked(
        catalog.paths[row].rsplit("/", 1)[-1],
        _dataset.image(row),
        catalog.classes[catalog.labels[row]],
        catalog.source,
        np.array(_dataset.pixels[row]),
    )
