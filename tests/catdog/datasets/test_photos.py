"""catdog.datasets.photos: the photo set is there whole, or not at all."""

import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from catdog.datasets import photos as module
from catdog.datasets.catalog import scan_folder
from catdog.datasets.photos import fetch_photos, photos_note, photos_root
from catdog.errors import DataError
from catdog.settings import PROJECT, Settings

SMALL = {"train/cats": 20, "train/dogs": 20, "validation/cats": 20, "validation/dogs": 20}

# Fetches a small set in a process of its own. Its arguments: home, address, and the file to touch when the work named
# last (such as "unpacking") begins to show; then it waits there until it is killed or a file "go" lies in its home.
FETCH = f"""
import sys, time
from pathlib import Path
from catdog.datasets import photos
from catdog.settings import Settings

home, url, flag, stage = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4]
photos.EXPECTED = {SMALL!r}

def progress(done, total, what):
    if what.startswith(stage) and done:
        flag.touch()
        while not (home / "go").exists():
            time.sleep(0.01)

photos.fetch_photos(Settings(home=home, photos_url=url), progress)
"""


def write_set(path: Path, counts: dict[str, int], content: bytes = b"a photo") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for folder, count in counts.items():
            for index in range(count):
                zipped.writestr(f"set/{folder}/{index}.jpg", content)
    return path


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings for a set of 80 photos, which counts as complete here."""
    monkeypatch.setattr(module, "EXPECTED", SMALL)
    address = write_set(tmp_path / "small.zip", SMALL).as_uri()
    return Settings(home=tmp_path / "home", photos_url=address)


def list_data(settings: Settings) -> list[str]:
    """Return what lies in the data folder besides the lock, which stays."""
    return sorted(path.name for path in settings.data.glob("*") if path.name != "photos.lock")


def refusal(settings: Settings, **options: object) -> str:
    """Return the error that fetching must end with; nothing of it may be left."""
    with pytest.raises(DataError) as caught:
        fetch_photos(settings, **options)
    assert list_data(settings) == []
    assert photos_root(settings) is None
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    return message


def wait_for(condition: Callable[[], bool], process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, "the process ended too early"
        assert time.monotonic() < deadline, "nothing happened within a minute"
        time.sleep(0.02)


def test_the_whole_set_comes_out_complete(settings: Settings, photos_zip: Path) -> None:
    assert photos_root(settings) is None
    seen = []
    root = fetch_photos(replace(settings, photos_url=photos_zip.as_uri()), lambda *values: seen.append(values))
    assert photos_root(settings) == root
    assert photos_note(root) == ""
    assert scan_folder("photos", root).counts() == {
        "training": {"cats": 1000, "dogs": 1000},
        "validation": {"cats": 404, "dogs": 404},
        "test": {"cats": 96, "dogs": 96},
    }
    assert list_data(settings) == ["photos"]
    assert not list(root.rglob("*.py"))
    size = photos_zip.stat().st_size
    assert (size, size, "downloading the photos") in seen
    assert seen[-1] == (3000, 3000, "unpacking the photos")


def test_photos_that_are_there_are_not_fetched_again(small: Settings) -> None:
    first = fetch_photos(small)
    elsewhere = replace(small, photos_url="http://127.0.0.1:9/gone.zip")
    assert fetch_photos(elsewhere, lambda *_: pytest.fail("something was fetched")) == first


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"train/cats": 18}, "18 instead of 20 in train/cats"),
        (
            {"train/dogs": 21, "validation/cats": 19},
            "21 instead of 20 in train/dogs and 19 instead of 20 in validation/cats",
        ),
    ],
)
def test_a_set_off_by_a_few_is_used_with_a_note(small: Settings, tmp_path: Path, changes: dict, note: str) -> None:
    write_set(tmp_path / "small.zip", SMALL | changes)
    assert note in photos_note(fetch_photos(small))


@pytest.mark.parametrize("changes", [{"train/cats": 9}, {"train/cats": 31}, {"validation/dogs": 0}])
def test_a_set_that_is_far_off_is_refused(small: Settings, tmp_path: Path, changes: dict) -> None:
    write_set(tmp_path / "small.zip", SMALL | changes)
    ((folder, count),) = changes.items()
    message = refusal(small)
    assert f"{count} instead of 20 in {folder}" in message
    assert "CATDOG_PHOTOS_URL" in message


def test_another_zip_is_refused(small: Settings, tmp_path: Path) -> None:
    write_set(tmp_path / "small.zip", {"flowers/roses": 20})
    assert "no photos in train/cats" in refusal(small)


def test_photos_deleted_later_are_noticed(small: Settings) -> None:
    root = fetch_photos(small)
    for index in range(11):
        (root / "train" / "cats" / f"{index}.jpg").unlink()
    with pytest.raises(DataError, match="delete that folder and fetch the photos again"):
        photos_note(root)


@pytest.mark.parametrize("damage", [b"", b"<html>Sign in</html>", None], ids=["empty", "web page", "cut short"])
def test_a_damaged_download_is_refused(small: Settings, tmp_path: Path, damage: bytes | None) -> None:
    archive = tmp_path / "small.zip"
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert "damaged" in refusal(small)
    archive.write_bytes(whole)
    assert photos_note(fetch_photos(small)) == ""


def test_a_server_that_cannot_be_reached_leaves_nothing(small: Settings) -> None:
    assert "127.0.0.1:9" in refusal(replace(small, photos_url="http://127.0.0.1:9/photos.zip"), give_up_after=5)


@pytest.mark.parametrize("end", ["?key=secret", ""])
def test_a_password_or_key_in_the_address_is_not_shown(small: Settings, end: str) -> None:
    message = refusal(replace(small, photos_url=f"http://anna:secret@127.0.0.1:9/photos.zip{end}"), give_up_after=5)
    assert "http://127.0.0.1:9/photos.zip (it can't be reached" in message
    assert "CATDOG_PHOTOS_URL" in message
    assert not re.search("anna|secret", message)


@pytest.mark.parametrize("moment", ["downloading 1", "unpacking 1", "unpacking 40", "unpacking 80"])
@pytest.mark.parametrize("interruption", [KeyboardInterrupt, RuntimeError])
def test_an_interruption_leaves_nothing(small: Settings, moment: str, interruption: type[BaseException]) -> None:
    stage, at_least = moment.split()

    def interrupt(done: int, total: int, what: str) -> None:
        if what.startswith(stage) and done >= int(at_least):
            raise interruption("now")

    with pytest.raises(interruption):
        fetch_photos(small, interrupt)
    assert list_data(small) == []
    assert photos_note(fetch_photos(small)) == ""


@pytest.mark.parametrize("stage", ["downloading", "unpacking"])
def test_a_killed_process_leaves_no_half_set(small: Settings, tmp_path: Path, stage: str) -> None:
    flag = tmp_path / "flag"
    arguments = [str(small.home), small.photos_url, str(flag), stage]
    with subprocess.Popen([sys.executable, "-c", FETCH, *arguments], cwd=PROJECT) as process:
        wait_for(flag.exists, process)
        process.kill()
    assert photos_root(small) is None
    (rest,) = list_data(small)
    assert rest.startswith(".photos-")
    assert photos_note(fetch_photos(small)) == ""
    assert list_data(small) == ["photos"]


def test_a_second_process_waits_for_the_first_and_says_so(small: Settings, tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    arguments = [str(small.home), small.photos_url, str(flag), "unpacking"]
    seen = []

    def progress(*values: object) -> None:
        seen.append(values)
        (small.home / "go").touch()

    with subprocess.Popen([sys.executable, "-c", FETCH, *arguments], cwd=PROJECT) as process:
        wait_for(flag.exists, process)
        assert photos_note(fetch_photos(small, progress)) == ""
    assert process.returncode == 0
    assert set(seen) == {(0, 0, "waiting for another process that fetches the photos")}
    assert list_data(small) == ["photos"]


def test_a_disk_that_fills_while_downloading_leaves_nothing(small: Settings, full_disk) -> None:
    with full_disk(1000):
        assert "free some disk space" in refusal(small)
    assert photos_note(fetch_photos(small)) == ""


def test_a_disk_that_fills_while_unpacking_leaves_nothing(small: Settings, tmp_path: Path, full_disk) -> None:
    archive = write_set(tmp_path / "small.zip", SMALL, content=bytes(200_000))
    assert archive.stat().st_size < 100_000  # so that the download still fits
    with full_disk(100_000):
        message = refusal(small)
    assert "could not be stored" in message
    assert "free some disk space" in message
    assert photos_note(fetch_photos(small)) == ""


def test_a_home_that_cannot_be_made_is_one_sentence(small: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="set CATDOG_HOME to another folder"):
        fetch_photos(replace(small, home=tmp_path / "file"))
