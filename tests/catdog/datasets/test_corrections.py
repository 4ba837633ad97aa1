"""catdog.datasets.corrections: labels that people correct, that none is lost, and that no file is touched."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from catdog.datasets import TRAINING, Catalog, open_catalog, open_dataset
from catdog.datasets.correction_list import describe_absent
from catdog.datasets.corrections import (
    correct_labels,
    list_corrections,
    relabel_images,
    restore_labels,
)
from catdog.datasets.exclusions import exclude_images
from catdog.datasets.labels import with_labels
from catdog.errors import DataError, UsageError
from catdog.settings import PROJECT, Settings


@pytest.fixture
def catalog(settings: Settings, picture_folder: Path) -> Catalog:
    return open_catalog(settings, str(picture_folder))


@pytest.fixture
def changing(tmp_path: Path, picture_folder: Path) -> Path:
    """A folder of this test's own, whose files may come and go."""
    return Path(shutil.copytree(picture_folder, tmp_path / "changing"))


def list_file(settings: Settings, catalog: Catalog) -> Path:
    return settings.data / f"corrections-{catalog.fingerprint}.json"


def label_of(catalog: Catalog, path: str) -> str:
    return catalog.classes[catalog.labels[catalog.paths.index(path)]]


def test_nothing_is_corrected_at_first(settings: Settings, catalog: Catalog) -> None:
    assert list_corrections(settings, catalog).present == ()
    assert correct_labels(settings, catalog) is catalog
    assert (catalog.corrected, catalog.version) == ((), catalog.fingerprint)


def test_a_corrected_label_is_the_label_wherever_the_data_is_opened(settings: Settings, catalog: Catalog) -> None:
    path = catalog.paths[0]
    relabel_images(settings, catalog, {path: "dogs"}, "ann@school.org")
    for opened in (open_catalog(settings, catalog.source), open_dataset(settings, catalog.source).catalog):
        assert label_of(opened, path) == "dogs"
        assert opened.corrected == (path,)
        assert opened.labels[1:].tolist() == catalog.labels[1:].tolist()
        assert (opened.fingerprint, opened.paths) == (catalog.fingerprint, catalog.paths)
        assert opened.version != catalog.version
        assert opened.note.endswith("1 label is corrected by hand.")
    [correction] = list_corrections(settings, catalog).present
    assert (correction.path, correction.old, correction.new, correction.by) == (path, "cats", "dogs", "ann@school.org")
    assert correction.time > 0
    assert (catalog.root / path).is_file()


def test_undo_takes_a_correction_back(settings: Settings, catalog: Catalog) -> None:
    first, second = catalog.paths[:2]
    relabel_images(settings, catalog, {first: "dogs", second: "dogs"})
    corrected = open_catalog(settings, catalog.source)
    assert restore_labels(settings, corrected, [first]).changed == (second,)
    assert open_catalog(settings, catalog.source).corrected == (second,)


def test_a_label_that_is_kept_is_remembered_and_changes_nothing(settings: Settings, catalog: Catalog) -> None:
    path = catalog.paths[0]
    kept = relabel_images(settings, catalog, {path: "cats"})
    assert [entry.path for entry in kept.present] == [path]
    assert kept.changed == ()
    assert open_catalog(settings, catalog.source).version == catalog.version


def test_decoded_images_are_used_again(settings: Settings, catalog: Catalog) -> None:
    before = open_dataset(settings, catalog.source).pixels.path
    stamp = before.stat().st_mtime_ns
    relabel_images(settings, catalog, {catalog.paths[0]: "dogs"})
    after = open_dataset(settings, catalog.source).pixels.path
    assert (after, after.stat().st_mtime_ns) == (before, stamp)


def test_labels_can_be_set_to_those_of_any_time(catalog: Catalog) -> None:
    first, second = catalog.paths[:2]
    both = with_labels(catalog, [first, second, "no-such.jpg"])
    assert both.corrected == (first, second)
    single = with_labels(both, [second])
    assert (label_of(single, first), label_of(single, second)) == ("cats", "dogs")
    none = with_labels(single, [])
    assert np.array_equal(none.labels, catalog.labels)
    assert none.note == catalog.note
    assert both.keep(np.arange(1, len(catalog))).corrected == (second,)


def test_the_later_of_two_browsers_is_told(settings: Settings, catalog: Catalog) -> None:
    path, other = catalog.paths[:2]
    relabel_images(settings, catalog, {path: "dogs"}, "ann@school.org")
    for change in ({path: "dogs"}, {path: "cats"}, {other: "dogs", path: "dogs"}):
        with pytest.raises(UsageError, match=f"{path} was labelled dogs by ann@school.org meanwhile, so nothing was"):
            relabel_images(settings, catalog, change, "bob@school.org")
    with pytest.raises(UsageError, match="meanwhile"):
        restore_labels(settings, catalog, [path])
    assert list_corrections(settings, catalog).changed == (path,)


def test_corrections_at_the_same_moment_are_all_kept(settings: Settings, catalog: Catalog) -> None:
    command = [sys.executable, "-m", "catdog", "relabel", "--source", catalog.source]
    variables = os.environ | settings.environment()
    workers = [
        subprocess.Popen([*command, path, "dog"], cwd=PROJECT, env=variables, stdout=subprocess.DEVNULL)
        for path in catalog.paths[:3]
    ]
    assert [worker.wait(60) for worker in workers] == [0, 0, 0]
    assert list_corrections(settings, catalog).changed == catalog.paths[:3]


def test_unknown_paths_and_classes_are_refused(settings: Settings, catalog: Catalog) -> None:
    with pytest.raises(UsageError, match="There is no image no-such"):
        relabel_images(settings, catalog, {"no-such.jpg": "dogs"})
    with pytest.raises(UsageError, match="There is no class 'birds' in this data: choose cats or dogs"):
        relabel_images(settings, catalog, {catalog.paths[0]: "birds"})
    assert not list_file(settings, catalog).exists()


def test_the_last_image_of_a_class_keeps_its_label(settings: Settings, catalog: Catalog) -> None:
    cats = [catalog.paths[row] for row in catalog.indices(TRAINING, 0)]
    with pytest.raises(DataError, match="too few images with that label of cats"):
        relabel_images(settings, catalog, dict.fromkeys(cats, "dogs"))
    exclude_images(settings, catalog, cats[1:])
    with pytest.raises(DataError, match="too few images that are not excluded of cats"):
        relabel_images(settings, catalog, {cats[0]: "dogs"})
    assert list_corrections(settings, catalog).present == ()


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"present": 3}', '{"present": [{"path": 3}], "absent": []}', '{"present": [1]}']
)
def test_a_damaged_list_is_an_error_and_stays_as_it_is(settings: Settings, catalog: Catalog, content: str) -> None:
    file = list_file(settings, catalog)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)
    with pytest.raises(DataError, match="is damaged: repair it, or delete it"):
        open_catalog(settings, catalog.source)
    with pytest.raises(DataError, match="is damaged"):
        relabel_images(settings, catalog, {catalog.paths[0]: "dogs"})
    assert file.read_text() == content


def test_corrections_outlive_files_that_come_and_go(settings: Settings, changing: Path) -> None:
    before = open_catalog(settings, str(changing))
    gone, edited, stays = before.paths[:3]
    relabel_images(settings, before, dict.fromkeys((gone, edited, stays), "dogs"))
    content = (changing / gone).read_bytes(), (changing / edited).read_bytes()
    (changing / gone).unlink()
    shutil.copy(changing / before.paths[5], changing / edited)
    after = open_catalog(settings, str(changing))
    assert after.fingerprint != before.fingerprint
    assert after.corrected == (stays,)
    corrections = list_corrections(settings, after)
    assert sorted(entry.path for entry in corrections.absent) == sorted((gone, edited))
    assert describe_absent(corrections).startswith("2 corrections are kept for images that were removed or changed")
    restore_labels(settings, after, [stays])
    (changing / gone).write_bytes(content[0])
    (changing / edited).write_bytes(content[1])
    again = open_catalog(settings, str(changing))
    assert again.fingerprint == before.fingerprint
    assert again.corrected == tuple(sorted((gone, edited)))  # the latest list counts, not that of the same content
    assert describe_absent(list_corrections(settings, again)) == ""


def test_a_copy_of_the_data_shares_the_list_and_takes_it_from_nobody(settings: Settings, changing: Path) -> None:
    original = open_catalog(settings, str(changing))
    relabel_images(settings, original, {original.paths[0]: "dogs"})
    copy = open_catalog(settings, shutil.copytree(changing, changing.with_name("copy")))
    assert copy.corrected == original.paths[:1]
    relabel_images(settings, copy, {copy.paths[1]: "dogs"})
    (changing / original.paths[5]).unlink()
    assert open_catalog(settings, str(changing)).corrected == original.paths[:2]


def test_a_full_disk_is_said_and_changes_nothing(settings: Settings, catalog: Catalog, full_disk) -> None:
    relabel_images(settings, catalog, {catalog.paths[0]: "dogs"})
    before = list_file(settings, catalog).read_text()
    corrected = correct_labels(settings, catalog)
    with full_disk(100), pytest.raises(DataError, match="The list of corrected labels could not be written"):
        relabel_images(settings, corrected, {catalog.paths[1]: "dogs"})
    assert list_file(settings, catalog).read_text() == before


def test_the_file_can_be_read_by_a_person(settings: Settings, catalog: Catalog) -> None:
    relabel_images(settings, catalog, {catalog.paths[0]: "dogs"})
    values = json.loads(list_file(settings, catalog).read_text())
    assert values["sources"] == [catalog.source]
    assert values["present"][0]["new"] == "dogs"
