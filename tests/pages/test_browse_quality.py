"""The health section of the Browse page, driven through Streamlit's AppTest."""

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from catdog.datasets import open_dataset
from catdog.datasets.exclusions import list_excluded
from catdog.datasets.quality import job
from catdog.datasets.quality.job import check_quality
from catdog.settings import Settings
from catdog.utils.files import write_json
from tests.pages.conftest import alternatives, button, text_of
from tests.scenes import scenes_folder

LEAK = ("train/cats/1.jpg", "validation/cats/again.jpg")


@pytest.fixture
def folder(tmp_path: Path, place: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = scenes_folder(tmp_path / "scenes")
    shutil.copy(root / LEAK[0], root / LEAK[1])
    monkeypatch.setenv("CATDOG_FOLDERS", str(root))
    return root


@pytest.fixture
def data(folder: Path, place: Settings):
    return open_dataset(place, str(folder))


@pytest.fixture
def page(app, folder: Path):
    """Open the section with these parameters in the address."""
    return lambda **address: app("browse", data=str(folder), **address)


def toggles(test: AppTest) -> list:
    return [one for one in test.toggle if one.label == "Exclude"]


def test_before_a_check_up_there_is_a_button_that_starts_one(page, monkeypatch) -> None:
    started = []
    monkeypatch.setattr(
        "pages.components.browse.quality.start_job", lambda settings, catalog: started.append(catalog.source)
    )
    test = page()
    assert "leaks" in text_of(test)
    button(test, "Check the pictures").click().run()
    assert len(started) == 1


def test_while_it_is_checked_the_page_shows_how_far_it_is(page, data, place, monkeypatch, polls) -> None:
    now = job.JobState(active=True, done=1, total=4, what="looking at the pictures")
    monkeypatch.setattr("pages.components.browse.quality.read_job_state", lambda *_: now)
    test = page()
    assert polls
    progress = [str(one.proto) for one in test.get("progress")]
    assert any("Looking at the pictures" in words and "25%" in words for words in progress)
    assert not [one for one in test.button if one.label == "Check the pictures"]


@pytest.mark.parametrize(("values", "words"), [({"error": "It broke: mend it."}, "mend it"), ({"done": 1}, "cut off")])
def test_a_check_up_that_failed_or_was_killed_says_so_and_can_be_started_again(page, data, place, values, words):
    write_json(place.cache / f"health-{data.catalog.fingerprint}.state.json", values)
    test = page()
    assert words in text_of(test)
    assert button(test, "Check the pictures")


def test_a_leak_is_shown_as_a_pair_with_what_it_means(page, data, place) -> None:
    check_quality(place, data)
    test = page()
    assert "1 leak: a picture that a model learns from" in text_of(test)
    shown = [text for text in alternatives(test) if text.startswith("The picture ")]
    assert [text.split(",")[0].removeprefix("The picture ") for text in shown] == list(LEAK)
    assert "The same file" in text_of(test)
    assert not test.get("progress")


def test_a_picture_is_excluded_shown_as_such_and_taken_back(page, data, place) -> None:
    check_quality(place, data)
    test = page()
    toggles(test)[0].set_value(True).run()
    assert list_excluded(place, data.catalog) == LEAK[:1]
    assert "1 excluded from training" in text_of(test)
    test = page(finding="excluded")
    assert [one.value for one in toggles(test)] == [True]
    toggles(test)[0].set_value(False).run()
    assert list_excluded(place, data.catalog) == ()
    assert not test.exception


def test_the_address_chooses_what_is_shown_and_a_kind_without_findings_is_passed_over(page, data, place) -> None:
    check_quality(place, data)
    assert "The same file" in text_of(page(finding="leaks"))
    assert "The same file" in text_of(page(finding="<b>"))
    assert "The same file" in text_of(page(finding="doubted"))


def test_a_damaged_list_of_excluded_pictures_is_a_box_and_not_an_exception(page, data, place) -> None:
    check_quality(place, data)
    (place.data / f"excluded-{data.catalog.fingerprint}.json").write_text("{")
    assert "is damaged" in text_of(page())
