"""Labels that a trained model doubts: pictures that it takes, most surely, for the other class."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catdog.datasets import Catalog
from catdog.evaluation import SMALLEST
from catdog.runs import Run


@dataclass(frozen=True)
class Doubt:
    """A picture whose label a model doubts.

    path, label: which picture, and its label 0 or 1; sure: how sure the model is of the other class, over 0.5 to 1.
    """

    path: str
    label: int
    sure: float

    @property
    def loss(self) -> float:
        """What the picture costs the model: the cross-entropy in nats."""
        return float(-np.log(max(1 - self.sure, float(SMALLEST))))


def doubter(runs: Sequence[Run], catalog: Catalog) -> Run | None:
    """Return the run whose doubts say most: of those finished on this very data the best on validation; or None.

    runs: newest first, which decides among equals.
    """
    there = [
        run
        for run in runs
        if run.finished and run.fingerprint == catalog.fingerprint and run.files.predictions.exists()
    ]
    return max(there, key=lambda run: run.best_val_accuracy or 0.0, default=None)


def doubts(run: Run, catalog: Catalog) -> list[Doubt]:
    """Return the pictures of the catalog that the run answered wrongly, the surest answer first."""
    labels = dict(zip(catalog.paths, catalog.labels.tolist(), strict=True))
    found = [
        Doubt(path, label, probability if label == 0 else 1 - probability)
        for path, label, probability in run.predictions()
        if labels.get(path) == label
    ]
    wrong = [doubt for doubt in found if doubt.sure > 0.5]
    return sorted(wrong, key=lambda doubt: (-doubt.sure, doubt.path))
