"""The labels in doubt that somebody goes through: found once, so that they stay in their order while labels change."""

from dataclasses import dataclass, field

import streamlit as st

from catdog.datasets import Catalog
from catdog.datasets.catalog import digest_paths
from catdog.datasets.correction_list import Corrections
from catdog.datasets.exclusions import EXCLUDED
from catdog.features.doubts import rank_doubts
from catdog.features.store import FeatureStore
from catdog.utils.progress import Progress
from pages.components import jobs, state

MOST = 200  # doubts that are gone through at once
PATIENCE = 0.2  # seconds that a page waits before it shows how far the work is
ROUND = "clean-round"  # the session's key of the doubts
DOUBT = "doubt"  # the query parameter with the path of the photo that is shown
TASK = "asking a model that never saw the photo, in five parts"


@dataclass(frozen=True)
class Round:
    """Doubts in their order, the likeliest errors first.

    Attributes:
        fingerprint: Of the data.
        paths: The photos.
        labels: The label of each when it was doubted, 0 or 1.
        confidences: How sure a head that never saw the photo is of the other class, 0.5..1.
        decided: What this tab has decided of them.
    """

    fingerprint: str
    paths: tuple[str, ...]
    labels: tuple[int, ...]
    confidences: tuple[float, ...]
    decided: set[str] = field(default_factory=set)

    def place(self, path: str | None) -> int:
        """Return where a photo is; of others, or None, the first that is undecided."""
        return self.paths.index(path) if path in self.paths else self.next_undecided(-1)

    def next_undecided(self, place: int) -> int:
        """Return the next place of an undecided photo, from the start if there is none behind; else the last place."""
        count = len(self.paths)
        places = [*range(place + 1, count), *range(place + 1)]
        return next((other for other in places if self.paths[other] not in self.decided), count - 1)


def get_round(catalog: Catalog, store: FeatureStore, corrections: Corrections) -> Round:
    """Return the doubts of this tab; found behind a bar where it has none of these data.

    Args:
        catalog: The images, with their labels of today and what is excluded marked.
        store: Their features.
        corrections: What was decided: photos that somebody has looked at are not asked for again.

    Raises:
        DataError: A class has fewer than two images.
    """
    doubts = st.session_state.get(ROUND)
    if doubts is None or doubts.fingerprint != catalog.fingerprint:
        doubts = st.session_state[ROUND] = _find(catalog, store, corrections)
    return doubts


def look_again() -> None:
    """Find the doubts anew, with the labels of today."""
    st.session_state.pop(ROUND, None)
    st.query_params.pop(DOUBT, None)


def identify_labels(catalog: Catalog) -> tuple[str, str, str]:
    """Return what tells the labels of these data and what is excluded from any other."""
    return catalog.source, catalog.version, digest_paths(catalog.paths[row] for row in catalog.indices(EXCLUDED))


def _find(catalog: Catalog, store: FeatureStore, corrections: Corrections) -> Round:
    used = catalog.splits != EXCLUDED
    rows = used.nonzero()[0]

    def work(progress: Progress) -> list[tuple[int, float]]:
        progress(0, 0, TASK)
        places, confidences = rank_doubts(store.values[rows], catalog.labels[rows], MOST + len(corrections.present))
        return list(zip(rows[places].tolist(), confidences.tolist(), strict=True))

    job = state.jobs().reuse_or_start(("doubts", store.path, *identify_labels(catalog)), work)
    jobs.wait_with_progress(job, PATIENCE, "Looking for doubtful labels …")
    if job.error is not None:
        raise job.error
    looked_at = {entry.path for entry in corrections.present}
    doubts = [(row, confidence) for row, confidence in job.result if catalog.paths[row] not in looked_at][:MOST]
    return Round(
        catalog.fingerprint,
        tuple(catalog.paths[row] for row, _ in doubts),
        tuple(int(catalog.labels[row]) for row, _ in doubts),
        tuple(confidence for _, confidence in doubts),
    )
