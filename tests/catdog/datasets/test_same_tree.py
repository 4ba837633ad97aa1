"""One tree of files is the same dataset, with the same note, as a folder, as a zip and as a folder that is added."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from catdog.datasets import add_user_dataset, open_catalog, open_dataset
from catdog.datasets.user_datasets import find_user_dataset
from catdog.settings import Settings
from tests.zips import PHOTO

TREES = {
    "splits": {f"{split}/{kind}": 9 for split in ("Train", "valid", "test") for kind in ("a", "b")},
    "wrapped": {"my set/pets/cats": 20, "my set/pets/dogs": 20},
    "nested": {"cats": 10, "cats/persian": 10, "dogs": 10, "dogs/poodle": 10},
    "flat": {"train/cat.": 20, "train/dog.": 20, "test1/": 5},
    "two folders and more": {"cats": 20, "dogs": 20, "unlabeled": 4},
}


@pytest.mark.parametrize("name", TREES)
def test_each_way_gives_the_same_catalog_and_note(settings: Settings, tmp_path: Path, name: str) -> None:
    root = tmp_path / "tree"
    for place, count in TREES[name].items():
        for index in range(count):
            path = root / (f"{place}{index}.jpg" if place.endswith((".", "/")) else f"{place}/{index}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(PHOTO)
    first = sorted(path for path in root.rglob("*") if path.is_file())[0]
    first.with_name("fake.jpg").write_text("no image")
    first.with_name("7 cut").write_bytes(PHOTO[:200])
    (root / "readme.txt").write_text("hello")
    archive = shutil.make_archive(tmp_path / "zipped", "zip", root)
    settings = Settings(home=tmp_path / "home")
    folder = open_dataset(settings, str(root)).catalog
    for added in (add_user_dataset(settings, Path(archive)), add_user_dataset(settings, root)):
        catalog = open_catalog(settings, added.source)
        assert (catalog.classes, catalog.paths, catalog.fingerprint) == (
            folder.classes,
            folder.paths,
            folder.fingerprint,
        )
        assert np.array_equal(catalog.splits, folder.splits)
        assert np.array_equal(catalog.labels, folder.labels)
        assert catalog.note == folder.note
        assert len(catalog) == added.images
        assert find_user_dataset(settings, added.name) == added
        assert open_dataset(settings, added.source).catalog.note == folder.note
