"""The photos of the training set that are most like an image, where the features of the data in use are stored."""

from pathlib import Path

import numpy as np
import streamlit as st

from catdog.datasets import TRAINING, Dataset
from catdog.features.store import find_features, list_features
from catdog.inference.predictor import Predictor
from pages.components import state
from pages.components.neighbours import draw_neighbours
from pages.components.predict.image import QueryImage


def draw_similar(index: int, image: QueryImage) -> None:
    """Draw them folded, computed once they are unfolded; nothing where no features are stored.

    Args:
        index: Tells the image's card from others.
        image: The image.
    """
    opened = state.dataset()
    if not list_features(opened.catalog.fingerprint, state.settings().cache):
        return
    title = "Photos like this in the training set"
    with st.expander(title, key=f"similar-{index}", icon=":material/imagesmode:", on_change="rerun") as folded:
        if folded.open:
            _draw(index, image, opened)


def _draw(index: int, image: QueryImage, dataset: Dataset) -> None:
    stored = find_features(dataset, state.settings().cache)
    if stored is None:
        st.caption("The features of these photos are being computed again: look at the Explore page.")
        return
    store, extractor = stored
    features = _extract(image.key, str(extractor), image)
    draw_neighbours(dataset, store, features, split=TRAINING, name=f"alike-{index}")


@st.cache_data(max_entries=200, show_spinner=False)
def _extract(key: str, extractor: str, _image: QueryImage) -> np.ndarray:
    return _open_extractor(extractor).outputs(_image.pixels[np.newaxis])[0]


@st.cache_resource(max_entries=2, show_spinner=False)
def _open_extractor(path: str) -> Predictor:
    return Predictor(Path(path))
