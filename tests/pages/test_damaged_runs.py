"""Damaged runs on every page and in every command: a bad run costs its own line only, and can be deleted."""

import json
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from catdog.__main__ import main
from catdog.runs import DamagedRun, Run, list_entries, list_runs, open_run
from catdog.settings import Settings
from pages.components import course, state
from tests.damaged_runs import WHOLE, active_status, run_files, write_run
from tests.pages.conftest import button, text_of

pytestmark = pytest.mark.usefixtures("stored")

PAGES = [name for name, *_ in course.PAGES + course.MORE]
NUMBERS = count()
CALM = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


def whole(**changes: object) -> dict[str, str | None]:
    """The files of a run, with changes to some, by their stems."""
    files = WHOLE | {f"{stem}.json": content for stem, content in changes.items()}
    return {name: content if isinstance(content, str) else json.dumps(content) for name, content in files.items()}


def open_all(app: Callable[..., AppTest], place: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Open every page with all runs chosen and all details open; return their words. No page may raise anything."""
    monkeypatch.setattr("pages.components.train.run_list.RUNS_PER_PAGE", 1000)
    ids = [entry.name if isinstance(entry, DamagedRun) else entry.id for entry in list_entries(place)]
    words = {}
    for name in PAGES:
        chosen = {"run": ids} if name in ("compare", "evaluate", "explore", "predict") else {}
        details = {f"run-{run_id}": True for run_id in ids if name == "train"}
        page = app(name, details, **chosen, **({"sample": "1"} if name == "predict" else {}))
        words[name] = text_of(page) + "\n".join(line.label for line in page.expander)
    return words


@pytest.fixture
def damaged(place: Settings, trained: Callable[..., Run]) -> dict[str, Path]:
    """A whole run, and beside it each of the damages that took whole pages down."""
    trained("model4", test=0.75)
    config = WHOLE["config.json"]
    changes = {
        "text-score": {"evaluation": {"test": {"accuracy": "high"}}},
        "list-of-scores": {"evaluation": {"test": [1, 2]}},
        "data-list": {"config": config | {"data": ["a"]}},
        "data-null": {"config": config | {"data": None}},
        "classes-null": {"config": config | {"data": config["data"] | {"classes": None}}},
        "late": {"status": WHOLE["status.json"] | {"finished": 1e300}},
        "weights-text": {"config": config | {"weights": "mine"}},
        "half-text": {"config": config | {"name": "\ud800", "note": "\ud800"}},
        "active": {"status": active_status(), "config": config | {"data": "a", "versions": []}},
        "no-config": {"config": "{"},
        "link": {},
    }
    folders = {name: write_run(place.runs / name, whole(**change)) for name, change in changes.items()}
    outside = folders["link"].rename(place.home / "outside")
    folders["link"].symlink_to(outside)
    return folders


def test_a_damaged_run_costs_no_page_more_than_its_own_line(app, place, damaged, monkeypatch):
    words = open_all(app, place, monkeypatch)
    assert "Test accuracy **75.0%** of model4" in words["overview"]
    for name in set(damaged) - {"data-null", "classes-null", "active"}:
        label = "mine" if name not in ("half-text", "no-config", "link") else name
        assert any(line.startswith(f"**{label}") and "**damaged**" in line for line in words["train"].splitlines())
    assert r"text-score/evaluation.json is damaged (test.accuracy is 'high'" in words["train"].replace("\\", "")
    assert r"data-list/config.json is damaged (data is a list" in words["compare"].replace("\\", "")
    assert "no-config/config.json is damaged" in words["evaluate"].replace("\\", "")


@pytest.mark.parametrize("name", ["text-score", "data-list", "no-config", "link"])
def test_a_damaged_run_is_deleted_on_the_page(app, place, damaged, name, monkeypatch):
    monkeypatch.setattr("pages.components.train.run_list.RUNS_PER_PAGE", 1000)
    page = app("train", {f"run-{name}": True})
    page.button(key=f"really-{name}").click().run()
    assert not page.exception
    assert not any(name in error.value for error in page.error)
    assert not damaged[name].is_symlink()
    assert not damaged[name].exists()
    assert (place.home / "outside" / "config.json").exists()


def test_damage_done_while_the_server_runs_is_seen_and_so_is_its_repair(app, place, trained):
    run = trained()
    whole = run.files.config.read_text()
    page = app("train")
    run.files.config.write_text("{")
    page.run()
    assert any("**damaged**" in line.label for line in page.expander)
    assert "1 can't be read" in text_of(page)
    run.files.config.write_text(whole)
    page.run()
    assert not any("**damaged**" in line.label for line in page.expander)


def test_what_is_done_with_a_run_that_was_deleted_elsewhere_says_so(app, place, trained):
    run = trained()
    page = app("train", {f"run-{run.id}": True})
    assert main(["runs", "delete", run.id]) == 0
    page.text_input(key=f"name-{run.id}").set_value("new")
    page.button(key=f"save-{run.id}").click().run()
    assert not page.exception
    assert [error.value.replace("\\", "") for error in page.error] == [
        f"There is no run '{run.id}': it may have been deleted."
    ]
    assert not run.folder.exists()


def test_impatient_clicks_start_one_run(app, place, monkeypatch):
    started = []
    monkeypatch.setattr("catdog.runs.executors.local.start", lambda settings, files: started.append(files.path.name))
    page = app("train")
    for _ in range(3):
        button(page, "Start training").click().run()
    assert len(started) == 1
    page.number_input(key="seed").set_value(7)
    button(page, "Start training").click().run()
    assert [run.config.seed for run in list_runs(place)] == [7, 1]


def damage_many(place: Settings, cases: list[dict[str, str | None]]) -> list[Path]:
    return [write_run(place.runs / f"run-{next(NUMBERS)}", files) for files in cases]


def check_pages(app, place, monkeypatch, cases):
    """Open every page with these runs and no others."""
    shutil.rmtree(place.runs, ignore_errors=True)
    damage_many(place, cases)
    open_all(app, place, monkeypatch)
    for entry in state.run_entries():
        if isinstance(entry, Run):
            assert open_run(place, entry.id).id == entry.id


def check_commands(place, monkeypatch, capsys, files):
    """Call every command with a run; each ends with a status of its own and at most one line for each fault."""
    monkeypatch.setattr("catdog.inference.predictor.load_predictor", lambda path, name: None)
    monkeypatch.setattr("catdog.export.process._run_job", lambda *_: None)
    (folder,) = damage_many(place, [files])
    for words in (
        *(["runs"], ["runs", "--json"], ["runs", "show", folder.name], ["runs", "show", folder.name, "--json"]),
        *(["evaluate", folder.name], ["evaluate", folder.name, "--json"], ["predict", folder.name, "nothing.jpg"]),
        *(
            ["export", folder.name, "--format", "keras"],
            ["runs", "note", folder.name, "x"],
            ["runs", "up", folder.name],
        ),
        *(["runs", "stop", folder.name], ["runs", "delete", folder.name]),
    ):
        assert main(words) in (0, 1)
        printed = capsys.readouterr()
        assert all(line.startswith("catdog: ") for line in printed.err.splitlines())
        if "--json" in words and printed.out:
            json.loads(printed.out)
    assert not folder.exists() or open_run(place, folder.name).state in ("queued", "running", "stopping")


@hypothesis_settings(max_examples=1, deadline=None, suppress_health_check=CALM, derandomize=True)
@given(cases=st.lists(run_files(), min_size=25, max_size=25))
def test_no_damage_takes_a_page_down(app, place, trained, monkeypatch, cases):
    check_pages(app, place, monkeypatch, cases)


@hypothesis_settings(max_examples=8, deadline=None, suppress_health_check=CALM, derandomize=True)
@given(files=run_files())
def test_no_damage_ends_a_command_with_a_traceback(place, monkeypatch, capsys, files):
    check_commands(place, monkeypatch, capsys, files)


@pytest.mark.slow
@hypothesis_settings(max_examples=5, deadline=None, suppress_health_check=CALM)
@given(cases=st.lists(run_files(), min_size=20, max_size=20))
def test_no_damage_of_many_takes_a_page_down(app, place, trained, monkeypatch, cases):
    check_pages(app, place, monkeypatch, cases)


@pytest.mark.slow
@hypothesis_settings(max_examples=100, deadline=None, suppress_health_check=CALM)
@given(files=run_files())
def test_no_damage_of_many_ends_a_command_with_a_traceback(place, monkeypatch, capsys, files):
    check_commands(place, monkeypatch, capsys, files)
