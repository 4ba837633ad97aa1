"""The Class page: handing in, and the teacher's table."""

from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from catdog.datasets import open_dataset
from catdog.handin import grading
from catdog.handin.reader import read_handin
from catdog.handin.rescoring import Answers, select_images
from catdog.handin.store import list_handins, list_newest, list_received
from pages.components import serving, state
from tests.pages.conftest import button, text_of

TEACHER, ADA, BOB = "teacher@school.example", "ada@school.example", "bob@school.example"


@pytest.fixture
def work(trained, place):
    """A finished run with answers to all images."""

    def make(model="model1", **details):
        run = trained(model, **details)
        catalog = open_dataset(place, "drawn").catalog
        run.files.add_to_config(
            data={"source": "drawn", "classes": ["cats", "dogs"], "fingerprint": catalog.fingerprint}
        )
        rows = zip(catalog.paths, catalog.labels, catalog.splits, strict=True)
        lines = [f"{path},{label},{0.9 if label else 0.1},{split}" for path, label, split in rows]
        run.files.predictions.write_text("\n".join(["path,label,probability,split", *lines, ""]))
        return run

    return make


@pytest.fixture
def answers(monkeypatch, place):
    """No model is asked: each is right on every test image."""

    def ask(models, settings, source, split, progress):
        catalog = open_dataset(place, "drawn").catalog
        probabilities = catalog.labels[select_images(catalog, split)].astype(np.float64)
        return dict.fromkeys(models, Answers(probabilities))

    monkeypatch.setattr(grading, "ask_models", ask)


def wait(page):
    """Run the page again until no job is at work."""
    for job in list(state.jobs()._jobs.values()):
        assert job.wait(30)
    return page.run()


def open_handing_in(app):
    return app("classroom", view="Hand in")


def hand_in(app, name="Ada"):
    page = open_handing_in(app)
    page.text_input(key="handin-name").set_value(name).run()
    button(page, "Hand in").click().run()
    page = wait(page)
    assert not page.exception
    return page


def test_without_a_run_there_is_a_way_to_the_first(app):
    page = open_handing_in(app)
    assert "Hand in your runs with a report" in text_of(page)
    assert "There is nothing to hand in yet" in text_of(page)
    assert button(page, "Train a first model")


def test_a_hand_in_needs_a_name_and_is_kept_with_the_best_runs(app, work, place):
    work()
    page = open_handing_in(app)
    button(page, "Hand in").click().run()
    assert page.error[0].value == "Write your name first."
    assert list_newest(place) == []
    page = hand_in(app)
    assert "Handed in" in [header.value for header in page.header]
    assert page.text_input(key="handin-name").value == "Ada"
    (path,) = list_newest(place)
    handin = read_handin(path, place.home / "unpacked")
    assert (handin.name, handin.person, len(handin.runs), handin.findings) == ("Ada", "", 1, ())


def test_the_table_has_a_row_a_student_scored_anew(app, work, answers):
    work()
    hand_in(app)
    page = wait(app("classroom"))
    assert not page.exception
    (row,) = page.dataframe[0].value.to_dict("records")
    assert (row["Student"], row["Test"], row["Scored anew"]) == ("Ada", "75.0%", "100.0%")
    assert row["Difference"] == "+25.0 points"
    assert row["To ask about"] > 0  # evaluation.json does not follow from these answers
    assert "whoever uses this machine sees the table" in text_of(page)


def test_an_empty_class_says_what_will_appear(app):
    page = app("classroom")
    assert "What students hand in on this page will appear here" in text_of(page)


def test_a_hostile_view_is_told_of(app):
    page = app("classroom", view="<b>x")
    assert not page.exception
    assert page.warning


@pytest.fixture
def sign_in(monkeypatch, tmp_path):
    """Let people sign in, with a list of members and one of owners; sign_in(email) is who uses the tab."""
    for name, line in (("MEMBERS", "@school.example"), ("OWNERS", TEACHER)):
        (tmp_path / name).write_text(f"{line}\n")
        monkeypatch.setenv(f"CATDOG_{name}", str(tmp_path / name))
    monkeypatch.setattr(serving, "read_auth", lambda: {"client_id": "dashboard"})
    monkeypatch.setattr("streamlit.context", SimpleNamespace(cookies={"_streamlit_user": "signed"}))

    def become(email):
        monkeypatch.setattr("streamlit.user", {"is_logged_in": True, "email": email, "email_verified": True})

    return become


def test_a_student_hands_in_own_runs_only_and_sees_no_table(app, work, place, sign_in):
    own = work("model1", acts=[{"what": "started", "by": ADA, "at": 1.0}])
    work("model2", acts=[{"what": "started", "by": BOB, "at": 1.0}])
    sign_in(ADA)
    page = app("classroom", view="Table")
    assert not page.dataframe
    assert page.multiselect(key="handin-runs").value == [own.id]
    button(page, "Hand in").click().run()
    wait(page)
    (path,) = list_handins(place, ADA)
    assert read_handin(path, place.home / "unpacked").person == ADA
    sign_in(BOB)
    assert not [header for header in app("classroom").header if header.value == "Handed in"]
    assert list_handins(place, BOB) == []


def test_who_is_no_member_any_more_hands_nothing_in(app, work, place, sign_in):
    work("model1", acts=[{"what": "started", "by": ADA, "at": 1.0}])
    sign_in(ADA)
    page = app("classroom")
    state.settings().members.write_text("@other.example\n")
    button(page, "Hand in").click().run()
    assert not page.exception
    assert button(page, "Hand in").disabled
    assert list_handins(place, ADA) == []


def test_an_owner_sees_the_table(app, work, sign_in, answers):
    work("model1", acts=[{"what": "started", "by": ADA, "at": 1.0}])
    sign_in(ADA)
    page = app("classroom")
    button(page, "Hand in").click().run()
    wait(page)
    sign_in(TEACHER)
    page = wait(app("classroom"))
    assert [row["Student"] for row in page.dataframe[0].value.to_dict("records")] == [ADA]


def test_who_serves_everybody_without_sign_in_shows_no_table(app, work, monkeypatch):
    monkeypatch.setenv("CATDOG_OPEN", "1")
    work()
    page = app("classroom", view="Table")
    assert not page.dataframe
    assert page.multiselect(key="handin-runs").value


def test_zips_from_elsewhere_join_the_table_and_can_be_removed(app, place):
    page = app("classroom")
    page.file_uploader[0].set_value(("../eve.zip", b"no zip", "application/zip"))
    button(page, "Add to the table").click().run()
    page = wait(page)
    assert not page.exception
    assert [path.name for path in list_received(place)] == ["_eve.zip"]
    (row,) = page.dataframe[0].value.to_dict("records")
    assert row["Lessons"] == "can't be read"
    button(page, "Remove these").click().run()
    assert list_received(place) == []


def test_a_zip_that_can_not_be_kept_is_told(app, place):
    place.handins.mkdir(parents=True)
    (place.handins / "received").write_text("in the way")
    page = app("classroom")
    page.file_uploader[0].set_value(("eve.zip", b"no zip", "application/zip"))
    button(page, "Add to the table").click().run()
    assert "eve.zip can't be kept in" in page.error[0].value


def draw_hostile_student():
    from pathlib import Path

    import catdog
    from catdog.handin import Grade
    from pages.components.classroom.student import draw_student

    grade = Grade("eve.zip", "*Eve* http://e.example", "eve@e.example", findings=("See www.e.example.",))
    draw_student(grade, Path(catdog.__file__))


def test_what_a_student_wrote_is_shown_as_it_is():
    page = AppTest.from_function(draw_hostile_student).run()
    assert not page.exception
    assert page.header[0].value == "\\*Eve\\* http:\u2060//e.example"
    assert "eve\u2060@e.example" in page.caption[0].value
    assert "www\u2060.e.example" in text_of(page)
    (download,) = page.get("download_button")
    assert download.proto.label == "Download the hand-in"
