"""Likely label errors: images whose label a trained model contradicts, the most confident contradiction first."""

from dataclasses import dataclass

import numpy as np

from catdog.datasets import Catalog
from catdog.evaluation.metrics import SMALLEST
from catdog.evaluation.predictions import Predictions


@dataclass(frozen=True)
class LabelError:
    """An image whose label may be wrong, since a model predicts the other class.

    Attributes:
        path: The image, as in the catalog.
        label: Its label, 0 or 1.
        confidence: The model's probability of the other class, above 0.5 and up to 1.
    """

    path: str
    label: int
    confidence: float

    @property
    def loss(self) -> float:
        """The cross-entropy of the prediction for this label, in nats."""
        return float(-np.log(max(1 - self.confidence, float(SMALLEST))))


def find_label_errors(predictions: Predictions, catalog: Catalog) -> list[LabelError]:
    """Find the images that a model classifies against their label.

    Args:
        predictions: A model's predictions. Images that the catalog lacks, or labels differently, are skipped.
        catalog: The dataset whose labels are in question.

    Returns:
        The likely label errors, the most confident prediction first, then by path.
    """
    labels = dict(zip(catalog.paths, catalog.labels.tolist(), strict=True))
    errors = [
        LabelError(path, label, probability if label == 0 else 1 - probability)
        for path, label, probability in zip(
            predictions.paths, predictions.labels.tolist(), predictions.probabilities.tolist(), strict=True
        )
        if labels.get(path) == label
    ]
    return sorted(
        (error for error in errors if error.confidence > 0.5), key=lambda error: (-error.confidence, error.path)
    )
