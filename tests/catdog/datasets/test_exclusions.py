"""catdog.datasets.exclusions: which pictures are left out of training, and that no file is touched."""

from pathlib import Path

import numpy as np
import pytest

from catdog.datasets import SPLITS, TRAINING, VALIDATION, Catalog, Dataset, open_dataset
from catdog.datasets.exclusions import digest_paths, exclude_images, include_images, list_excluded, without_images
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


def test_what_is_excluded_is_kept_and_can_be_taken_back(settings: Settings, dataset: Dataset) -> None:
    one, other = dataset.catalog.paths[:2]
    assert exclude_images(settings, dataset.catalog, [other]) == (other,)
    assert exclude_images(settings, dataset.catalog, [one, other]) == (one, other)
    assert list_excluded(settings, dataset.catalog) == (one, other)
    assert include_images(settings, dataset.catalog, [one]) == (other,)
    assert list_excluded(settings, dataset.catalog) == (other,)
    assert all((dataset.catalog.root / path).is_file() for path in dataset.catalog.paths)


def test_the_list_is_the_users_data_and_survives_the_cache(settings: Settings, dataset: Dataset) -> None:
    exclude_images(settings, dataset.catalog, dataset.catalog.paths[:1])
    assert list_file(settings, dataset.catalog).is_file()
    assert not list(settings.cache.glob("excluded-*"))


def test_a_path_that_the_data_does_not_have_is_refused_and_changes_nothing(
    settings: Settings, dataset: Dataset
) -> None:
    with pytest.raises(UsageError, match="no-such"):
        exclude_images(settings, dataset.catalog, [dataset.catalog.paths[0], "train/cats/no-such.jpg"])
    assert list_excluded(settings, dataset.catalog) == ()


def test_the_last_picture_of_a_class_can_not_be_excluded(settings: Settings, dataset: Dataset) -> None:
    catalog = dataset.catalog
    cats = [catalog.paths[row] for row in catalog.indices(TRAINING, 0)]
    with pytest.raises(DataError, match="too few pictures that are not excluded of cats"):
        exclude_images(settings, catalog, cats)
    assert list_excluded(settings, catalog) == ()
    assert len(exclude_images(settings, catalog, cats[1:])) == len(cats) - 1


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"paths": 3}'])
def test_a_damaged_list_is_said_and_never_taken_for_an_empty_one(
    settings: Settings, dataset: Dataset, content: str
) -> None:
    exclude_images(settings, dataset.catalog, dataset.catalog.paths[:1])
    file = list_file(settings, dataset.catalog)
    file.write_text(content)
    with pytest.raises(DataError, match="is damaged"):
        list_excluded(settings, dataset.catalog)
    with pytest.raises(DataError, match="is damaged"):
        exclude_images(settings, dataset.catalog, dataset.catalog.paths[1:2])
    assert file.read_text() == content


def test_excluded_pictures_are_in_no_split_while_rows_and_fingerprint_stay(dataset: Dataset) -> None:
    catalog = dataset.catalog
    gone = [int(catalog.indices(TRAINING)[0]), int(catalog.indices(VALIDATION)[0])]
    left = without_images(dataset, [catalog.paths[row] for row in gone])
    assert left.pixels is dataset.pixels
    assert (left.catalog.paths, left.catalog.fingerprint) == (catalog.paths, catalog.fingerprint)
    kept = np.concatenate([left.catalog.indices(split) for split in SPLITS])
    assert sorted(kept) == sorted(set(range(len(catalog))) - set(gone))
    assert sum(sum(of.values()) for of in left.catalog.counts().values()) == len(catalog) - 2
    assert "2 pictures are excluded" in left.catalog.note
    assert left.catalog.title.startswith(f"{len(catalog) - 2} pictures")
    assert set(catalog.splits) == set(SPLITS)


def test_the_digest_tells_lists_apart_but_not_their_orders() -> None:
    assert digest_paths(["a", "b"]) == digest_paths(["b", "a"]) != digest_paths(["a"])
    assert digest_paths([]) == ""


def test_a_list_that_can_not_be_written_is_a_sentence_and_the_old_one_stays(
    settings: Settings, dataset: Dataset, full_disk
) -> None:
    exclude_images(settings, dataset.catalog, dataset.catalog.paths[:1])
    with full_disk(20), pytest.raises(DataError, match="could not be written"):
        exclude_images(settings, dataset.catalog, dataset.catalog.paths[:4])
    assert list_excluded(settings, dataset.catalog) == dataset.catalog.paths[:1]
