"""catdog.datasets.ownership: who may exclude images from training, where people sign in."""

import shutil
from dataclasses import replace

import pytest

from catdog.datasets import find_user_dataset, open_catalog
from catdog.datasets.ownership import EVERYBODYS, owned_exclusions, owned_source
from catdog.errors import AccessError
from catdog.runs import delete_dataset
from catdog.utils.files import write_json

ANNA, BEN = "anna@school.example", "ben@school.example"


@pytest.fixture
def added(settings, picture_folder):
    """Add a copy of the tiny pictures as a dataset of a person."""

    def add(name, by):
        root = settings.data / "own" / name
        shutil.copytree(picture_folder, root)
        fingerprint = open_catalog(settings, str(root)).fingerprint
        write_json(root / "set.json", {"name": name, "pictures": 64, "fingerprint": fingerprint, "by": by})
        return find_user_dataset(settings, name)

    return add


def test_an_added_set_is_its_adders(settings, added):
    dataset = added("fruit", BEN)
    assert owned_exclusions(settings, open_catalog(settings, dataset.source)) == dataset.owned
    assert (dataset.owned.what, dataset.owned.by) == ("The photo set fruit", BEN)


def test_folders_drawings_and_photos_are_everybodys(settings, picture_folder):
    settings = replace(settings, folders=(picture_folder,))
    assert owned_source(settings, "photos") == owned_source(settings, "drawn") == EVERYBODYS
    assert owned_exclusions(settings, open_catalog(settings, str(picture_folder))) == EVERYBODYS


def test_a_copy_of_what_others_train_on_gives_no_right_to_it(settings, added, picture_folder):
    dataset = added("copy", BEN)
    catalog = open_catalog(settings, dataset.source)
    assert owned_exclusions(replace(settings, folders=(picture_folder,)), catalog) == EVERYBODYS
    added("original", ANNA)
    assert owned_exclusions(settings, catalog) == EVERYBODYS


@pytest.mark.parametrize("by", [ANNA, ""])
def test_nobody_deletes_a_set_that_somebody_else_added(settings, added, by):
    dataset = added("fruit", by)
    with pytest.raises(AccessError, match=r"^The photo set fruit is not yours: "):
        delete_dataset(settings, dataset, BEN)
    assert dataset.root.is_dir()
    delete_dataset(settings, dataset, by)  # by its adder, or on the command line
    assert not dataset.root.exists()
