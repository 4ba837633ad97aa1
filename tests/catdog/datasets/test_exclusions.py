"""catdog.datasets.exclusions: which images are left out of training, and that no file is touched."""

from pathlib import Path

import numpy as np
import pytest

from catdog.datasets import SPLITS, TRAINING, VALIDATION, Catalog, Dataset, open_dataset
from catdog.datasets.catalog import digest_paths
from catdog.datasets.exclusions import exclude_images, include_images, list_excluded, without_images
from catdog.errors import DataError, UsageError
from catdog.settings import Settings


@pytest.fixture
def dataset(settings: Settings, picture_folder: Path) -> Dataset:
    return open_dataset(settings, str(picture_folder))


def list_file(settings: Settings, catalog: Catalog) -> Path:
    return settings.data / f"excluded-{catalog.fingerprint}.json"


def test_nothing_is_excluded_at_first(settings: Settings, dataset: Dataset) -> None:
    assert list_excluded(settings, dataset.catalog) == ()
    assert without_images(dataset, ()) is dataset


def test_excluded_images_can_be_included_again(settings: Settings, dataset: Dataset) -> None:
    first, second = dataset.catalog.paths[:2]
    assert exclude_images(settings, dataset.catalog, [second]) == (second,)
    assert exclude_images(settings, dataset.catalog, [first, second]) == (first, second)
    assert list_excluded(settings, dataset.catalog) == (first, second)
    assert include_images(settings, dataset.catalog, [first]) == (second,)
    assert list_excluded(settings, dataset.catalog) == (second,)
    assert all((dataset.catalog.root / path).is_file() for path in dataset.catalog.paths)


def test_the_list_is_the_users_data_and_survives_the_cache(settings: Settings, dataset: Dataset) -> None:
    exclude_images(settings, dataset.catalog, dataset.catalog.paths[:1])
    assert list_file(settings, dataset.catalog).is_file()
    assert not list(settings.cache.glob("excluded-*"))


def test_an_unknown_path_is_refused_and_changes_nothing(settings: Settings, dataset: Dataset) -> None:
    with pytest.raises(UsageError, match="no-such"):
        exclude_images(settings, dataset.catalog, [dataset.catalog.paths[0], "train/cats/no-such.jpg"])
    assert list_excluded(settings, dataset.catalog) == ()


def test_the_last_image_of_a_class_cannot_be_excluded(settings: Settings, dataset: Dataset) -> None:
    catalog = dataset.catalog
    cats = [catalog.paths[row] for row in catalog.indices(TRAINING, 0)]
    with pytest.raises(DataError, match="too few images that are not excluded of cats"):
        exclude_images(settings, catalog, cats)
    assert list_excluded(settings, catalog) == ()
    assert len(exclude_images(settings, catalog, cats[1:])) == len(cats) - 1


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"paths": 3}'])
def test_a_damaged_list_is_an_error_and_not_an_empty_list(settings: Settings, dataset: Dataset, content: str) -> None:
    exclude_images(settings, dataset.catalog, dataset.catalog.paths[:1])
    file = list_file(settings, dataset.catalog)
    file.write_text(content)
    with pytest.raises(DataError, match="is damaged"):
        list_excluded(settings, dataset.catalog)
    with pytest.raises(DataError, match="is damaged"):
        exclude_images(settings, dataset.catalog, dataset.catalog.paths[1:2])
    assert file.read_text() == content


def test_excluded_images_are_in_no_split_and_the_rows_stay(dataset: Dataset) -> None:
    catalog = dataset.catalog
    rows = [int(catalog.indices(TRAINING)[0]), int(catalog.indices(VALIDATION)[0])]
    remaining = without_images(dataset, [catalog.paths[row] for row in rows])
    assert remaining.pixels is dataset.pixels
    assert (remaining.catalog.paths, remaining.catalog.fingerprint) == (catalog.paths, catalog.fingerprint)
    kept = np.concatenate([remaining.catalog.indices(split) for split in SPLITS])
    assert sorted(kept) == sorted(set(range(len(catalog))) - set(rows))
    assert sum(sum(of.values()) for of in remaining.catalog.counts().values()) == len(catalog) - 2
    assert "2 images are excluded" in remaining.catalog.note
    assert remaining.catalog.title.startswith(f"{len(catalog) - 2} images")
    assert set(catalog.splits) == set(SPLITS)


def test_the_digest_tells_lists_apart_but_not_their_orders() -> None:
    assert digest_paths(["a", "b"]) == digest_paths(["b", "a"]) != digest_paths(["a"])
    assert digest_paths([]) == ""


def test_a_list_that_cannot_be_written_keeps_the_old_one(settings: Settings, dataset: Dataset, full_disk) -> None:
    exclude_images(settings, dataset.catalog, dataset.catalog.paths[:1])
    with full_disk(20), pytest.raises(DataError, match="could not be written"):
        exclude_images(settings, dataset.catalog, dataset.catalog.paths[:4])
    assert list_excluded(settings, dataset.catalog) == dataset.catalog.paths[:1]
