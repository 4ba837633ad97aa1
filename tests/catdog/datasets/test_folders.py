"""catdog.datasets.folders: no text, from the address bar or elsewhere, opens a folder outside the listed ones."""

from dataclasses import replace
from pathlib import Path

import pytest

from catdog.datasets import is_listed_folder, resolve_folder
from catdog.errors import DataError
from catdog.settings import Settings


@pytest.fixture
def opened(settings: Settings, tmp_path: Path) -> Settings:
    """Settings that list tmp_path/photos, with photos/birds in it, and tmp_path/secret beside it."""
    for name in ("photos/birds", "secret", "photos-too"):
        (tmp_path / name).mkdir(parents=True)
    return replace(settings, folders=(tmp_path / "photos",))


def test_a_listed_folder_and_those_in_it_are_found_by_any_name(opened: Settings, tmp_path: Path) -> None:
    birds = tmp_path / "photos" / "birds"
    for text in ("birds", str(birds), "./birds/", "birds/../birds"):
        assert resolve_folder(opened, text) == birds
        assert is_listed_folder(opened, str(resolve_folder(opened, text)))
    assert resolve_folder(opened, str(tmp_path / "photos")) == tmp_path / "photos"


@pytest.mark.parametrize(
    "text",
    ["../secret", "birds/../../secret", "/etc", "~", "missing", "link", "bad\0name", "x" * 5000, "../photos-too"],
)
def test_what_lies_outside_or_nowhere_is_refused_in_the_same_words(opened: Settings, tmp_path: Path, text: str) -> None:
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
