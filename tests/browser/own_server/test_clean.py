"""Wrong labels found, corrected by keyboard alone, and whether that helped, on a server of its own."""

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.axe import find_violations
from tests.browser.visitor import drawn, main
from tests.pages.conftest import coloured_folder

pytestmark = pytest.mark.browser


def test_wrong_labels_are_found_corrected_by_key_and_it_helped(start, visitors):
    server = start()
    folder = coloured_folder(server.settings.data / "own" / "shapes", circles=30, squares=30)
    for path, level in (("circles/bright.jpg", 225), ("squares/dark.jpg", 45)):
        Image.fromarray(np.full((20, 30, 3), level, np.uint8)).save(folder / path)
    window = visitors(server.address).visit("explore", view="Clean", data="shapes")
    page = main(window)
    expect(page.get_by_text("1 of 2")).to_be_visible()
    expect(page.get_by_text("a model that never saw this photo says")).to_be_visible()
    drawn(window)
    for key, words in (
        ("l", "2 of 2"),
        ("ArrowLeft", "1 of 2"),
        ("ArrowRight", "2 of 2"),
        ("x", "Decisions (2)"),
        ("u", "Decisions (1)"),
        ("l", "Decisions (2)"),
    ):
        window.keyboard.press(key)
        expect(page.get_by_text(words)).to_be_visible()
        drawn(window)
    expect(page.get_by_text("circles/bright.jpg: circles → squares")).to_be_visible()
    page.get_by_role("button", name="Did it help?").click()
    expect(page.get_by_text("A measurable gain: the error falls from")).to_be_visible()
    expect(page.get_by_text("95% interval")).to_be_visible()
    drawn(window)
    assert find_violations(window) == []
