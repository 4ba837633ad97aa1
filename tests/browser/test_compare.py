"""Compare in the browser: choose runs, zoom all charts at once, see which is better, and take a report away."""

import re
import shutil

import pytest
from playwright.sync_api import expect

from catdog.runs import Run, open_run
from catdog.utils.files import read_json, write_json
from tests.browser.visitor import drawn, lines, main

pytestmark = pytest.mark.browser

SHOWS = "() => [...document.querySelectorAll('.js-plotly-plot')].some(p => p.data.some(line => line.name === '{}'))"
RANGE = "() => document.querySelector('.js-plotly-plot').layout.xaxis.range"


@pytest.fixture
def twin(server, trained):
    """Return a copy of the trained run under another name, which is gone after the test."""
    folder = trained.folder.with_name(f"{trained.id[:-4]}twin")
    shutil.copytree(trained.folder, folder)
    config = read_json(folder / "config.json")
    write_json(folder / "config.json", config | {"name": "the twin", "config": config["config"] | {"seed": 2}})
    yield open_run(server.settings, folder.name)
    shutil.rmtree(folder)


def zoom(window) -> list[float]:
    """Drag a box over part of the topmost chart and return where the axis then begins and ends."""
    area = window.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    before = window.evaluate(RANGE)
    window.mouse.move(area["x"] + area["width"] * 0.2, area["y"] + area["height"] / 2)
    window.mouse.down()
    window.mouse.move(area["x"] + area["width"] * 0.7, area["y"] + area["height"] / 2 + 2, steps=5)
    window.mouse.up()
    window.wait_for_function(f"before => String(({RANGE})()) !== String(before)", arg=before)
    return window.evaluate(RANGE)


def names_of(window) -> set[str]:
    """Return the names of the lines of the charts."""
    return {line["name"] for line in lines(window)}


def test_runs_are_chosen_compared_and_taken_away_as_a_report(visitor, trained: Run, twin: Run, tmp_path):
    window = visitor.visit("compare", run=trained.id, fold="false")
    page = main(window)
    expect(page.locator(".scatterlayer .point").first).to_be_attached()
    assert names_of(window) == {trained.config.model}

    page.get_by_role("combobox", name="Runs").click()
    window.get_by_role("option", name="the twin").click()
    window.keyboard.press("Escape")
    window.wait_for_function(SHOWS.format("the twin"))
    expect(window).to_have_url(re.compile(twin.id))
    expect(page.get_by_text("are right and wrong on the same images")).to_be_visible()
    expect(page.get_by_role("heading", name="Different settings")).to_be_visible()

    with window.expect_download() as waiting:
        page.get_by_role("button", name="Report").click()
    report = tmp_path / "report.html"
    waiting.value.save_as(report)
    assert waiting.value.suggested_filename == "report.html"
    reader = window.context.new_page()
    reader.goto(report.as_uri())
    expect(reader.get_by_role("heading", name="Report on 2 training runs")).to_be_visible()
    expect(reader.get_by_text("the twin").first).to_be_visible()
    expect(reader.locator(".photos img").first).to_be_visible()
    expect(reader.locator("#curves .scatterlayer .point").first).to_be_attached()
    reader.close()


def test_a_zoom_survives_a_change(visitor, trained: Run):
    window = visitor.visit("compare", run=trained.id)
    page = main(window)
    expect(page.locator(".scatterlayer .point").first).to_be_attached()
    zoomed = zoom(window)
    page.get_by_role("button", name="Options").click()
    window.get_by_text("Reference course", exact=True).click()
    window.wait_for_function(SHOWS.format("model1 reference"))
    assert window.evaluate(RANGE) == pytest.approx(zoomed)


def test_back_and_forward_keep_what_was_set(visitor, trained: Run):
    window = visitor.visit("compare", run=trained.id, chart="Loss")
    page = main(window)
    page.get_by_role("link", name="next: Evaluate").click()
    expect(page.get_by_role("heading", name="Evaluate", level=1)).to_be_visible()
    drawn(window)
    window.go_back()
    expect(window).to_have_url(re.compile(r"/compare\?.*chart=Loss"))
    expect(page.get_by_role("tab", name="Loss")).to_have_attribute("aria-selected", "true")
    drawn(window)
    window.go_forward()
    expect(page.get_by_role("heading", name="Evaluate", level=1)).to_be_visible()


def test_seeds_are_laid_together_into_one_line_with_a_band(visitor, trained: Run, twin: Run):
    window = visitor.window()
    visitor.go(window, f"compare?run={trained.id}&run={twin.id}&fold=true")
    window.wait_for_function(SHOWS.format("model1, mean of 2 seeds"))
    assert names_of(window) == {"model1, mean of 2 seeds"}
    expect(main(window).get_by_text("model1 with the seeds 1 and 2")).to_be_visible()
