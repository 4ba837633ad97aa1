"""What is known of each image besides its label: what a run answers, and how doubtful its label is."""

from collections.abc import Hashable

import numpy as np
import streamlit as st

from catdog.comparison import find_best_run, label_runs
from catdog.datasets import Catalog
from catdog.datasets.exclusions import EXCLUDED
from catdog.errors import CatDogError, RunError
from catdog.features.doubts import measure_doubts
from catdog.features.store import FeatureStore
from catdog.runs import Run
from pages.components import jobs, markdown, state
from pages.components.run_picker import choose_run

MOST = 50_000  # images, beyond which what needs all features in memory at once is left out
PATIENCE = 0.15  # seconds that the page waits before it shows how far the work is


def list_runs(catalog: Catalog) -> dict[str, Run]:
    """Return {run id: run} of the finished runs on this data, the best one first."""
    runs = [run for run in state.runs() if run.finished and run.fingerprint == catalog.fingerprint]
    best = find_best_run(runs, catalog.fingerprint)
    return {run.id: run for run in sorted(runs, key=lambda run: run is not best)}


def choose_model(runs: dict[str, Run]) -> Run:
    """Draw the choice of a run; where there is only one, return it."""
    if len(runs) == 1:
        return next(iter(runs.values()))
    names = label_runs(list(runs.values()))
    return runs[choose_run("Model", {run_id: names[run_id] for run_id in runs}, "run")]


def read_answers(run: Run, catalog: Catalog) -> np.ndarray | None:
    """Return the probability of class 1 by a run for each image, float32 (N,), nan where it stored none.

    None, and the page says why, where its predictions can't be read.
    """
    try:
        changed = run.files.predictions.stat().st_mtime_ns
        return _read(run.id, changed, catalog.fingerprint, len(catalog), run, catalog)
    except (RunError, OSError) as error:
        reason = str(error) if isinstance(error, RunError) else f"{run.name} has no predictions any more."
        st.warning(markdown.escape(reason), icon=":material/warning:")
        return None


@st.cache_resource(max_entries=8, show_spinner=False)
def _read(run_id: str, changed: int, fingerprint: str, count: int, _run: Run, _catalog: Catalog) -> np.ndarray:
    predictions = _run.predictions(_catalog.classes)
    by_path = dict(zip(predictions.paths, predictions.probabilities.tolist(), strict=True))
    return np.array([by_path.get(path, np.nan) for path in _catalog.paths], np.float32)


def get_doubts(store: FeatureStore, catalog: Catalog) -> np.ndarray | None:
    """Return how sure a head that never saw an image is of the other class, float32 (N,), 0..1; nan where excluded.

    None while it is computed, in the background and behind a bar; the page is drawn again at the end.
    """
    if not fits_memory(catalog, "Label doubt"):
        return None
    key = (*_identify(catalog), "doubts")
    job = state.jobs().reuse_or_start(key, lambda progress: _compute_doubts(store, catalog))
    jobs.wait_with_progress(job, PATIENCE, "Asking of each label what the other images say …")
    if isinstance(job.error, CatDogError):
        st.warning(markdown.escape(str(job.error)), icon=":material/warning:")
    elif job.error is not None:
        raise job.error
    return job.result


def fits_memory(catalog: Catalog, what: str) -> bool:
    """Tell whether all features fit into memory at once; otherwise say that something is left out."""
    fits = len(catalog) <= MOST
    if not fits:
        st.info(
            f"{what} is left out: it takes too much memory for {len(catalog):,} photos. It works up to {MOST:,}.",
            icon=":material/memory:",
        )
    return fits


def _identify(catalog: Catalog) -> Hashable:
    return catalog.source, catalog.fingerprint, hash(catalog.labels.tobytes()), hash(catalog.splits.tobytes())


def _compute_doubts(store: FeatureStore, catalog: Catalog) -> np.ndarray:
    rows = np.flatnonzero(catalog.splits != EXCLUDED)
    doubts = np.full(len(catalog), np.nan, np.float32)
    doubts[rows] = measure_doubts(store.values[rows], catalog.labels[rows])
    return doubts
