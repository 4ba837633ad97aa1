"""Novelty detection: whether an image is like any that the training set has, or of another kind altogether.

A classifier of cats and dogs answers one of the two for a chair as well. Its features tell: an image far from every
training image is one that nothing was learned about.
"""

import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from catdog.datasets import TRAINING, VALIDATION, Catalog
from catdog.features.backbone import find_extractor
from catdog.inference.predictor import Predictor
from catdog.utils.files import whole_file

#: The share of validation images that count as usual; of photos of cats and dogs, 3 in 100 are flagged wrongly.
USUAL = 0.97
REFERENCE = 2000  # training images to compare with at most, drawn at random where there are more: 5 MB
FEWEST = 50  # validation images, below which the threshold would hang on one of them


@dataclass(frozen=True, eq=False)
class NoveltyDetector:
    """What tells images of another kind from those of a training set.

    Attributes:
        reference: Features of training images, each divided by its length, float16 (R, 1280).
        threshold: The cosine distance to the nearest of them, 0..1, that `USUAL` of the validation images stay within.
        extractor: Path of the LiteRT file that computes the features of an image.
    """

    reference: np.ndarray
    threshold: float
    extractor: Path

    def measure(self, values: np.ndarray) -> np.ndarray:
        """Return the cosine distance to the nearest training image, float32 (N,), 0..1, for features (N, 1280)."""
        return _measure(values, self.reference)

    def measure_images(self, pixels: np.ndarray) -> np.ndarray:
        """Return the distance of `measure` for images, uint8 (N, 160, 160, 3); any thread may call it.

        Raises:
            RunError: The extractor has vanished from the cache.
        """
        return self.measure(self._predictor.outputs(pixels))

    @cached_property
    def _predictor(self) -> Predictor:
        return Predictor(self.extractor)


def fit_novelty(training: np.ndarray, validation: np.ndarray) -> tuple[np.ndarray, float]:
    """Choose the training images to compare with, and the distance beyond which an image is novel.

    The distance to the nearest neighbor among normalized features follows Sun, Ming, Zhu and Li, Out-of-distribution
    detection with deep nearest neighbors, 2022.

    Args:
        training: Features of the training images, float32 (N, D).
        validation: Of images of the same kind that are not among them, float32 (V, D).

    Returns:
        Reference and threshold, as in `NoveltyDetector`.
    """
    reference = _normalize(_draw(training)).astype(np.float16)
    distances = _measure(_draw(validation), reference)
    return reference, float(np.quantile(distances, USUAL, method="higher"))


def write_detector(catalog: Catalog, values: np.ndarray, digest: str, cache: Path) -> None:
    """Keep the detector of a dataset in the cache, unless there is one or the dataset is too small for one.

    Args:
        catalog: The dataset's images.
        values: Their features, float32 (N, 1280), in the catalog's order.
        digest: Of the backbone that computed them.
        cache: Folder of the store.

    Raises:
        OSError: The file can't be written.
    """
    training, validation = catalog.indices(TRAINING), catalog.indices(VALIDATION)
    path = name_detector(catalog.fingerprint, digest, cache)
    if path.exists() or not len(training) or len(validation) < FEWEST:
        return
    reference, threshold = fit_novelty(values[training], values[validation])
    with whole_file(path) as temporary, temporary.open("wb") as file:
        np.savez(file, reference=reference, threshold=np.float32(threshold))


def find_detector(fingerprint: str, cache: Path) -> NoveltyDetector | None:
    """Return the detector of a dataset; None where its features have not been stored, or a file is damaged.

    Args:
        fingerprint: The dataset's.
        cache: Folder of the store.
    """
    for path in list_detectors(fingerprint, cache):
        extractor = find_extractor(path.name.split("-")[1], cache)
        try:
            with np.load(path, allow_pickle=False) as arrays:
                detector = NoveltyDetector(arrays["reference"], float(arrays["threshold"]), extractor)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            path.unlink(missing_ok=True)  # made anew with the next features
            continue
        if extractor:
            return detector
    return None


def list_detectors(fingerprint: str, cache: Path) -> list[Path]:
    """Return the files of a dataset's detectors, one for each backbone that features were stored with."""
    return sorted(cache.glob(name_detector(fingerprint, "*", Path()).name)) if fingerprint else []


def name_detector(fingerprint: str, digest: str, cache: Path) -> Path:
    """Return where the detector of a dataset is kept, for features of the backbone with a digest."""
    return cache / f"novelty-{digest}-{fingerprint}.npz"


def _draw(values: np.ndarray) -> np.ndarray:
    if len(values) <= REFERENCE:
        return values
    return values[np.sort(np.random.default_rng(0).choice(len(values), REFERENCE, replace=False))]


def _normalize(values: np.ndarray) -> np.ndarray:
    return values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), np.finfo(np.float32).tiny)


def _measure(values: np.ndarray, reference: np.ndarray) -> np.ndarray:
    likeness = _normalize(values) @ reference.astype(np.float32).T
    return np.clip(1 - likeness.max(axis=1), 0, 1).astype(np.float32)
