"""The images that a run learned from, opened anew for a run that is to be compared with it."""

from catdog.datasets import Catalog
from catdog.datasets.exclusions import without_images
from catdog.datasets.labels import with_corrections
from catdog.errors import DataError
from catdog.runs import Run
from pages.components import state

GONE = "The images that this run learned from are no longer on this server."


def has_data(run: Run) -> bool:
    """Return whether the images that a run learned from can still be opened."""
    return bool(run.fingerprint) and state.has_source(run.config.source)


def open_own_data(run: Run) -> Catalog:
    """Return the catalog of the images that a run learned from, with its labels and without those that it left out.

    Raises:
        DataError: They are gone or have changed since.
    """
    if not has_data(run):
        raise DataError(GONE)
    opened = state.reread_dataset(run.config.source)
    if opened.catalog.fingerprint != run.fingerprint:
        raise DataError(
            f"The images that {run.name} learned from have changed since, so that no new run could be compared with "
            "it: start one on the Train page."
        )
    opened = with_corrections(opened, run.data.get("corrected", {}).get("paths", ()))
    return without_images(opened, run.data.get("excluded", {}).get("paths", ())).catalog
