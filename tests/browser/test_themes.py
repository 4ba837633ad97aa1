"""Every page in light and dark, on a wide and on a narrow screen, and what axe-core finds there.

That is nothing that WCAG 2.1 AA forbids, and headings in order. In the dark only contrasts are looked at again, since
nothing else that is checked depends on the theme.
"""

import pytest

from tests.browser.axe import find_violations
from tests.browser.visitor import drawn, main

pytestmark = pytest.mark.browser

PAGES = {
    "": {},
    "lesson": {"lesson": "first-cnn"},
    "browse": {},
    "augment": {},
    "models": {"model": "model2"},
    "train": {},
    "compare": {"notebook": "true"},
    "evaluate": {"details": "Curves"},
    "explore": {"view": "Teach"},
    "predict": {"sample": 7},
    "classroom": {},
    "glossary": {"term": "overfitting"},
}


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (400, "dark")])
def test_every_page_fits_its_width_keeps_its_theme_and_breaks_no_rule(visitor, trained, width, scheme):
    window, problems = visitor.window(width, scheme), []
    for page, address in PAGES.items():
        visitor.go(window, page, **address)
        if page in ("models", "compare", "evaluate", "explore", "predict"):
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
        problems += [f"{page}: {line}" for line in find_violations(window, scheme)]
    assert problems == []


@pytest.mark.parametrize(("name", "title"), [("", "Overview"), ("compare", "Compare")])
def test_a_tab_has_its_pages_title_and_the_way_on(visitor, name, title):
    window = visitor.visit(name)
    assert window.title() == f"{title} · Cats and Dogs"
    steps = main(window).get_by_role("link", name="Page")
    if not name:
        assert steps.count() == 0
        return
    steps.click()
    main(window).get_by_role("heading", name="Evaluate", level=1).wait_for()


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
