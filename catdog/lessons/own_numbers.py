"""Where the glossary's numbers of one's own come from: the data in use, and the runs on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from catdog.comparison import label_runs, select_by_validation
from catdog.comparison.curve import Curve, level
from catdog.datasets import TEST, Catalog
from catdog.datasets.quality.checks import QualityReport
from catdog.errors import CatDogError
from catdog.evaluation.summary import summarize
from catdog.evaluation.track_record import compute_track_record
from catdog.runs import Run


@dataclass(frozen=True)
class OwnNumbers:
    """What the numbers are taken from.

    Attributes:
        catalog: The data in use.
        runs: The runs on them, newest first; those that have not finished an epoch don't count.
        quality: The quality report of the data, None where they were not checked.
        corrected: How many labels people have corrected.
    """

    catalog: Catalog
    runs: Sequence[Run]
    quality: QualityReport | None = None
    corrected: int = 0

    @cached_property
    def best(self) -> Run | None:
        """The run with the best validation accuracy."""
        return select_by_validation(self.runs)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What each run is called, by its id."""
        return label_runs(list(self.runs))

    @cached_property
    def gaps(self) -> Sequence[tuple[Run, float, float]]:
        """Each run with a curve, its training and its validation accuracy (medians of the last five epochs, 0..1)."""
        curves = [(run, Curve.read(run.history())) for run in self.runs if not run.config.quick]
        return [(run, level(curve.accuracy), level(curve.val_accuracy)) for run, curve in curves if len(curve)]

    @cached_property
    def scores(self) -> tuple[Run, dict[str, Any]] | None:
        """The best run that has answered the test images, and its metrics; "bands" is its track record."""
        for run in sorted(self.runs, key=lambda run: run.selection_accuracy or 0.0, reverse=True):
            try:
                tested = run.predictions().of_split(TEST)
            except CatDogError:
                continue
            if len(tested) and run.classes:
                return run, {**summarize(tested), "bands": compute_track_record(tested)}
        return None

    def count(self, split: str | None = None) -> int:
        """Return how many images a split has, or all."""
        return len(self.catalog.indices(split))

    def count_pairs(self, *kinds: str) -> str:
        """Return how many pairs of some kinds the quality check found, in words; "" where the data were not checked."""
        if self.quality is None:
            return ""
        count = sum(self.quality.counts.get(kind, 0) for kind in kinds)
        return f"{count:,} pair{'' if count == 1 else 's'}"
