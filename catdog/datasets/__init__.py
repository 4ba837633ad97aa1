"""Datasets: the public photos, the drawn set, user datasets, and any folder of two classes."""

from catdog.datasets.cache import Dataset
from catdog.datasets.catalog import Catalog
from catdog.datasets.photos import fetch_photos, photos_root
from catdog.datasets.sources import (
    default_source,
    import_archive,
    is_listed_folder,
    list_sources,
    open_catalog,
    open_dataset,
    resolve_folder,
)
from catdog.datasets.splits import SPLITS, TEST, TRAINING, VALIDATION
from catdog.datasets.user_datasets import (
    UserDataset,
    add_user_dataset,
    bytes_stored,
    delete_user_dataset,
    find_user_dataset,
    list_user_datasets,
)

__all__ = [
    "SPLITS",
    "TEST",
    "TRAINING",
    "VALIDATION",
    "Catalog",
    "Dataset",
    "UserDataset",
    "add_user_dataset",
    "bytes_stored",
    "default_source",
    "delete_user_dataset",
    "fetch_photos",
    "find_user_dataset",
    "import_archive",
    "is_listed_folder",
    "list_sources",
    "list_user_datasets",
    "open_catalog",
    "open_dataset",
    "photos_root",
    "resolve_folder",
]
