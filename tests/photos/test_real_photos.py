"""The real photo set: its counts and its splits. Its pixels are looked at in test_real_features.py."""

import pytest

from catdog.datasets import Catalog, open_catalog
from catdog.images.decode import load_image
from catdog.settings import Settings

pytestmark = pytest.mark.photos


@pytest.fixture(scope="module")
def photos(photos_settings: Settings) -> Catalog:
    return open_catalog(photos_settings)


def test_the_set_has_its_published_counts_and_splits(photos: Catalog) -> None:
    assert photos.classes == ("cats", "dogs")
    assert photos.counts() == {
        "training": {"cats": 1000, "dogs": 1000},
        "validation": {"cats": 404, "dogs": 404},
        "test": {"cats": 96, "dogs": 96},
    }
    assert photos.baseline == 0.5
    assert photos.note == ""


def test_photos_keep_their_own_size(photos: Catalog) -> None:
    shapes = [load_image(photos.root / path).shape for path in photos.paths[::100]]
    assert len(set(shapes)) > 10
    assert {depth for _, _, depth in shapes} == {3}
