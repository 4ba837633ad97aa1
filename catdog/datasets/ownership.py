"""Whose the exclusions from training are: those of an added dataset are its adder's, all others the owners'."""

from contextlib import suppress

from catdog.access import Owned
from catdog.datasets.catalog import Catalog
from catdog.datasets.sources import list_sources, open_catalog
from catdog.datasets.user_datasets import find_user_dataset, list_user_datasets
from catdog.errors import CatDogError
from catdog.settings import Settings

EVERYBODYS = Owned("This data, which everybody trains on,", "")


def owned_source(settings: Settings, source: str) -> Owned:
    """Return whose a data source's exclusions are at first sight; photos, drawings and folders are everybody's."""
    dataset = find_user_dataset(settings, source)
    return dataset.owned if dataset else EVERYBODYS


def owned_exclusions(settings: Settings, catalog: Catalog) -> Owned:
    """Return whose a dataset's exclusions are.

    They are kept for the content of the files, so adding a copy of data that others train on gives no right to them.
    """
    added = list_user_datasets(settings)
    people = {dataset.by for dataset in added if dataset.fingerprint == catalog.fingerprint}
    others = set(list_sources(settings)) - {dataset.source for dataset in added}
    if not (settings.data / "drawn").is_dir():
        others.discard("drawn")  # opening it would draw it
    if len(people) == 1 and not any(_has_content(settings, source, catalog.fingerprint) for source in sorted(others)):
        return owned_source(settings, catalog.source)
    return EVERYBODYS


def _has_content(settings: Settings, source: str, fingerprint: str) -> bool:
    with suppress(CatDogError):  # data that can't be opened is nobody's
        return open_catalog(settings, source).fingerprint == fingerprint
    return False
