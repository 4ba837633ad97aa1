"""The view "Clean" of the Explore page, driven through Streamlit's AppTest, on features that are colours."""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from catdog.datasets import add_user_dataset, open_catalog
from catdog.datasets.corrections import list_corrections, relabel_images
from catdog.datasets.exclusions import list_excluded
from pages.components import serving
from pages.components.explore import decisions
from tests.pages.conftest import alternatives, button, coloured_folder, text_of

pytestmark = pytest.mark.usefixtures("stored")

WRONG = ("circles/bright.jpg", "squares/dark.jpg")


@pytest.fixture
def shapes(place):
    """A folder of dark circles and bright squares, one of each in the other's folder."""
    root = coloured_folder(place.data / "own" / "shapes", circles=30, squares=30)
    for path, level in zip(WRONG, (225, 45), strict=True):
        Image.fromarray(np.full((20, 30, 3), level, np.uint8)).save(root / path)
    return root


@pytest.fixture
def clean(app, shapes):
    """Open the view on the shapes."""
    return lambda **address: app("explore", view="Clean", data="shapes", **address)


def shown(page) -> str:
    """The photo that is asked about."""
    return alternatives(page)[0].removeprefix("The photo ").partition(",")[0]


def press(page, label: str):
    return button(page, label).click().run()


def labelled(place, shapes, path: str) -> str:
    catalog = open_catalog(place, str(shapes))
    return catalog.classes[catalog.labels[catalog.paths.index(path)]]


def test_doubted_photos_are_asked_about_one_by_one_with_the_reason(clean):
    page = clean()
    assert not page.exception
    assert "1 of 2" in text_of(page)
    first = shown(page)
    other = "squares" if first == WRONG[0] else "circles"
    assert alternatives(page)[1:4] == [f"A photo like it, labelled {other}"] * 3
    assert f"these {other} look most like it" in text_of(page)
    press(page, "Next")
    assert {first, shown(page)} == set(WRONG)
    assert "2 of 2" in text_of(page)
    assert button(page, "Next").disabled
    press(page, "Previous")
    assert shown(page) == first


def test_the_address_says_which_photo_is_shown(clean):
    page = clean(doubt=WRONG[1])
    assert shown(page) == WRONG[1]
    page = clean(doubt="no/such.jpg")
    assert "There is no photo 'no/such.jpg' in this data" in "".join(warning.value for warning in page.warning)
    assert shown(page) in WRONG


def test_a_relabelled_photo_is_relabelled_everywhere_and_undone(clean, place, shapes):
    page = clean(doubt=WRONG[0])
    press(page, "Relabel as squares")
    assert labelled(place, shapes, WRONG[0]) == "squares"
    assert shown(page) == WRONG[1]
    assert f"{WRONG[0]}: circles → squares" in text_of(page)
    press(page, "Undo")
    assert labelled(place, shapes, WRONG[0]) == "circles"
    assert shown(page) == WRONG[0]
    assert "Nothing has been relabelled, kept or excluded yet" in text_of(page)


def test_a_kept_label_is_not_asked_about_again(clean, place, shapes):
    page = clean(doubt=WRONG[0])
    press(page, "Keep circles")
    assert labelled(place, shapes, WRONG[0]) == "circles"
    press(page, "Relabel as circles")
    press(page, "Look for more doubts")
    assert "No label is in doubt" in "".join(success.value for success in page.success)
    page = clean()
    assert "Decisions (2)" in text_of(page)
    assert "No label is in doubt" in "".join(success.value for success in page.success)


def test_an_excluded_photo_is_excluded_and_comes_back(clean, place, shapes):
    page = clean(doubt=WRONG[1])
    press(page, "Exclude")
    catalog = open_catalog(place, str(shapes))
    assert list_excluded(place, catalog) == (WRONG[1],)
    assert f"{WRONG[1]}: excluded" in text_of(page)
    press(page, "Undo")
    assert list_excluded(place, catalog) == ()


def test_each_decision_of_the_list_can_be_undone(clean, place, shapes):
    page = clean(doubt=WRONG[0])
    press(page, "Relabel as squares")
    press(page, "Exclude")
    for path in WRONG:
        next(element for element in page.button if (element.key or "").endswith(f"-{path}")).click().run()
    assert labelled(place, shapes, WRONG[0]) == "circles"
    assert list_excluded(place, open_catalog(place, str(shapes))) == ()
    assert button(page, "Undo").disabled


def test_the_later_of_two_browsers_is_told(clean, place, shapes):
    first, second = clean(doubt=WRONG[0]), clean(doubt=WRONG[0])
    press(first, "Relabel as squares")
    press(second, "Relabel as squares")
    assert "was labelled squares meanwhile, so nothing was changed" in second.toast[0].value
    assert list_corrections(place, open_catalog(place, str(shapes))).changed == (WRONG[0],)
    assert ":material/edit: Relabelled as squares" in text_of(second)


def test_photos_that_changed_since_are_not_relabelled(clean, place, shapes):
    page = clean(doubt=WRONG[0])
    Image.fromarray(np.zeros((20, 30, 3), np.uint8)).save(shapes / WRONG[0])
    press(page, "Relabel as squares")
    assert "The data have changed since this page showed" in page.toast[0].value
    assert list_corrections(place, open_catalog(place, str(shapes))).present == ()


def test_whether_it_helped_is_said_with_its_interval(clean):
    page = clean(doubt=WRONG[0])
    assert button(page, "Did it help?").disabled
    press(page, "Relabel as squares")
    press(page, "Relabel as circles")
    assert "with 2 photos changed" in text_of(page)
    press(page, "Did it help?")
    assert not page.exception
    assert "**A measurable gain: the error falls from" in text_of(page)
    assert "95% interval" in text_of(page)
    assert len(page.get("plotly_chart")) == 1
    press(page, "Undo")  # the answer was about other labels
    assert "measurable gain" not in text_of(page)


def test_a_csv_file_is_exported_and_imported(clean, place, shapes):
    page = clean()
    assert page.get("download_button")[0].proto.disabled
    file = next(element for element in page.get("file_uploader") if "columns path and new" in element.label)
    file.upload("labels.csv", f"path,new\n{WRONG[0]},square\n".encode(), "text/csv").run()
    assert labelled(place, shapes, WRONG[0]) == "squares"
    assert "1 label is imported." in page.toast[0].value
    assert "1 of 1" in text_of(page)
    assert shown(page) == WRONG[1]
    assert not page.get("download_button")[0].proto.disabled


def test_a_csv_file_that_can_not_be_used_is_one_sentence(clean, place, shapes):
    page = clean()
    file = next(element for element in page.get("file_uploader") if "columns path and new" in element.label)
    file.upload("labels.csv", b"path,new\nnot/there.jpg,squares\n", "text/csv").run()
    assert "These data have no photo" in page.toast[0].value
    assert list_corrections(place, open_catalog(place, str(shapes))).present == ()


def test_many_decisions_are_on_several_pages(clean, place, shapes):
    catalog = open_catalog(place, str(shapes))
    relabel_images(place, catalog, dict.fromkeys(catalog.paths[:8], "circles"))
    page = clean()
    assert "Decisions (8)" in text_of(page)
    assert sum("circles, kept" in element.value for element in page.markdown) == decisions.SHOWN


def test_a_damaged_list_is_said_and_stays_as_it_is(clean, place, shapes):
    file = place.data / f"corrections-{open_catalog(place, str(shapes)).fingerprint}.json"
    page = clean()
    file.write_text("{")
    page.run()
    assert any("The list of corrected labels" in error.value for error in page.error)
    assert file.read_text() == "{"


@pytest.fixture
def sign_in(tmp_path, monkeypatch):
    """sign_in(email) makes this a server for members, Anna alone, and lets this person be signed in, "" for nobody."""
    file = tmp_path / "members.txt"
    file.write_text("anna@school.example\n")

    def sign_in(email: str) -> None:
        monkeypatch.setenv("CATDOG_MEMBERS", str(file))
        monkeypatch.setattr(serving, "read_auth", lambda: {"client_id": "dashboard"})
        monkeypatch.setattr("streamlit.context", SimpleNamespace(cookies={"_streamlit_user": "signed"}))
        monkeypatch.setattr("streamlit.user", {"is_logged_in": bool(email), "email": email})

    return sign_in


def test_a_visitor_sees_the_doubts_but_can_change_nothing(clean, place, shapes, sign_in):
    page = clean(doubt=WRONG[0])
    sign_in("")
    press(page, "Relabel as squares")  # drawn before the sign-in was set up
    assert "Sign in first" in page.toast[0].value
    assert list_corrections(place, open_catalog(place, str(shapes))).present == ()
    for label in ("Keep circles", "Relabel as squares", "Exclude"):
        assert button(page, label).disabled
        assert "Sign in first" in button(page, label).help


def test_a_member_corrects_their_own_set_by_name_and_no_other(app, clean, place, shapes, tmp_path, sign_in):
    folder = shapes.rename(tmp_path / "mine")
    mine = add_user_dataset(place, folder, "mine", by="anna@school.example")
    sign_in("anna@school.example")
    page = app("explore", view="Clean", data="mine", doubt=WRONG[0])
    press(page, "Relabel as squares")
    [correction] = list_corrections(place, open_catalog(place, mine.source)).present
    assert (correction.path, correction.by) == (WRONG[0], "anna@school.example")
    assert "anna\u2060@school.example" in text_of(page)
    page = app("explore", view="Clean", data="drawn")
    assert "is not yours" in button(page, "Exclude").help
