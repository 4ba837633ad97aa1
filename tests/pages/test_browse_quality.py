"""The quality section of the Browse page, driven through Streamlit's AppTest."""

import shutil
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from catdog.datasets import Dataset, open_dataset
from catdog.datasets.exclusions import list_excluded
from catdog.datasets.quality import job
from catdog.datasets.quality.job import check_quality, report_path
from catdog.settings import Settings
from catdog.utils.files import write_json
from pages.components import access
from tests.pages.conftest import alternatives, button, text_of
from tests.scenes import scenes_folder

LEAK = ("train/cats/1.jpg", "validation/cats/again.jpg")


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Dataset]:
    """A home with a dataset that has one leak, decoded and checked: made once, to be read only."""
    root = scenes_folder(tmp_path_factory.mktemp("quality") / "scenes")
    shutil.copy(root / LEAK[0], root / LEAK[1])
    settings = Settings(home=tmp_path_factory.mktemp("checked"), folders=(root,))
    dataset = open_dataset(settings, str(root))
    check_quality(settings, dataset)
    return settings, dataset


@pytest.fixture
def data(place: Settings, checked: tuple[Settings, Dataset], monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """The same dataset for this test's home, not yet checked."""
    settings, dataset = checked
    monkeypatch.setenv("CATDOG_FOLDERS", str(dataset.catalog.root))
    report = report_path(settings, dataset.catalog)
    for file in settings.cache.iterdir():
        if file != report and file.suffix != ".lock":
            (place.cache / file.name).symlink_to(file)
    return dataset


@pytest.fixture
def report(place: Settings, data: Dataset, checked: tuple[Settings, Dataset]) -> None:
    """Let the dataset be checked."""
    shutil.copy(report_path(checked[0], data.catalog), report_path(place, data.catalog))


@pytest.fixture
def page(app, data: Dataset):
    """Open the section with these parameters in the address."""
    return lambda **address: app("browse", data=str(data.catalog.root), **address)


def toggles(test: AppTest) -> list:
    return [element for element in test.toggle if element.label == "Exclude"]


def test_before_a_check_there_is_a_button_that_starts_one(page, monkeypatch):
    started = []
    monkeypatch.setattr(
        "pages.components.browse.quality.start_job", lambda settings, catalog: started.append(catalog.source)
    )
    test = page()
    assert "leaks" in text_of(test)
    button(test, "Check the images").click().run()
    assert len(started) == 1


def test_while_it_is_checked_the_page_shows_how_far_it_is(page, monkeypatch, polls):
    state = job.JobState(active=True, done=1, total=4, what="looking at the images")
    monkeypatch.setattr("pages.components.browse.quality.read_job_state", lambda *_: state)
    test = page()
    assert polls
    progress = [str(element.proto) for element in test.get("progress")]
    assert any("Looking at the images" in words and "25%" in words for words in progress)
    assert not [element for element in test.button if element.label == "Check the images"]


@pytest.mark.parametrize(
    ("values", "words"), [({"error": "It broke: mend it."}, "mend it"), ({"done": 1}, "did not finish")]
)
def test_a_check_that_failed_says_so_and_can_be_started_again(page, data, place, values, words):
    write_json(place.cache / f"health-{data.catalog.fingerprint}.state.json", values)
    test = page()
    assert words in text_of(test)
    assert button(test, "Check the images")


def test_a_leak_is_shown_as_a_pair_excluded_and_taken_back(page, data, place, report):
    test = page(finding="leaks")
    assert "1 leak: an image that a model learns from" in text_of(test)
    shown = [text for text in alternatives(test) if text.startswith("The image ")]
    assert [text.split(",")[0].removeprefix("The image ") for text in shown] == list(LEAK)
    assert "The same file" in text_of(test)
    assert not test.get("progress")
    toggles(test)[0].set_value(True).run()
    assert list_excluded(place, data.catalog) == LEAK[:1]
    assert "1 excluded from training" in text_of(test)
    test = page(finding="excluded")
    assert [toggle.value for toggle in toggles(test)] == [True]
    toggles(test)[0].set_value(False).run()
    assert list_excluded(place, data.catalog) == ()
    assert not test.exception


@pytest.mark.parametrize("finding", ["<b>", "doubted"])
def test_a_kind_without_findings_in_the_address_shows_the_first(page, report, finding):
    assert "The same file" in text_of(page(finding=finding))


def test_only_owners_exclude_what_everybody_trains_on(page, data, place, report, monkeypatch, tmp_path):
    lists = {"MEMBERS": tmp_path / "members.txt", "OWNERS": tmp_path / "owners.txt"}
    for name, file in lists.items():
        file.write_text(f"{name.lower()}@school.example\n", encoding="utf-8")
        monkeypatch.setenv(f"CATDOG_{name}", str(file))
    monkeypatch.setattr("pages.components.serving.read_auth", lambda: {"client_id": "dashboard"})
    monkeypatch.setattr("streamlit.context", SimpleNamespace(cookies={}))

    def exclude_as(person):
        monkeypatch.setattr("streamlit.user", {"is_logged_in": True, "email": f"{person}@school.example"})
        return page(finding="leak")

    locked = toggles(exclude_as("members"))
    assert locked
    assert all(toggle.disabled and "is not yours" in toggle.help for toggle in locked)
    monkeypatch.setattr(access, "reason_denied", lambda owned=None: "")  # a click that no page offered
    test = toggles(exclude_as("members"))[0].set_value(True).run()
    assert "is not yours" in test.toast[0].value
    assert list_excluded(place, data.catalog) == ()
    toggles(exclude_as("owners"))[0].set_value(True).run()
    assert len(list_excluded(place, data.catalog)) == 1


def test_a_damaged_list_of_excluded_images_is_a_box(page, data, place, report):
    (place.data / f"excluded-{data.catalog.fingerprint}.json").write_text("{")
    assert "is damaged" in text_of(page())
