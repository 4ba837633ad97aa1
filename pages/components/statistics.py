"""Statistics of every image of a dataset: computed once, in the server's background, behind a progress bar."""

from catdog.datasets import Dataset
from catdog.datasets.statistics import ImageStatistics, compute_statistics
from pages.components import jobs, state
from pages.components.jobs import Job

PATIENCE = 0.15  # seconds that a page waits before it shows how far the work is


def wait_for_statistics(dataset: Dataset) -> ImageStatistics:
    """Return the statistics, behind a progress bar until they are there.

    Raises:
        Exception: What the computation raised, such as a CatDogError.
    """
    job = _start(dataset)
    jobs.wait_with_progress(job, PATIENCE, job.text)
    if job.error is not None:
        raise job.error
    return job.result


def poll_statistics(dataset: Dataset) -> ImageStatistics | None:
    """Return the statistics; while they are computed, draw how far that is, and the whole page again at the end."""
    job = _start(dataset)
    if job.wait(PATIENCE):
        return wait_for_statistics(dataset)
    jobs.poll_progress(job)
    return None


def _start(dataset: Dataset) -> Job:
    """Return the job that computes the statistics, started now if need be."""
    settings, catalog = state.settings(), dataset.catalog
    key = ("facts", settings, catalog.source, catalog.fingerprint, len(catalog))
    return state.jobs().reuse_or_start(key, lambda progress: compute_statistics(dataset, settings.cache, progress))
