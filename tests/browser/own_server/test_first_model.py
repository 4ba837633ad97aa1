"""The first model, which a fresh server trains by itself: Predict answers without anybody having trained."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import main

pytestmark = [pytest.mark.browser, pytest.mark.photos, pytest.mark.slow]
MINUTES = 180_000  # milliseconds; on two idle cores it is there within a quarter of a minute


def test_predict_answers_on_a_fresh_machine(start, visitors):
    server = start(first_model=True, backbone_weights=Path(os.environ["CATDOG_BACKBONE_WEIGHTS"]))
    visitor = visitors(server.address)
    page = main(visitor.visit("predict"))
    expect(page.get_by_text("Drop a photo above")).to_be_visible(timeout=MINUTES)
    page.get_by_role("button", name="Try 6 test photos").click()
    expect(page.get_by_text("model4 · quick").first).to_be_visible()
