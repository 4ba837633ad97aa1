"""catdog.datasets.quality.checks: what it finds in a small folder of scenes."""

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
def check(settings: Settings, folder: Path) -> Callable[[], QualityReport]:
    return lambda: examine_images(open_dataset(settings, str(folder)), settings.cache)


def only(report: QualityReport) -> DuplicatePair:
    assert len(report.pairs) == 1
    return report.pairs[0]


def test_a_set_without_faults_has_no_findings(check: Callable[[], QualityReport]) -> None:
    report = check()
    assert report.pairs == report.unreadable == ()
    assert set(report.counts) == set(KINDS)
    assert not any(report.counts.values())
    assert report.pictures == 36
    assert describe_findings(report) == {}
    assert "not found: leaks (images that" in describe_absent(report)


def test_a_copied_file_within_training_is_a_copy_and_no_leak(folder: Path, check: Callable[[], QualityReport]) -> None:
    shutil.copy(folder / "train/cats/1.jpg", folder / "train/cats/again.jpg")
    pair = only(check())
    assert (pair.first, pair.second) == ("train/cats/1.jpg", "train/cats/again.jpg")
    assert (pair.kind, pair.group, pair.distance, pair.leak) == ("file", "copies", 0, False)


def test_a_training_file_that_is_also_in_validation_is_a_leak(folder: Path, check: Callable[[], QualityReport]) -> None:
    shutil.copy(folder / "train/cats/1.jpg", folder / "validation/cats/again.jpg")
    report = check()
    pair = only(report)
    assert (pair.kind, pair.group, pair.leak) == ("file", "leaks", True)
    assert pair.first.startswith("train/")
    assert describe_findings(report)["leaks"].startswith("1 leak: ")


def test_equal_pixels_in_another_file_are_no_equal_file(folder: Path, check: Callable[[], QualityReport]) -> None:
    scene(99).save(folder / "train/cats/a.png")
    scene(99).save(folder / "train/cats/b.png", compress_level=1)
    assert only(check()).kind == "pixels"


def test_a_mirrored_training_image_in_validation_is_a_near_leak(
    folder: Path, check: Callable[[], QualityReport]
) -> None:
    image = ImageOps.mirror(Image.open(folder / "train/dogs/2.jpg")).resize((180, 140))
    image.save(folder / "validation/dogs/other.jpg", quality=70)
    pair = only(check())
    assert (pair.kind, pair.group, pair.mirrored, pair.leak) == ("near", "leaks", True, True)
    assert (pair.first, pair.second) == ("train/dogs/2.jpg", "validation/dogs/other.jpg")
    assert "mirror image" in describe_pair(pair)


def test_validation_and_test_may_be_alike_without_a_leak(
    settings: Settings, folder: Path, check: Callable[[], QualityReport]
) -> None:
    catalog = open_dataset(settings, str(folder)).catalog
    judged = [catalog.paths[catalog.indices(split, 0)[0]] for split in (VALIDATION, TEST)]
    Image.open(folder / judged[0]).save(folder / judged[1], quality=60)
    assert only(check()).group == "alike"


def test_a_leak_is_shown_although_a_copy_in_training_is_closer(
    folder: Path, check: Callable[[], QualityReport]
) -> None:
    shutil.copy(folder / "train/cats/1.jpg", folder / "train/cats/again.jpg")
    Image.open(folder / "train/cats/1.jpg").save(folder / "validation/cats/near.jpg", quality=60)
    report = check()
    assert [pair.group for pair in report.pairs] == ["leaks", "copies"]
    assert report.counts["leaks"] == report.counts["copies"] == 1


def test_small_dark_bright_blurred_and_unreadable_images_are_found(
    folder: Path, check: Callable[[], QualityReport]
) -> None:
    cats = folder / "train/cats"
    scene(1, 90, 70).resize((90, 70)).save(cats / "small.jpg")
    scene(51).point(lambda value: value // 6).save(cats / "dark.png")
    scene(52).point(lambda value: 230 + value // 10).save(cats / "bright.png")
    scene(53).filter(ImageFilter.GaussianBlur(6)).save(cats / "blurred.jpg")
    (cats / "broken.jpg").write_bytes(b"no image")
    report = check()
    assert [path for path, _ in report.odd["small"]] == ["train/cats/small.jpg"]
    assert report.odd["small"][0][1] == 70
    assert [path for path, _ in report.odd["dark"]] == ["train/cats/dark.png"]
    assert [path for path, _ in report.odd["bright"]] == ["train/cats/bright.png"]
    assert "train/cats/blurred.jpg" in [path for path, _ in report.odd["blurred"]]
    assert [path for path, _ in report.unreadable] == ["train/cats/broken.jpg"]
    assert describe_value("small", 70.0) == "shorter side 70 pixels"


def test_a_report_survives_json(folder: Path, check: Callable[[], QualityReport]) -> None:
    shutil.copy(folder / "train/cats/1.jpg", folder / "validation/dogs/again.jpg")
    scene(1, 90, 70).save(folder / "train/cats/small.jpg")
    (folder / "train/cats/broken.jpg").write_bytes(b"no image")
    report = check()
    assert report.pairs
    assert report.unreadable
    assert QualityReport.from_dict(json.loads(json.dumps(report.to_dict()))) == report


def test_more_findings_than_are_kept_are_still_counted(
    folder: Path, check: Callable[[], QualityReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    for index in range(5):
        shutil.copy(folder / "train/cats/1.jpg", folder / f"train/cats/again{index}.jpg")
    monkeypatch.setattr(module, "MOST", 3)
    report = check()
    assert (len(report.pairs), report.counts["copies"]) == (3, 5)


def test_progress_ends_at_its_total(settings: Settings, folder: Path) -> None:
    reports = []
    dataset: Dataset = open_dataset(settings, str(folder))
    examine_images(dataset, settings.cache, lambda *report: reports.append(report))
    assert len({what for _, _, what in reports}) >= 2
    assert reports[-1][0] == reports[-1][1]
