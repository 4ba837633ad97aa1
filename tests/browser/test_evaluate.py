"""The Evaluate page in the browser: move the threshold, open a cell, open a picture and see where the model looks."""

import re

import pytest
from playwright.sync_api import Page, expect

from catdog.evaluation import confusion_matrix
from tests.browser.visitor import drawn, main, other_pictures, pictures

pytestmark = pytest.mark.browser

CELL = re.compile(r"(\d+) (cats|dogs) called (cats|dogs)")
MAP = re.compile("under a heatmap of where")


def counts(window: Page) -> list[int]:
    """What the four cells of the confusion matrix count."""
    labels = main(window).get_by_role("button", name=CELL).all_inner_texts()
    return [int(CELL.search(label).group(1)) for label in labels]


def wait_for_counts(window: Page, expected: list[int]) -> None:
    """Wait until the four cells say these numbers."""
    for place, number in enumerate(expected):
        cell = main(window).get_by_role("button", name=CELL).nth(place)
        expect(cell).to_have_accessible_name(re.compile(rf"^{number} (cats|dogs) called"))


def test_the_threshold_moves_the_confusion_matrix(visitor, trained):
    window = visitor.visit("evaluate", run=trained.id, of="validation")
    page = main(window)
    answers = trained.predictions().of_split("validation")
    wait_for_counts(window, confusion_matrix(answers.labels, answers.probabilities).ravel().tolist())
    knob = page.get_by_role("slider", name="Threshold")
    knob.press("End")
    expect(window).to_have_url(re.compile(r"threshold=1"))
    wait_for_counts(window, confusion_matrix(answers.labels, answers.probabilities, 1.0).ravel().tolist())
    knob.press("Home")
    expect(window).to_have_url(re.compile(r"threshold=0(\.0)?(&|$)"))
    wait_for_counts(window, confusion_matrix(answers.labels, answers.probabilities, 0.0).ravel().tolist())
    assert sum(counts(window)) == len(answers)
    window.reload()
    drawn(window)
    wait_for_counts(window, confusion_matrix(answers.labels, answers.probabilities, 0.0).ravel().tolist())


def test_a_cell_opens_beside_the_matrix_and_its_image_on_a_heatmap(visitor, trained):
    window = visitor.visit("evaluate", run=trained.id, of="validation", threshold="1.0")  # each answer is cats
    page = main(window)
    page.get_by_role("button", name="cats called cats").click()
    expect(page.get_by_text("cats called cats, by")).to_be_visible()
    before, cell = pictures(window, "The image"), page.get_by_role("button", name="dogs called cats")
    cell.focus()
    cell.press("Enter")
    assert other_pictures(window, before, "The image")
    matrix, image = cell.bounding_box(), page.get_by_alt_text(re.compile("^The image")).first.bounding_box()
    assert image["x"] > matrix["x"] + matrix["width"]
    assert image["y"] + image["height"] < 900
    expect(window).to_have_url(re.compile("cell=10"))
    expect(page.get_by_text("dogs called cats, by")).to_be_visible()
    first = page.get_by_role("button", name=re.compile(r"^dog.*\.jpg$")).first
    name = first.inner_text()
    first.click()
    expect(window).to_have_url(re.compile(r"photo="))
    dialog = window.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name=name)).to_be_visible()
    heat_map = dialog.get_by_alt_text(MAP)
    expect(heat_map).to_be_visible()
    expect(dialog.get_by_text("where the model looks, not what it sees there")).to_be_visible()
    before = heat_map.get_attribute("src")
    dialog.get_by_role("slider").press("Home")
    expect(heat_map).not_to_have_attribute("src", before)
    dialog.get_by_role("button", name="Close", exact=True).last.click()
    expect(window.get_by_role("dialog")).to_have_count(0)
    expect(window).not_to_have_url(re.compile("photo="))
    expect(page.get_by_text("dogs called cats, by")).to_be_visible()


def test_a_link_shows_the_same_picture_large_to_somebody_else(visitor, trained):
    path = trained.predictions().of_split("test").paths[0]
    window = visitor.visit("evaluate", run=trained.id, photo=path)
    expect(window.get_by_role("dialog").get_by_alt_text(MAP)).to_be_visible()
    window.keyboard.press("Escape")
    expect(window.get_by_role("dialog")).to_have_count(0)
    expect(window).not_to_have_url(re.compile("photo="))
    assert pictures(window, "The image")


def test_a_telephone_shows_all_of_it_on_few_screens(visitor, trained):
    window = visitor.visit("evaluate", 400, 800, "dark", run=trained.id)
    expect(main(window).get_by_role("button", name=CELL)).to_have_count(4)
    for tab, charts in (("Curves", ("ROC curve", "Precision and recall")), ("Calibration", ("Calibration",))):
        main(window).get_by_role("tab", name=tab).click()
        for name in charts:
            chart = main(window).get_by_role("figure", name=f"{name} of {trained.config.model}")
            expect(chart).to_be_visible()
            assert chart.bounding_box()["width"] > 340
        assert window.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
        assert main(window).evaluate("main => main.scrollHeight") <= 3500
