"""catdog.datasets.sources: photos, drawn and folders open by name, and from a page only the listed folders."""

from dataclasses import replace
from pathlib import Path

import pytest

from catdog.datasets import default_source, is_listed_folder, list_sources, open_catalog, open_dataset, resolve_folder
from catdog.datasets import photos as photos_module
from catdog.datasets import sources as module
from catdog.datasets.synthetic.generate import generate_dataset
from catdog.errors import DataError
from catdog.settings import Settings
from catdog.utils.progress import Progress, silent


@pytest.fixture
def few_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw a small set where the whole one would be drawn."""

    def few(root: Path, progress: Progress = silent) -> None:
        generate_dataset(root, training=4, validation=20, progress=progress)

    monkeypatch.setattr(module, "generate_dataset", few)


COUNTS = {"train/cats": 12, "train/dogs": 12, "validation/cats": 20, "validation/dogs": 20}


@pytest.fixture
def with_photos(settings: Settings, picture_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings in whose home the small set lies as the photo set, and counts as complete."""
    monkeypatch.setattr(photos_module, "EXPECTED", COUNTS)
    settings.data.mkdir()
    (settings.data / "photos").symlink_to(picture_folder)
    return settings


def test_photos_open_once_they_are_there(with_photos: Settings) -> None:
    assert default_source(with_photos) == "photos"
    catalog = open_catalog(with_photos)
    assert (catalog.source, len(catalog), catalog.note) == ("photos", 64, "")


def test_without_photos_the_drawn_set_is_the_default(settings: Settings) -> None:
    assert default_source(settings) == "drawn"
    with pytest.raises(DataError, match="python -m catdog data --fetch"):
        open_catalog(settings, "photos")


def test_a_photo_set_off_by_a_few_says_so_in_its_note(with_photos: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos_module, "EXPECTED", COUNTS | {"train/dogs": 13})
    assert open_dataset(with_photos, "photos").catalog.note.endswith("12 instead of 13 in train/dogs.")


def test_a_photo_set_that_is_far_off_is_an_error(settings: Settings, picture_folder: Path) -> None:
    settings.data.mkdir()
    (settings.data / "photos").symlink_to(picture_folder)
    with pytest.raises(DataError, match=r"not whole \(12 instead of 1,000 in train/cats"):
        open_catalog(settings, "photos")


def test_the_drawn_set_is_drawn_on_first_use_only(settings: Settings, few_drawn: None) -> None:
    seen = []
    catalog = open_catalog(settings, "drawn", lambda *values: seen.append(values))
    assert catalog.source == "drawn"
    assert catalog.classes == ("cats", "dogs")
    assert catalog.counts()["training"] == {"cats": 2, "dogs": 2}
    assert seen
    again = open_catalog(settings, "drawn", lambda *_: pytest.fail("drawn again"))
    assert again.fingerprint == catalog.fingerprint


def test_a_dataset_has_a_row_of_pixels_for_each_image(settings: Settings, few_drawn: None) -> None:
    dataset = open_dataset(settings, "drawn")
    assert dataset.pixels.shape == (24, 160, 160, 3)
    assert list(settings.cache.glob("*.npy"))


def test_a_folder_is_opened_by_a_relative_absolute_or_home_path(
    settings: Settings, picture_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(picture_folder.parent)
    relative, absolute = open_catalog(settings, picture_folder.name), open_catalog(settings, str(picture_folder))
    assert relative.source == absolute.source == str(picture_folder)
    assert relative.fingerprint == absolute.fingerprint
    monkeypatch.setenv("HOME", str(picture_folder.parent))
    assert open_catalog(settings, f"~/{picture_folder.name}").source == str(picture_folder)


@pytest.mark.parametrize("source", ["no-such-folder", "~nobody-of-this-name/photos", "", "bad\0name"])
def test_a_source_that_does_not_exist_is_one_sentence(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError) as caught:
        open_catalog(settings, source)
    assert "\n" not in str(caught.value)


def test_the_sources_are_photos_drawn_and_the_listed_folders(settings: Settings) -> None:
    folders = (Path("/data/birds"), Path("/data/fish"))
    assert list_sources(replace(settings, folders=folders)) == ["photos", "drawn", "/data/birds", "/data/fish"]


def test_opening_folders_leaves_them_as_they_were(settings: Settings, picture_folder: Path) -> None:
    before = sorted((path, path.stat().st_mtime_ns) for path in picture_folder.rglob("*"))
    open_dataset(settings, str(picture_folder))
    assert sorted((path, path.stat().st_mtime_ns) for path in picture_folder.rglob("*")) == before


def test_leftovers_of_a_killed_drawing_are_removed_by_the_next(settings: Settings, few_drawn: None) -> None:
    leftover = settings.data / ".drawn-dead"
    leftover.mkdir(parents=True)
    (leftover / "cat.0001.jpg").write_bytes(b"half an image")
    open_catalog(settings, "drawn")
    assert not leftover.exists()
    assert (settings.data / "drawn").is_dir()


def test_a_home_that_cannot_be_written_is_one_sentence(settings: Settings, few_drawn: None) -> None:
    settings.home.mkdir(parents=True, exist_ok=True)
    settings.data.write_text("a file where a folder should be")
    with pytest.raises(DataError, match=r"^The drawn images could not be stored .*CATDOG_HOME"):
        open_catalog(settings, "drawn")


@pytest.fixture
def opened(settings: Settings, tmp_path: Path) -> Settings:
    """Settings that list tmp_path/photos, with photos/birds in it, and tmp_path/secret beside it."""
    for name in ("photos/birds", "secret", "photos-too"):
        (tmp_path / name).mkdir(parents=True)
    return replace(settings, folders=(tmp_path / "photos",))


def test_a_listed_folder_and_those_in_it_open_by_any_path(opened: Settings, tmp_path: Path) -> None:
    birds = tmp_path / "photos" / "birds"
    for text in ("birds", str(birds), "./birds/", "birds/../birds"):
        assert resolve_folder(opened, text) == birds
        assert is_listed_folder(opened, str(resolve_folder(opened, text)))
    assert resolve_folder(opened, str(tmp_path / "photos")) == tmp_path / "photos"


@pytest.mark.parametrize(
    "text",
    ["../secret", "birds/../../secret", "/etc", "~", "missing", "link", "bad\0name", "x" * 5000, "../photos-too"],
)
def test_folders_outside_and_missing_ones_give_the_same_error(opened: Settings, tmp_path: Path, text: str) -> None:
    (tmp_path / "photos" / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(DataError, match=r"^There is no folder .* in .*photos: name one that is\.$") as caught:
        resolve_folder(opened, text)
    assert str(caught.value).isprintable()
    assert not is_listed_folder(opened, text)
    assert not is_listed_folder(opened, str(tmp_path / "photos" / text) if "\0" not in text else text)


def test_a_link_that_stays_inside_is_followed_to_its_end(opened: Settings, tmp_path: Path) -> None:
    (tmp_path / "photos" / "inside").symlink_to(tmp_path / "photos" / "birds")
    assert resolve_folder(opened, "inside") == tmp_path / "photos" / "birds"


def test_without_listed_folders_none_may_be_opened(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="CATDOG_FOLDERS"):
        resolve_folder(settings, str(tmp_path))
    assert not is_listed_folder(settings, str(tmp_path))
    assert not is_listed_folder(settings, None)
