"""Two trainings, one of them stopped half way, and a restart of the server between: nothing gets lost."""

import re
from urllib.parse import urlencode

import psutil
import pytest
from playwright.sync_api import Page, expect

from catdog.comparison import label_runs
from catdog.runs import Run, list_runs, open_run
from pages.components.course import MORE, PAGES
from tests.browser.visitor import drawn, lines, main

pytestmark = pytest.mark.browser

SHORT, LONG = 1, 3  # epochs
SCORED = re.compile(r"validation accuracy \d+\.\d% · test accuracy \d+\.\d%")


def line_of(window: Page, run: Run):
    """Return the line of an ended run in the list of earlier runs."""
    return window.locator(f".st-key-run-{run.id} summary")


def card_of(window: Page, run: Run):
    """Return the card of a run that waits or trains."""
    return window.locator(f".st-key-active-{run.id}")


def test_a_stopped_run_survives_a_restart_and_resumes(start, visitors):
    server = start()
    server.train_lightly()
    server.hold_trainings(2)  # so that it can't end before somebody has pressed Stop
    visitor = visitors(server.address)
    window = visitor.visit("train", epochs=LONG, share=20)
    page = main(window)
    runs = []
    for epochs in (LONG, SHORT):
        if runs:  # one trains, or its result is shown; the address names settings, so the form is unfolded
            visitor.go(window, "train", epochs=epochs, share=20)
        page.get_by_role("button", name="Start training").click()
        expect(window.locator("[class*='st-key-active-'], [class*='st-key-run-']")).to_have_count(len(runs) + 1)
        runs.append(list_runs(server.settings)[0])
    first = runs[0]
    assert [run.config.epochs for run in runs] == [LONG, SHORT]

    expect(card_of(window, first).get_by_text(f"Epoch 2 of {LONG}")).to_be_visible()
    supervisor = psutil.Process(open_run(server.settings, first.id).status.pid)
    processes = [supervisor, *supervisor.children()]
    for process in processes:
        process.suspend()  # so that the wish to stop is seen before it is fulfilled
    card_of(window, first).get_by_role("button", name="Stop").click()
    expect(card_of(window, first).get_by_text("Stopping after this step")).to_be_visible()
    for process in processes:
        process.resume()
    expect(line_of(window, first)).to_contain_text(re.compile(f"stopped · {SCORED.pattern}"))
    stopped = open_run(server.settings, first.id)
    reached = stopped.history()
    assert reached["epoch"] == [1]

    window.goto("about:blank")  # a page that is open meanwhile rightly complains
    left = server.settings.data / "own" / ".new-0a1b2c3d" / "cats"  # by a server that was killed as it unpacked a zip
    left.mkdir(parents=True)
    server.restart()
    assert not left.parent.exists()
    visitor.go(window, "train")  # the first page of all after the restart
    expect(page.get_by_role("heading", name="Train", level=1)).to_be_visible()
    expect(window.get_by_test_id("stSidebarNavLink")).to_have_count(len(PAGES + MORE))
    expect(window.get_by_test_id("stSidebar").get_by_role("combobox", name="Data")).to_be_visible()
    expect(line_of(window, first)).to_contain_text("stopped")
    expect(line_of(window, runs[1])).to_contain_text(SCORED)
    line_of(window, first).click()
    expect(page.get_by_role("button", name="Delete")).to_be_visible()  # the last of the buttons
    drawn(window)
    server.release_trainings()
    page.get_by_role("button", name="Resume").click()
    expect(line_of(window, first)).to_have_count(0)  # it waits or trains again
    for run in runs:
        expect(line_of(window, run)).to_contain_text(SCORED)
    expect(page.get_by_role("heading", name="Training now")).to_have_count(0)
    done = {run.id: run for run in list_runs(server.settings)}
    assert {run.id: run.state for run in done.values()} == dict.fromkeys((run.id for run in runs), "done")
    history = done[first.id].history()
    assert history["epoch"] == list(range(1, LONG + 1))
    assert all(history[name][: len(values)] == values for name, values in reached.items())

    visitor.go(window, "compare?" + urlencode([("run", run.id) for run in runs]))
    expect(page.locator(".scatterlayer .point").first).to_be_attached()
    names = label_runs(list_runs(server.settings))
    expected = [
        {"name": names[run.id], "points": run.config.epochs} for run in runs for _ in ("training", "validation")
    ]
    assert sorted(lines(window), key=str) == sorted(expected, key=str)
