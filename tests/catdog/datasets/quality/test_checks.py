"""catdog.datasets.quality.checks: what is found in a small folder of scenes."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageFilter, ImageOps

from catdog.datasets import TEST, VALIDATION, Dataset, open_dataset
from catdog.datasets.quality import checks as module
from catdog.datasets.quality.checks import DuplicatePair, QualityReport, examine_images
from catdog.datasets.quality.messages import KINDS, describe_absent, describe_findings, describe_pair, describe_value
from catdog.settings import Settings
from tests.scenes import scene, scenes_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return scenes_folder(tmp_path / "scenes")


@pytest.fixture
def look(settings: Settings, folder: Path) -> Callable[[], QualityReport]:
    return lambda: examine_images(open_dataset(settings, str(folder)), settings.cache)


def only(found: QualityReport) -> DuplicatePair:
    assert len(found.pairs) == 1
    return found.pairs[0]


def test_a_set_without_faults_has_no_findings(look: Callable[[], QualityReport]) -> None:
    found = look()
    assert found.pairs == found.unreadable == ()
    assert set(found.counts) == set(KINDS)
    assert not any(found.counts.values())
    assert found.pictures == 36
    assert describe_findings(found) == {}
    assert "not found: leaks (pictures that" in describe_absent(found)


def test_a_copied_file_within_training_is_a_copy_and_no_leak(folder: Path, look: Callable[[], QualityReport]) -> None:
    shutil.copy(folder / "train/cats/1.jpg", folder / "train/cats/again.jpg")
    pair = only(look())
    assert (pair.first, pair.second) == ("train/cats/1.jpg", "train/cats/again.jpg")
    assert (pair.kind, pair.group, pair.distance, pair.leak) == ("file", "copies", 0, False)


def test_a_training_file_that_is_also_in_validation_is_a_leak(folder: Path, look: Callable[[], QualityReport]) -> None:
    shutil.copy(folder / "train/cats/1.jpg", folder / "validation/cats/again.jpg")
    found = look()
    pair = only(found)
    assert (pair.kind, pair.group, pair.leak) == ("file", "leaks", True)
    assert pair.first.startswith("train/")
    assert describe_findings(found)["leaks"].startswith("1 leak: ")


def test_the_same_pixels_in_another_file_are_told_from_the_same_file(
    folder: Path, look: Callable[[], QualityReport]
) -> None:
    scene(99).save(folder / "train/cats/a.png")
    scene(99).save(folder / "train/cats/b.png", compress_level=1)
    assert only(look()).kind == "pixels"


def test_a_mirrored_training_picture_in_validation_is_a_near_leak(
    folder: Path, look: Callable[[], QualityReport]
) -> None:
    picture = ImageOps.mirror(Image.open(folder / "train/dogs/2.jpg")).resize((180, 140))
    picture.save(folder / "validation/dogs/other.jpg", quality=70)
    pair = only(look())
    assert (pair.kind, pair.group, pair.mirrored, pair.leak) == ("near", "leaks", True, True)
    assert (pair.first, pair.second) == ("train/dogs/2.jpg", "validation/dogs/other.jpg")
    assert "mirror image" in describe_pair(pair)


def test_validation_and_test_may_be_alike_without_a_leak(
    settings: Settings, folder: Path, look: Callable[[], QualityReport]
) -> None:
    catalog = open_dataset(settings, str(folder)).catalog
    judged = [catalog.paths[catalog.indices(split, 0)[0]] for split in (VALIDATION, TEST)]
    Image.open(folder / judged[0]).save(folder / judged[1], quality=60)
    assert only(look()).group == "alike"


def test_a_copy_of_a_copy_shows_its_leak_although_its_pair_within_training_is_closer(
    folder: Path, look: Callable[[], QualityReport]
) -> None:
    shutil.copy(folder / "train/cats/1.jpg", folder / "train/cats/again.jpg")
    Image.open(folder / "train/cats/1.jpg").save(folder / "validation/cats/near.jpg", quality=60)
    found = look()
    assert [pair.group for pair in found.pairs] == ["leaks", "copies"]
    assert found.counts["leaks"] == found.counts["copies"] == 1


def test_small_dark_bright_blurred_and_unreadable_pictures_are_found(
    folder: Path, look: Callable[[], QualityReport]
) -> None:
    cats = folder / "train/cats"
    scene(1, 90, 70).resize((90, 70)).save(cats / "small.jpg")
    scene(51).point(lambda value: value // 6).save(cats / "dark.png")
    scene(52).point(lambda value: 230 + value // 10).save(cats / "bright.png")
    scene(53).filter(ImageFilter.GaussianBlur(6)).save(cats / "blurred.jpg")
    (cats / "broken.jpg").write_bytes(b"no picture")
    found = look()
    assert [path for path, _ in found.odd["small"]] == ["train/cats/small.jpg"]
    assert found.odd["small"][0][1] == 70
    assert [path for path, _ in found.odd["dark"]] == ["train/cats/dark.png"]
    assert [path for path, _ in found.odd["bright"]] == ["train/cats/bright.png"]
    assert "train/cats/blurred.jpg" in [path for path, _ in found.odd["blurred"]]
    assert [path for path, _ in found.unreadable] == ["train/cats/broken.jpg"]
    assert describe_value("small", 70.0) == "shorter side 70 pixels"


def test_what_goes_into_the_file_comes_out_again(folder: Path, look: Callable[[], QualityReport]) -> None:
    shutil.copy(folder / "train/cats/1.jpg", folder / "validation/dogs/again.jpg")
    scene(1, 90, 70).save(folder / "train/cats/small.jpg")
    (folder / "train/cats/broken.jpg").write_bytes(b"no picture")
    found = look()
    assert found.pairs
    assert found.unreadable
    assert QualityReport.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_more_findings_than_are_kept_are_still_counted(
    folder: Path, look: Callable[[], QualityReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        shutil.copy(folder / "train/cats/1.jpg", folder / f"train/cats/again{number}.jpg")
    monkeypatch.setattr(module, "MOST", 3)
    found = look()
    assert (len(found.pairs), found.counts["copies"]) == (3, 5)


def test_progress_is_told_and_ends_at_the_end(settings: Settings, folder: Path) -> None:
    told = []
    dataset: Dataset = open_dataset(settings, str(folder))
    examine_images(dataset, settings.cache, lambda *report: told.append(report))
    assert len({what for _, _, what in told}) >= 2
    assert told[-1][0] == told[-1][1]
