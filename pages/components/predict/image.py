"""An image that the models predict, and a sample of the test set to try them on."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import streamlit as st

from catdog.datasets import TEST
from catdog.errors import ImageError
from catdog.images.decode import resize
from catdog.runs import Run
from pages.components import markdown, state
from pages.components.thumbnails import fit_jpeg, make_tile, to_data_url

SAMPLE = 6
PHOTO = 560  # pixels of the longer side of an image as given, twice of what is shown on most screens
THUMBNAIL = 56  # pixels of an image in the table


@dataclass(frozen=True, eq=False)
class QueryImage:
    """An image that the models predict.

    Attributes:
        name: Its file name.
        key: Tells its pixels from others'.
        original: The image as given, no side longer than PHOTO, as a data: address.
        squared: A tile of it as the models see it, as a data: address.
        thumbnail: A small tile of it as the models see it, as a data: address.
        size: Its width and height in pixels, as given.
        pixels: What the models see, uint8 (160, 160, 3), 0..255.
        label: Its class, if that is known.
        source: The dataset that it comes from, "" for an upload.
    """

    name: str
    key: str
    original: str
    squared: str
    thumbnail: str
    size: tuple[int, int]
    pixels: np.ndarray
    label: str | None = None
    source: str = ""


def make_query_image(
    name: str, image: np.ndarray, label: str | None = None, source: str = "", pixels: np.ndarray | None = None
) -> QueryImage:
    """Prepare an image for prediction.

    Args:
        name: Its file name.
        image: uint8 (H, W, 3), 0..255.
        label: Its class, if that is known.
        source: The dataset that it comes from, "" for an upload.
        pixels: What the models see, uint8 (160, 160, 3), if that was computed before.
    """
    pixels = resize(image) if pixels is None else pixels
    return QueryImage(
        name=name,
        key=hashlib.blake2b(pixels.tobytes(), digest_size=12).hexdigest(),
        original=to_data_url(fit_jpeg(image, PHOTO, PHOTO)),
        squared=to_data_url(make_tile(pixels)),
        thumbnail=to_data_url(make_tile(pixels, THUMBNAIL, THUMBNAIL)),
        size=(image.shape[1], image.shape[0]),
        pixels=pixels,
        label=label,
        source=source,
    )


def is_foreign(run: Run, image: QueryImage) -> bool:
    """Tell whether an image is of another kind than those that a run learned from."""
    # an upload, without a source, may be anything, but hardly a drawing like those of the drawn set
    return run.config.source != image.source if image.source else run.config.source == "drawn"


def sample_images() -> Iterator[QueryImage]:
    """Yield random images of the test set, if the address has a seed to draw them by."""
    seed = state.read_number_param("sample")
    if seed is None:
        return
    dataset = state.dataset()
    catalog = dataset.catalog
    rows = catalog.indices(TEST)
    for row in np.random.default_rng(seed).choice(rows, size=min(SAMPLE, len(rows)), replace=False):
        try:
            yield _dataset_image(catalog.version, int(row), dataset)
        except ImageError as error:
            st.error(markdown.escape(str(error)), icon=":material/broken_image:")


@st.cache_data(max_entries=100, show_spinner=False)
def _dataset_image(version: str, row: int, _dataset) -> QueryImage:
    catalog = _dataset.catalog
    return make_query_image(
        catalog.paths[row].rsplit("/", 1)[-1],
        _dataset.image(row),
        catalog.classes[catalog.labels[row]],
        catalog.source,
        _dataset.pixels[row],
    )
