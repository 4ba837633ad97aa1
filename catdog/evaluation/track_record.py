"""How often a model was right when it was so confident: its track record on images whose labels are known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catdog.evaluation.predictions import Predictions
from catdog.utils.text import format_percent

EDGES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)  # of the bands; narrower where models give most of their answers
FEWEST = 20  # images in a band for a claim: with fewer, one image is more than 5 points


@dataclass(frozen=True)
class Band:
    """A range of confidence, which is the probability of the class that the model predicts.

    Attributes:
        low: The least confidence, 0.5..1.
        high: The most, not of the band itself unless it is 1.
        count: For how many images the model was so confident.
        correct: On how many of them it was right.
    """

    low: float
    high: float
    count: int
    correct: int

    @property
    def words(self) -> str:
        """The range in words, such as "95% or more" or "80 to 90%"."""
        if self.high == 1:
            return f"{format_percent(self.low, 0)} or more"
        return f"{100 * self.low:.0f} to {format_percent(self.high, 0)}"

    @property
    def accuracy(self) -> float | None:
        """The share on which it was right, 0..1; None for fewer than FEWEST images, which support no claim."""
        return self.correct / self.count if self.count >= FEWEST else None


def compute_track_record(predictions: Predictions) -> list[Band]:
    """Count, in bands of confidence from 50% up, how often a model was confident and how often right.

    Args:
        predictions: Of one model, for images that it did not learn from; class 1 counts as predicted above 0.5.
    """
    probabilities = predictions.probabilities
    confidences = np.maximum(probabilities, 1 - probabilities)
    band_of = _find_index(confidences)
    counts = np.bincount(band_of, minlength=len(EDGES) - 1)
    correct = np.bincount(band_of, predictions.correct(), len(EDGES) - 1)
    return [
        Band(low, high, int(count), int(right))
        for low, high, count, right in zip(EDGES[:-1], EDGES[1:], counts, correct, strict=True)
    ]


def find_band(record: Sequence[Band], confidence: float) -> Band:
    """Return the band of a track record that a confidence, 0.5..1, belongs to."""
    return record[int(_find_index(np.array([confidence]))[0])]


def describe_band(band: Band, images: str = "test images") -> str:
    """Say how often a model was right when it was so confident, with the counts; no claim on few images.

    Args:
        band: Of its track record.
        images: Which images the record is about.
    """
    if band.accuracy is None:
        count = "none" if not band.count else f"only {band.count}"
        return f"it said {band.words} for {count} of the {images}, too few to tell how often it is right then"
    return (
        f"when it said {band.words}, it was right in {format_percent(band.accuracy)} of {band.count:,} {images} "
        f"({band.correct:,})"
    )


def _find_index(confidences: np.ndarray) -> np.ndarray:
    """Return the index of the band of each confidence, int (N,); a band holds its lower edge."""
    # rounded, since 1 - 0.2 is a little more than 0.8 and 1 - 0.05 a little less than 0.95
    index = np.searchsorted(EDGES, np.round(confidences, 9), side="right") - 1
    return np.clip(index, 0, len(EDGES) - 2)
