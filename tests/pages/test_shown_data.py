"""What a page showed is what a click acts on; data that vanish, change or are replaced meanwhile are told of."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catdog.datasets import open_catalog
from catdog.datasets.corrections import relabel_images
from catdog.datasets.exclusions import exclude_images
from catdog.runs import create_run, list_runs, open_run
from catdog.settings import Settings
from catdog.training import TrainConfig
from catdog.training.worker import describe_data
from pages.components import state
from pages.components.course import MORE, PAGES
from tests.pages.conftest import button, coloured_folder, text_of

pytestmark = pytest.mark.usefixtures("started")

SHOWN = "have changed since this page showed 40 images of circles and squares from shapes, so nothing was done"
GONE = "The data chosen here, shapes, are gone"


@pytest.fixture
def shapes(place: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an added set of 20 circles and 20 squares."""
    # as a browser does, AppTest tells what is chosen by its name on the page, but asks for that name again
    monkeypatch.setattr(state, "label_source", cache(state.label_source))
    return coloured_folder(place.data / "own" / "shapes", circles=20, squares=20)


def vanish(place: Settings, root: Path) -> None:
    shutil.rmtree(root)


def rename(place: Settings, root: Path) -> None:
    root.rename(root.with_name("forms"))


def replace_all(place: Settings, root: Path) -> None:
    shutil.rmtree(root)
    coloured_folder(root, apples=20, pears=20)


def change_in_place(place: Settings, root: Path) -> None:
    Image.fromarray(np.zeros((20, 30, 3), np.uint8)).save(root / "circles" / "3.jpg")


def add_image(place: Settings, root: Path) -> None:
    shutil.copy(root / "circles" / "3.jpg", root / "circles" / "more.jpg")


def exclude(place: Settings, root: Path) -> None:
    exclude_images(place, open_catalog(place, str(root)), ["circles/3.jpg"])


def relabel(place: Settings, root: Path) -> None:
    relabel_images(place, open_catalog(place, str(root)), {"circles/3.jpg": "squares"})


REPLACEMENTS: list[Callable[[Settings, Path], None]] = [vanish, rename, replace_all, change_in_place, add_image]
CHANGES = [*REPLACEMENTS, exclude, relabel]


@pytest.mark.parametrize("change", CHANGES)
def test_start_trains_on_what_the_page_showed_or_on_nothing(app, place, shapes, started, change):
    page = app("train", data="shapes")
    assert "40 images of circles and squares from shapes" in text_of(page)
    change(place, shapes)
    button(page, "Start training").click().run()
    assert started == []
    assert list_runs(place) == []
    (error,) = page.error
    assert SHOWN in error.value
    assert (GONE in text_of(page)) == (change in (vanish, rename))
    button(page, "Start training").click().run()  # now the page has shown the others
    (run,) = list_runs(place)
    assert run.details["data"]["title"].replace(",", "") in text_of(page).replace(",", "")
    assert run.config.source == ("drawn" if change in (vanish, rename) else str(shapes))
    assert run.fingerprint == open_catalog(place, run.config.source).fingerprint
    assert run.details["data"]["excluded"]["pictures"] == (change is exclude)
    assert run.details["data"]["corrected"]["pictures"] == (change is relabel)


def test_start_without_any_change_trains_on_the_data_that_are_shown(app, place, shapes):
    page = app("train", data="shapes")
    button(page, "Start training").click().run()
    (run,) = list_runs(place)
    assert not page.error
    assert run.details["data"] == describe_data(open_catalog(place, str(shapes)))


@pytest.mark.parametrize("change", [vanish, change_in_place])  # how it is found out is the same as above
def test_train_all_four_trains_on_what_the_page_showed_or_on_nothing(app, place, shapes, started, change):
    page = app("overview", data="shapes")
    button(page, "Train all four").click().run()
    change(place, shapes)
    button(page, "Start 4 runs").click().run()
    assert started == []
    assert SHOWN in "".join(error.value for error in page.error)
    button(page, "Train all four").click().run()
    button(page, "Start 4 runs").click().run()
    assert [run.fingerprint for run in list_runs(place)] == [
        open_catalog(place, "drawn" if change in (vanish, rename) else str(shapes)).fingerprint
    ] * 4


def test_a_damaged_list_of_excluded_images_costs_the_overview_its_button_only(app, place, shapes):
    (place.data / f"excluded-{open_catalog(place, str(shapes)).fingerprint}.json").write_text("{")
    page = app("overview", data="shapes")
    assert button(page, "Train all four").disabled
    assert "is damaged" in button(page, "Train all four").help
    assert "The course" in text_of(page)


@pytest.mark.parametrize("change", [vanish, change_in_place])
def test_a_check_is_of_the_pictures_that_the_page_showed(app, place, shapes, monkeypatch, change):
    checked = []
    monkeypatch.setattr("pages.components.browse.quality.start_job", lambda *arguments: checked.append(arguments))
    page = app("browse", data="shapes")
    change(place, shapes)
    button(page, "Check the images").click().run()
    assert checked == []
    assert any(SHOWN in toast.value for toast in page.toast)


def test_a_model_is_asked_about_the_pictures_that_the_page_showed(app, place, shapes, trained, monkeypatch):
    requests = []
    monkeypatch.setattr("pages.components.evaluate.predictions.predict_dataset", lambda *these: requests.append(these))
    run = trained("model1", source=str(shapes))
    run.files.add_to_config(data=describe_data(open_catalog(place, str(shapes))))
    page = app("evaluate", data="shapes", run=run.id)
    change_in_place(place, shapes)
    next(element for element in page.button if element.key == f"ask-{run.id}").click().run()
    assert requests == []
    assert any(SHOWN in toast.value for toast in page.toast)


def test_the_settings_of_a_run_whose_data_are_gone_say_so(app, place, shapes):
    run = create_run(place, TrainConfig("model2", str(shapes)), "old")
    run.files.write_status(run.status.__class__(state="stopped"))
    shutil.rmtree(shapes)
    page = app("train", {f"run-{run.id}": True})
    page.button(key=f"again-{run.id}").click().run()
    assert any("(folder shapes) are no longer here" in toast.value for toast in page.toast)
    assert open_run(place, run.id).config.source == str(shapes)


def test_an_address_with_data_that_are_gone_says_so(app, place):
    test = app("train", data="*gone*")
    assert "asks for the data \\*gone\\*, but nothing here has that name. All pages show the drawn" in text_of(test)
    assert "nothing here has that name" not in text_of(test.run())


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("page", [name for name, *_ in PAGES + MORE])
def test_every_page_says_that_the_chosen_data_are_gone_and_which_it_shows(app, place, shapes, page):
    test = app(page, data="shapes")
    assert GONE not in text_of(test)
    shutil.rmtree(shapes)
    test.run()
    assert not test.exception
    assert f"{GONE}: they were deleted, moved or renamed. All pages show the drawn images now." in text_of(test)
    assert test.selectbox(key="data").value == "drawn"
    if page == "overview":  # once is enough, on all pages alike
        assert GONE not in text_of(test.run())
