"""What all runs of model4 on the same images share: their features as they are, and the file that computes them."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from catdog.datasets import Dataset
from catdog.features.backbone import digest_backbone, find_extractor, get_feature_extractor, keep_extractor
from catdog.features.store import make_features, open_features
from catdog.utils.progress import Progress

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, eq=False)
class SharedFeatures:
    """Features of images that nothing is done to.

    Attributes:
        values: float32 (N, 1280), mapped from the disk; row i belongs to catalog row i.
        extractor: The LiteRT file that computes them.
    """

    values: np.ndarray
    extractor: Path


def share_features(
    model: "keras.Model", weights: Path, dataset: Dataset, cache: Path, progress: Progress
) -> SharedFeatures:
    """Return the features of a dataset; what is missing is computed and left to others.

    Args:
        model: A model4 whose frozen backbone has these weights; it spares making the extractor in another process.
        weights: The backbone's weights.
        dataset: The images.
        cache: Folder of the store and the extractor.
        progress: As in `make_features`, as what is raised.
    """
    keep_extractor(model, weights, cache)
    store = make_features(dataset, weights, cache, progress)
    return SharedFeatures(store.values, get_feature_extractor(weights, cache))


def find_shared_features(weights: Path, dataset: Dataset, cache: Path) -> SharedFeatures | None:
    """Return the features of a dataset if they are all there, else None; nothing is computed."""
    if not weights.is_file():
        return None
    store, extractor = open_features(dataset, weights, cache), find_extractor(digest_backbone(weights), cache)
    return SharedFeatures(store.values, extractor) if store and extractor else None
