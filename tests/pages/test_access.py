"""Who may change what where people sign in, on the pages themselves; a browser test signs in for real."""

from dataclasses import replace

import pytest

from catdog.runs import create_run, delete_run, list_runs, open_run
from catdog.training import TrainConfig
from pages.components import access, serving

ANNA = {"is_logged_in": True, "email": "Anna@school.example", "email_verified": True}
LOCKED = ("Start training", "Add your own photos", "Check the pictures", "Train all four", "Resume", "Make the file")


@pytest.fixture
def members(tmp_path, monkeypatch):
    """Sign-in is on, and the list of members has Anna's address."""
    file = tmp_path / "members.txt"
    file.write_text("anna@school.example\n", encoding="utf-8")
    monkeypatch.setenv("CATDOG_MEMBERS", str(file))
    monkeypatch.setattr(access, "is_sign_in_enabled", lambda: True)
    monkeypatch.setattr(serving, "_secrets", lambda: {"client_id": "dashboard"})
    return file


@pytest.fixture
def user(monkeypatch):
    """user(claims) lets this person be signed in, with what the provider says of them."""

    def sign_in(claims):
        monkeypatch.setattr("streamlit.user", claims)

    sign_in({})
    return sign_in


def button(page, label):
    """Return the button with these words."""
    return next(one for one in page.button if one.label == label)


def test_without_sign_in_nothing_is_asked_and_nothing_is_locked(app):
    page = app("train")
    assert not button(page, "Start training").disabled
    assert not [one for one in page.button if "Sign" in one.label]


@pytest.mark.parametrize("name", ["overview", "browse", "train", "predict", "compare", "evaluate", "models", "augment"])
def test_whoever_has_not_signed_in_sees_every_page_with_what_changes_things_switched_off(
    app, members, user, trained, name
):
    trained()
    page = app(name)
    assert not page.error
    assert button(page, "Sign in")
    locked = [one for one in page.button if one.label in LOCKED]
    assert locked
    assert all(one.disabled for one in locked)
    assert all("Sign in first" in one.help for one in locked)


def test_a_member_may_do_everything_and_the_run_notes_who(app, members, user, place, monkeypatch):
    monkeypatch.setattr("catdog.runs.actions.start_run", lambda settings, run: None)
    user(ANNA)
    page = app("train")
    button(page, "Start training").click().run()
    assert not page.exception
    [run] = list_runs(place)
    assert [(act.what, act.by) for act in run.audit_log] == [("started", "anna@school.example")]


STRANGERS = [
    {},
    {"is_logged_in": True, "email": "ben@school.example"},
    ANNA | {"email_verified": False},
    {"is_logged_in": True},
]


@pytest.mark.parametrize("claims", STRANGERS)
def test_a_click_of_somebody_who_is_no_member_any_more_changes_nothing(app, members, user, place, trained, claims):
    run = trained()
    for key, name in (("start", ""), (f"save-{run.id}", "Other"), (f"keep-{run.id}", ""), (f"really-{run.id}", "")):
        user(ANNA)
        page = app("train")
        page.session_state[f"run-{run.id}"] = True
        page.run()
        if name:
            page.text_input(key=f"name-{run.id}").set_value(name)
        user(claims)  # between the drawing and the click
        next(one for one in page.button if one.key == key).click().run()
        assert not page.exception
    assert [(one.id, one.name) for one in list_runs(place)] == [(run.id, run.name)]


@pytest.mark.parametrize("claims", STRANGERS)
def test_what_happens_before_the_page_is_drawn_anew_is_refused_too(app, members, user, place, claims):
    run = create_run(place, TrainConfig("model1", "drawn"))
    user(ANNA)
    page = app("train")
    user(claims)
    next(one for one in page.button if one.key == f"stop-{run.id}").click().run()
    assert len(page.toast) == 1
    assert open_run(place, run.id).state == "queued"
    delete_run(place, replace_state(run))
    user(ANNA)
    page = app("overview")
    user(claims)
    button(page, "Train all four").click().run()
    assert page.error
    assert list_runs(place) == []


def replace_state(run):
    """Let a queued run have been stopped, and return it."""
    run.files.write_status(replace(run.status, state="stopped"))
    return run


def test_without_a_list_nobody_is_a_member(app, members, user, monkeypatch):
    monkeypatch.delenv("CATDOG_MEMBERS")
    user(ANNA)
    page = app("train")
    assert button(page, "Start training").disabled
    assert (
        "CATDOG\\_MEMBERS" in button(page, "Start training").help or "CATDOG_MEMBERS" in page.sidebar.caption[-1].value
    )


def test_more_runs_than_a_person_may_have_are_refused_before_the_click(app, members, user, monkeypatch):
    monkeypatch.setenv("CATDOG_LIMIT_RUNS", "3")
    user(ANNA)
    page = app("train", models=["model1", "model2", "model3"])
    assert not button(page, "Start training 3 models").disabled
    assert any("0 of 3 runs of yours" in caption.value for caption in page.caption)
    page = app("train", models=["model1", "model2", "model3", "model4"])
    assert button(page, "Start training 4 models").disabled
    assert any("Each person may have 3 runs" in warning.value for warning in page.warning)
