"""Every page in light and dark, on a wide and on a narrow screen."""

import pytest

from tests.browser.visitor import drawn, main

pytestmark = pytest.mark.browser

PAGES = {
    "": {},
    "browse": {},
    "augment": {},
    "models": {"model": "model2"},
    "train": {},
    "compare": {"notebook": "true"},
    "explore": {"view": "Teach"},
    "predict": {"sample": 7},
}


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (400, "dark")])
def test_every_page_fits_its_width_keeps_its_theme_and_raises_nothing(visitor, trained, width, scheme):
    window = visitor.window(width, scheme)
    for page, address in PAGES.items():
        visitor.go(window, page, **address)
        if page in ("models", "compare", "explore", "predict"):
            main(window).locator(".js-plotly-plot").first.wait_for()
            drawn(window)
        if page == "train":
            window.locator(f".st-key-run-{trained.id} summary").click()
            main(window).get_by_role("button", name="Rename").wait_for()
            drawn(window)
        assert window.get_by_test_id("stException").count() == 0, page
        assert window.get_by_test_id("stAlertContentError").count() == 0, page
        assert too_wide(window) == [], page
        assert (brightness(window) < 100) == (scheme == "dark"), page


def too_wide(window) -> list[str]:
    """Return the parts of the page that can be scrolled to the side."""
    return window.evaluate(
        """() => ["html", "[data-testid=stApp]", "[data-testid=stMain]", "[data-testid=stMainBlockContainer]"]
            .filter(part => { const box = document.querySelector(part); return box.scrollWidth > box.clientWidth; })"""
    )


def brightness(window) -> float:
    """Return how bright the ground of the page is, 0 to 255."""
    return window.get_by_test_id("stApp").evaluate(
        """app => {
            const [red, green, blue] = getComputedStyle(app).backgroundColor.match(/[\\d.]+/g).map(Number);
            return (red + green + blue) / 3;
        }"""
    )
