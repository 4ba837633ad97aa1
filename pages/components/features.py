"""The features of a dataset, for any page: computed once in the server's background, behind a bar until they are there.

A page writes

    features = get_features(dataset)
    if features is None:
        return  # the page has drawn the bar, or why there are no features

and is drawn again by itself once they are there.
"""

from collections.abc import Hashable

from catdog.datasets import Dataset
from catdog.features.store import FeatureStore, make_features
from catdog.models.mobilenet import find_weights
from catdog.settings import Settings
from catdog.utils.progress import Progress
from pages.components import state
from pages.components.jobs import await_result

KEY = "features"  # of the jobs, before settings and data
PATIENCE = 0.15  # seconds that a page waits before it shows how far the work is
WHAT = "MobileNetV2 looks at each image once. What it sees is kept, so next time this is here at once."


def get_features(dataset: Dataset) -> FeatureStore | None:
    """Return the features of a dataset; draw a bar while they are computed, or an error where they can't be.

    The work goes on if the page is left or reloaded, and every browser watches the same. Call it outside of fragments,
    once for each run of a page.

    Args:
        dataset: The images, with or without what is excluded: row i of the features belongs to row i of the catalog.

    Returns:
        None while they are computed; the page is then drawn again at the end.
    """
    settings, jobs, key = state.settings(), state.jobs(), _make_key(dataset)
    jobs.forget_where(lambda other, job: other[0] == KEY and job.result is not None and not job.result.path.exists())
    job = jobs.find(key) or jobs.start(key, lambda progress: _compute(settings, dataset, progress))
    return await_result(jobs, key, job, WHAT, PATIENCE)


def _make_key(dataset: Dataset) -> tuple[Hashable, ...]:
    return (KEY, state.settings(), dataset.catalog.source, dataset.catalog.fingerprint, len(dataset.catalog))


def _compute(settings: Settings, dataset: Dataset, progress: Progress) -> FeatureStore:
    return make_features(dataset, find_weights(settings, progress).path, settings.cache, progress)
