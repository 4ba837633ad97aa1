"""The data that the server keeps open: read again once they have changed, and nothing kept of what was deleted."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catdog.datasets import open_dataset
from catdog.errors import DataError
from catdog.settings import Settings
from pages.components.jobs import Jobs
from pages.components.opened_data import KEY, open_data
from tests.pages.conftest import coloured_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = coloured_folder(tmp_path / "shapes", circles=20, squares=20)
    (root / "circles" / "red").mkdir()
    shutil.copy(root / "circles" / "1.jpg", root / "circles" / "red" / "1.jpg")
    return root


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


def test_data_are_read_once(settings: Settings, folder: Path, jobs: Jobs) -> None:
    first = open_data(jobs, settings, str(folder))
    assert open_data(jobs, settings, str(folder)) is first
    expected = open_dataset(settings, str(folder))
    assert first.dataset.catalog.fingerprint == expected.catalog.fingerprint
    np.testing.assert_array_equal(first.dataset.pixels[:], expected.pixels[:])


@pytest.mark.parametrize("place", ["circles", "circles/red", "squares/new"])
def test_data_are_read_again_once_an_image_has_come(settings: Settings, folder: Path, jobs: Jobs, place: str) -> None:
    first = open_data(jobs, settings, str(folder))
    (folder / place).mkdir(exist_ok=True)
    shutil.copy(folder / "squares" / "1.jpg", folder / place / "more.jpg")
    assert open_data(jobs, settings, str(folder)) is not first


def test_an_image_that_was_changed_in_place_is_noticed_on_request(settings: Settings, folder: Path, jobs: Jobs) -> None:
    first = open_data(jobs, settings, str(folder))
    assert first.has_same_files
    Image.fromarray(np.zeros((9, 9, 3), np.uint8)).save(folder / "squares" / "1.jpg")
    assert open_data(jobs, settings, str(folder)) is first  # each click would look at 25,000 files
    assert not first.has_same_files


def test_nothing_is_kept_of_data_that_are_gone(settings: Settings, folder: Path, jobs: Jobs) -> None:
    opened = open_data(jobs, settings, str(folder))
    other = coloured_folder(folder.with_name("others"), apples=20, pears=20)
    shutil.rmtree(folder)
    assert open_data(jobs, settings, str(other)).dataset.catalog.classes == ("apples", "pears")
    assert jobs.find((KEY, settings, str(folder))) is None
    with pytest.raises(DataError, match="There is no folder"):
        open_data(jobs, settings, str(folder))
    opened.dataset.pixels.path.unlink()
    with pytest.raises(DataError, match="gone or damaged"):
        opened.dataset.pixels[0]


def test_the_cache_may_be_deleted_at_any_time(settings: Settings, folder: Path, jobs: Jobs) -> None:
    before = open_data(jobs, settings, str(folder)).dataset.pixels[:]
    shutil.rmtree(settings.cache)
    np.testing.assert_array_equal(open_data(jobs, settings, str(folder)).dataset.pixels[:], before)


def test_the_drawn_set_and_missing_photos_are_opened_like_folders(drawn_home: Settings, jobs: Jobs) -> None:
    opened = open_data(jobs, drawn_home, "drawn")
    assert opened.has_same_folders
    assert opened.has_same_files
    assert open_data(jobs, drawn_home, "drawn") is opened
    with pytest.raises(DataError, match="photos are not on this machine"):
        open_data(jobs, replace(drawn_home), "photos")
