"""The images of a dataset that are most like a photo, as tiles with their distance."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from catdog.datasets import Dataset
from catdog.datasets.exclusions import EXCLUDED
from catdog.features.neighbours import find_neighbours
from catdog.features.store import FeatureStore
from pages.components import markdown
from pages.components.photo_tiles import describe_label, draw_tiles

COUNT = 12
HELP = (
    "How alike MobileNetV2 finds two photos: 0 for the same, at most 1. One minus the cosine of the angle between "
    "their features."
)


def draw_neighbours(
    dataset: Dataset,
    store: FeatureStore,
    features: np.ndarray,
    *,
    split: str | None = None,
    exclude: int | None = None,
    on_open: Callable[[str], None] | None = None,
    name: str = "alike",
) -> None:
    """Draw the twelve images most alike, the nearest first, and count their classes.

    Args:
        dataset: The images.
        store: Their features.
        features: Of the photo, float32 (1280,).
        split: Only images of this split; None for all.
        exclude: The photo's own row, if it is one of them.
        on_open: What a click on one does with its path; None for tiles that can't be opened.
        name: Tells the tiles from others of the page.
    """
    catalog = dataset.catalog
    candidates = catalog.splits == split if split is not None else catalog.splits != EXCLUDED
    if exclude is not None:
        candidates[exclude] = False
    rows = np.flatnonzero(candidates)
    places, distances = find_neighbours(
        features, store.values if len(rows) == len(catalog) else store.values[rows], COUNT
    )
    nearest = rows[places].tolist()
    counts = [int((catalog.labels[nearest] == label).sum()) for label in (0, 1)]
    words = " and ".join(f"{count} {label}" for count, label in zip(counts, catalog.classes, strict=True) if count)
    st.markdown(f"**Most alike:** {markdown.escape(words)}", help=HELP)
    lines = [
        f"{describe_label(catalog, row)} {distance:.2f}"
        for row, distance in zip(nearest, distances.tolist(), strict=True)
    ]
    draw_tiles(dataset, nearest, lines, name, on_open=on_open)
