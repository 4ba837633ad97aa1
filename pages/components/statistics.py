"""The facts of every picture for the Browse page: gathered in the server's background, once for a data set."""

import streamlit as st

from catdog.datasets import Dataset
from catdog.datasets.cache import ImageReader
from catdog.datasets.statistics import ImageStatistics, compute_statistics
from pages.components import jobs, state
from pages.components.jobs import Job

PATIENCE = 0.15  # seconds that a page waits before it shows how far the work is


def start_statistics(dataset: Dataset) -> Job:
    """Return the work that gathers the facts, started now if need be."""
    where, catalog = state.settings(), dataset.catalog
    key = ("facts", where, catalog.source, catalog.fingerprint, len(catalog))
    return state.jobs().once(key, lambda progress: compute_statistics(dataset, where.cache, progress))


def wait_for_statistics(dataset: Dataset) -> ImageStatistics:
    """Return the facts, behind a progress bar until they are there."""
    job = start_statistics(dataset)
    jobs.wait_with_progress(job, PATIENCE, job.text)
    if job.error is not None:
        raise job.error
    return job.result


def poll_statistics(dataset: Dataset) -> ImageStatistics | None:
    """Return the facts; while they are gathered, show how far that is and draw the page again at the end."""
    job = start_statistics(dataset)
    if job.wait(PATIENCE):
        return wait_for_statistics(dataset)
    st.fragment(_progress, run_every=0.5)(job)
    return None


def get_image_reader(dataset: Dataset) -> ImageReader:
    """Return what reads single pictures as the models get them, without ever more of a large set staying in memory."""
    return _reader((dataset.catalog.fingerprint, len(dataset.catalog)), dataset)


@st.cache_resource(max_entries=3, show_spinner=False)
def _reader(data: tuple[str, int], _dataset: Dataset) -> ImageReader:
    return ImageReader(_dataset.pixels)


def _progress(job: Job) -> None:
    if not job.active:
        st.rerun()
    st.progress(job.share, text=job.text)
