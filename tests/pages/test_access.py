"""Who may change what where people sign in, on the pages themselves; a browser test signs in for real."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from catdog.datasets import open_dataset
from catdog.runs import create_run, list_runs, open_run
from catdog.runs.audit import record_action
from catdog.settings import Settings
from catdog.training import TrainConfig
from catdog.training.recipes import make_config
from pages.components import access, serving, state
from tests.pages.conftest import button
from tests.pages.lessons import fill_run

ANNA = {"is_logged_in": True, "email": "Anna@school.example", "email_verified": True}
LOCKED = ("Start training", "Add your own photos", "Check the images", "Train all four", "Resume", "Make the file")
BEN = ANNA | {"email": "ben@school.example"}
COOKIE = {"_streamlit_user": "signed"}
NOBODY: dict[str, object] = {}


@pytest.fixture
def members(tmp_path, monkeypatch):
    """Sign-in is on, and the list of members has Anna's address."""
    file = tmp_path / "members.txt"
    file.write_text("anna@school.example\n", encoding="utf-8")
    monkeypatch.setenv("CATDOG_MEMBERS", str(file))
    monkeypatch.setattr(serving, "read_auth", lambda: {"client_id": "dashboard"})
    return file


@pytest.fixture
def user(monkeypatch):
    """user(claims) lets this person be signed in, with what the provider says of them."""
    monkeypatch.setattr("streamlit.context", SimpleNamespace(cookies=COOKIE))

    def sign_in(claims):
        monkeypatch.setattr("streamlit.user", claims)

    sign_in(NOBODY)
    return sign_in


def keyed(page, key):
    """Return the button with this key."""
    return next(element for element in page.button if element.key == key)


def test_without_sign_in_nothing_is_locked(app):
    page = app("train")
    assert not button(page, "Start training").disabled
    assert not [element for element in page.button if "Sign" in element.label]


@pytest.mark.parametrize("name", ["overview", "browse", "train", "predict"])
def test_a_visitor_sees_the_page_with_what_changes_things_locked(app, members, user, trained, name):
    run = trained()
    page = app(name, {f"run-{run.id}": True})
    if name == "train":
        assert keyed(page, f"make-{run.id}").disabled
    assert not page.error
    assert button(page, "Sign in")
    locked = [element for element in page.button if element.label in LOCKED]
    assert locked
    assert all(element.disabled for element in locked)
    assert all("Sign in first" in element.help for element in locked)


def test_a_visitor_reads_the_lessons_and_their_progress_is_not_kept(app, members, user, place):
    page = app("lesson")
    locked = ("Keep my prediction", "I don't know")
    assert all(button(page, label).disabled for label in locked)
    assert "Sign in first" in button(page, locked[0]).help
    page = app("browse")
    keyed(page, "put-away").click().run()
    assert not [element for element in page.button if element.key == "put-away"]
    assert not page.error
    assert not place.progress.exists()


def test_who_signs_in_has_their_own_progress_in_every_browser(app, members, user, place):
    user(ANNA)
    page = app("lesson", lesson="look-at-the-data")
    button(page, "I don't know").click().run()
    assert "Task 1 of 3" in page.header[0].value
    assert "Task 1 of 3" in app("lesson", lesson="look-at-the-data").header[0].value
    [file] = place.progress.glob("*.json")
    assert "anna" not in file.name
    user(BEN)
    assert "your prediction" in app("lesson", lesson="look-at-the-data").header[0].value


def test_only_ones_own_runs_count_in_a_lesson(app, members, user, place, trained):
    catalog = open_dataset(place, "drawn").catalog
    config = make_config("model1", source="drawn", epochs=20)
    fill_run(place, trained("model1", config=config.to_dict()), catalog, epochs=20)
    user(ANNA)
    page = app("lesson", lesson="first-cnn")
    button(page, "I don't know").click().run()
    assert "Task 1 of 3" in page.header[0].value
    [run] = list_runs(place)
    record_action(run.files, "started", "anna@school.example")
    assert "Task 2 of 3" in app("lesson", lesson="first-cnn").header[0].value


def test_a_member_may_do_everything_and_the_run_notes_who(app, members, user, place, monkeypatch):
    monkeypatch.setattr("catdog.runs.executors.local.start", lambda settings, files: None)
    user(ANNA)
    page = app("train")
    button(page, "Start training").click().run()
    assert not page.exception
    [run] = list_runs(place)
    assert [(entry.what, entry.by) for entry in run.audit_log] == [("started", "anna@school.example")]


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        (NOBODY, "Sign in first: the button is in the sidebar."),
        ({"is_logged_in": True, "email": "ben@school.example"}, "ben\u2060@school.example is not on the list"),
        (ANNA | {"email_verified": False}, "Your account has no verified e-mail address"),
        ({"is_logged_in": True}, "Your account has no verified e-mail address"),
        (ANNA, ""),
    ],
)
def test_whoever_is_no_member_is_told_why(place, members, user, claims, reason):
    user(claims)
    assert access.reason_denied().startswith(reason)
    assert bool(access.reason_denied()) == bool(reason)


def test_clicks_of_somebody_who_is_no_member_any_more_change_nothing(app, members, user, place, trained):
    run = trained()
    user(ANNA)
    page = app("train")
    page.session_state[f"run-{run.id}"] = True
    for key in ("start", f"save-{run.id}", f"keep-{run.id}", f"make-{run.id}", f"really-{run.id}"):
        user(ANNA)
        page.run()
        page.text_input(key=f"name-{run.id}").set_value("Other")
        page.text_area(key=f"text-{run.id}").set_value("Other")
        user(NOBODY)  # between the drawing and the click
        keyed(page, key).click().run()
        assert not page.exception
        told = any("Sign in first" in error.value for error in page.error)
        assert told == (key not in ("start", f"make-{run.id}"))  # switched off, these two do not even arrive
    [same] = list_runs(place)
    assert (same.id, same.name, same.note) == (run.id, run.name, run.note)


def test_what_happens_before_the_page_is_drawn_anew_is_refused_too(app, members, user, place):
    run = create_run(place, TrainConfig("model1", "drawn"), by="anna@school.example")
    user(ANNA)
    page = app("train")
    user(NOBODY)
    keyed(page, f"stop-{run.id}").click().run()
    assert len(page.toast) == 1
    assert open_run(place, run.id).state == "queued"
    run.files.write_status(replace(run.status, state="stopped"))
    user(ANNA)
    page = app("overview")
    button(page, "Train all four").click().run()
    user(NOBODY)
    button(page, "Start 4 runs").click().run()
    assert page.error
    assert [same.id for same in list_runs(place)] == [run.id]


def test_members_change_their_own_runs_and_owners_all(app, members, user, place, trained, tmp_path, monkeypatch):
    members.write_text("anna@school.example\nben@school.example\n", encoding="utf-8")
    run = trained()
    record_action(run.files, "started", "anna@school.example")

    def delete_as(person):
        user(person)
        page = app("train", {f"run-{run.id}": True})
        return keyed(page, f"really-{run.id}").click().run()

    [refused] = delete_as(BEN).error
    assert "is not yours" in refused.value
    assert not keyed(app("train"), "start").disabled
    owners = tmp_path / "owners.txt"
    owners.write_text("carl@school.example\n", encoding="utf-8")
    monkeypatch.setenv("CATDOG_OWNERS", str(owners))
    assert delete_as(BEN).error
    assert [same.id for same in list_runs(place)] == [run.id]
    assert not delete_as({**BEN, "email": "carl@school.example"}).error  # an owner need not be listed as a member
    assert list_runs(place) == []


def test_what_waits_for_somebody_else_is_locked_with_the_reason(app, members, user, place):
    run = create_run(place, TrainConfig("model1", "drawn"), by="ben@school.example")
    user(ANNA)
    stop = keyed(app("train"), f"stop-{run.id}")
    assert stop.disabled
    assert "is not yours" in stop.help


def test_whoever_has_signed_out_in_another_tab_is_nobody_in_this_one(app, members, user, place):
    user(ANNA)
    page = app("train")
    serving.sign_outs().add(COOKIE)
    button(page, "Start training").click().run()
    assert list_runs(place) == []
    assert button(page, "Start training").help.startswith("You have signed out")
    assert any("You have signed out" in caption.value for caption in page.sidebar.caption)
    assert button(page, "Sign in")
    assert access.person() == ""


def test_whoever_signs_out_at_the_moment_of_a_click_does_not_act_as_everybody(place, members, user, monkeypatch):
    people = iter(("anna@school.example", ""))
    monkeypatch.setattr(access, "person", lambda: next(people))
    assert access.perform(lambda settings, by: by) == "anna@school.example"


@pytest.mark.parametrize("person", [NOBODY, ANNA])
def test_losing_sign_in_locks_everything_with_a_sentence(app, members, user, place, monkeypatch, person):
    lost = {"client_id": "dashboard", "client_secret": "as it was at the start"}
    monkeypatch.setattr(access, "started", lambda: serving.Start(Settings.from_environment(), lost))
    monkeypatch.setattr(serving, "started", access.started)
    user(person)
    page = app("train")
    assert button(page, "Start training").disabled
    assert "nobody may change anything" in button(page, "Start training").help
    assert any("nobody may change anything" in caption.value for caption in page.sidebar.caption)
    assert not [element for element in page.button if "Sign" in element.label]


@pytest.mark.parametrize(
    ("person", "content"),
    [(NOBODY, None), (ANNA, b""), (ANNA, b"\xff")],
    ids=["removed", "emptied", "unreadable"],
)
def test_losing_the_list_of_members_locks_everything_with_a_sentence(app, members, user, person, content):
    user(person)
    page = app("train")
    members.unlink()
    if content is not None:
        members.write_bytes(content)
    page.run()
    assert button(page, "Start training").disabled
    assert "nobody may change anything" in button(page, "Start training").help
    assert any("nobody may change anything" in caption.value for caption in page.sidebar.caption)


def test_without_a_list_nobody_is_a_member(app, members, user, monkeypatch):
    monkeypatch.delenv("CATDOG_MEMBERS")
    user(ANNA)
    page = app("train")
    assert button(page, "Start training").disabled
    assert "CATDOG_MEMBERS" in button(page, "Start training").help
    assert "CATDOG_MEMBERS" in page.sidebar.caption[-1].value


def test_more_runs_than_a_person_may_have_can_not_be_started(app, members, user, monkeypatch):
    monkeypatch.setenv("CATDOG_LIMIT_RUNS", "3")
    user(ANNA)
    page = app("train", models=["model1", "model2", "model3"])
    assert not button(page, "Start training 3 models").disabled
    assert any("0 of 3 runs of yours" in caption.value for caption in page.caption)
    page = app("train", models=["model1", "model2", "model3", "model4"])
    assert button(page, "Start training 4 models").disabled
    assert any("Each person may have 3 runs" in warning.value for warning in page.warning)


@pytest.fixture
def two_runs(trained, members, monkeypatch, tmp_path):
    """Runs are private; Anna and Ben each have one, and Carl is an owner of the dashboard."""
    members.write_text("@school.example\n", encoding="utf-8")
    owners = tmp_path / "owners.txt"
    owners.write_text("carl@school.example\n", encoding="utf-8")
    monkeypatch.setenv("CATDOG_OWNERS", str(owners))
    monkeypatch.setenv("CATDOG_PRIVATE_RUNS", "1")
    runs = []
    for model, email in (("model1", "anna@school.example"), ("model2", "ben@school.example")):
        run = trained(model)
        record_action(run.files, "started", email)
        runs.append(run)
    return runs


def listed(page):
    """The ids of the runs that the Train page lists."""
    return {element.key.removeprefix("again-") for element in page.button if str(element.key).startswith("again-")}


def open_runs(app, runs):
    return app("train", {f"run-{run.id}": True for run in runs})


def test_private_runs_are_seen_by_their_owner_and_owners_only(app, user, two_runs):
    anna, ben = two_runs
    user(ANNA)
    assert listed(open_runs(app, two_runs)) == {anna.id}
    user(BEN)
    assert listed(open_runs(app, two_runs)) == {ben.id}
    user(ANNA | {"email": "carl@school.example"})
    assert listed(open_runs(app, two_runs)) == {anna.id, ben.id}
    user(NOBODY)
    assert listed(open_runs(app, two_runs)) == set()


def test_runs_that_were_listed_for_others_stay_private(app, user, two_runs):
    user(ANNA | {"email": "carl@school.example"})
    open_runs(app, two_runs)
    assert len(state.list_known_runs()) == 2
    user(NOBODY)
    assert state.list_known_runs() == []


def test_an_address_that_names_a_private_run_shows_nothing_of_it(app, user, two_runs):
    anna, _ = two_runs
    user(BEN)
    page = app("compare", run=anna.id)
    assert any("there is no such run" in warning.value for warning in page.warning)
    assert anna.name not in "".join(element.value for element in page.markdown)


def test_a_switch_shares_a_private_run_with_everybody(app, user, place, two_runs):
    anna, ben = two_runs
    user(ANNA)
    page = open_runs(app, two_runs)
    page.toggle(key=f"share-{anna.id}").set_value(True).run()
    assert open_run(place, anna.id).shared
    user(BEN)
    page = open_runs(app, two_runs)
    assert listed(page) == {anna.id, ben.id}
    assert page.toggle(key=f"share-{anna.id}").disabled
    user(ANNA)
    open_runs(app, two_runs).toggle(key=f"share-{anna.id}").set_value(False).run()
    assert not open_run(place, anna.id).shared


def test_without_the_setting_everybody_sees_every_run(app, user, two_runs, monkeypatch):
    monkeypatch.setenv("CATDOG_PRIVATE_RUNS", "0")
    user(BEN)
    page = open_runs(app, two_runs)
    assert listed(page) == {run.id for run in two_runs}
    assert not [element for element in page.toggle if str(element.key).startswith("share-")]
