"""What the pages do where something goes wrong, or a training is killed."""

import os
import signal

import pytest
from playwright.sync_api import Page, expect

from catdog.runs import Run, list_runs
from tests.browser.visitor import main, sidebar

pytestmark = pytest.mark.browser


def line_of(window: Page, run: Run):
    """Return the line of an ended run in the list of earlier runs."""
    return window.locator(f".st-key-run-{run.id} summary")


def test_a_killed_training_is_interrupted_and_resumable(visitor, server):
    server.train_lightly()
    server.hold_trainings(2)
    window = visitor.visit("train", epochs=3, share=20)
    main(window).get_by_role("button", name="Start training").click()
    expect(main(window).get_by_text("Epoch 2 of 3")).to_be_visible()
    run = list_runs(server.settings)[0]
    os.kill(run.status.pid, signal.SIGKILL)
    expect(line_of(window, run)).to_contain_text("interrupted")
    line_of(window, run).click()
    expect(main(window).get_by_text("Its process ended before the training did")).to_be_visible()
    resume = main(window).get_by_role("button", name="Resume")
    expect(resume).to_have_count(2)  # of the result, and of its line in the list
    for button in resume.all():
        expect(button).to_be_enabled()


def test_unreachable_photos_are_one_sentence_and_a_retry(visitor):
    window = visitor.visit()
    page = main(window)
    button = page.get_by_role("button", name="Fetch the photos (65 MB)")
    button.click()
    problem = page.get_by_test_id("stAlertContentError")
    expect(problem).to_have_count(1)
    expect(problem).to_contain_text("CATDOG_PHOTOS_URL")
    expect(button).to_be_enabled()
    expect(sidebar(window).get_by_text("260 drawn cats and dogs")).to_be_visible()
