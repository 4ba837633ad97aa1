"""One whole lesson, played by two people: one predicts right, the other wrong."""

import shutil
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from catdog.datasets import open_dataset
from catdog.runs import create_run
from catdog.training.recipes import make_config
from tests.browser.visitor import drawn, main
from tests.pages.lessons import fill_run

pytestmark = pytest.mark.browser

EPOCHS, ACCURACY, VALIDATION = 20, 0.95, 0.65


@pytest.fixture
def memorized(server):
    """A model1 that has trained for 20 epochs, with a gap of 30 points."""
    run = create_run(server.settings, make_config("model1", source="drawn", epochs=EPOCHS))
    catalog = open_dataset(server.settings, "drawn").catalog
    fill_run(server.settings, run, catalog, ACCURACY, VALIDATION, epochs=EPOCHS)
    run.files.write_status(replace(run.status, state="done", epoch=EPOCHS, best_val_accuracy=VALIDATION, best_epoch=1))
    yield run
    shutil.rmtree(run.folder)


def test_a_lesson_is_played_with_a_right_and_a_wrong_prediction(visitor, memorized):
    window = visitor.visit("lesson", lesson="first-cnn")
    page = main(window)
    click_curve(window, epoch=3, accuracy=VALIDATION)
    expect(page.get_by_role("slider", name="Epoch 20")).to_have_value("65")
    page.get_by_role("button", name="Keep my prediction").click()
    expect(page.get_by_role("heading", name="Task 2 of 3")).to_be_visible()  # the run has done the first one
    page.get_by_role("button", name="Compare the curves").click()
    page.get_by_role("heading", name="Compare", level=1).wait_for()
    drawn(window)
    page.get_by_role("link", name="Lesson 2 · Read the gap").click()
    answer_gap(page, "3")
    expect(page.get_by_text("less than the gap")).to_be_visible()
    answer_gap(page, "30")
    choose_meaning(page)
    expect(page.get_by_text("Your prediction was right.")).to_be_visible()
    window.reload()
    drawn(window)
    expect(page.get_by_text("Your prediction was right.")).to_be_visible()

    other = visitor.visit("lesson", lesson="first-cnn")  # a browser of its own
    page = main(other)
    slider = page.get_by_role("slider", name="Epoch 20")
    slider.press("End")
    expect(slider).to_have_value("100")
    drawn(other)
    page.get_by_role("button", name="Keep my prediction").click()
    answer_gap(page, "30")
    choose_meaning(page)
    expect(page.get_by_text("Your prediction was not right.")).to_be_visible()
    page.get_by_role("button", name="Lesson 3").click()
    expect(page.get_by_role("heading", name="Lesson 3", level=1)).to_be_visible()


def click_curve(window: Page, epoch: int, accuracy: float) -> None:
    """Click in the chart that takes a curve, of 20 epochs and 40% to 100%."""
    box = window.locator(".st-key-curve-chart .nsewdrag").bounding_box()
    x, y = (epoch - 0.5) / EPOCHS, (1.02 - accuracy) / (1.02 - 0.38)
    window.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


def answer_gap(page, points: str) -> None:
    page.get_by_role("spinbutton", name="Your answer (points)").fill(points)
    page.get_by_role("button", name="Check my answer").click()


def choose_meaning(page) -> None:
    page.get_by_text("It has memorized training images").click()
    page.get_by_role("button", name="Check my answer").click()
