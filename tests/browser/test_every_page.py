"""Every page on a laptop in light and on a telephone in dark: opened once, and looked at for all that each must be.

What a page is for is seen without scrolling; the page fits its width and keeps its theme; its tab has its title; and
axe-core finds nothing that WCAG 2.1 AA forbids, and headings in order. In the dark only contrasts are looked at again,
since nothing else that is checked depends on the theme.
"""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from catdog.runs import Run
from pages.components.course import MORE, OVERVIEW, PAGES
from tests.browser.axe import find_violations
from tests.browser.visitor import drawn, main

pytestmark = pytest.mark.browser

WIDE, MIDDLE, NARROW = (1400, 900), (1024, 768), (400, 800)  # pixels
TITLES = {"" if name == OVERVIEW else name: title for name, title, *_ in PAGES + MORE}


@dataclass(frozen=True)
class Promise:
    """What of a page lies above the fold.

    page: its name in the address, "" for the overview. wide: selectors of what lies whole in the first 900 pixels at
    1400 × 900. narrow: the same for the first 800 at 400 × 800. parameters: the query parameters it is opened with.
    middle: the same for the first 768 at 1024 × 768.
    """

    page: str
    wide: tuple[str, ...]
    narrow: tuple[str, ...]
    parameters: dict[str, str] = field(default_factory=dict)
    middle: tuple[str, ...] = ()


#: One row a page, or a part of it that an address opens.
PROMISES = (
    Promise("", (".st-key-next-step", ".st-key-ladder"), (".st-key-next-step",)),
    Promise(
        "lesson",
        (".st-key-curve-chart", ".st-key-keep-prediction", ".st-key-lesson-steps"),
        (".st-key-curve-chart", ".st-key-keep-prediction"),
        {"lesson": "first-cnn"},
        middle=(".st-key-curve-chart", ".st-key-keep-prediction"),
    ),
    Promise("browse", (".st-key-sample-0", ".st-key-sample-1"), ("[class*='st-key-tile-']",)),
    Promise("browse", (".st-key-guess-photo", ".st-key-guess-1"), (".st-key-guess-photo",), {"mode": "guess"}),
    Promise(
        "augment",
        (".st-key-augment-original", ".st-key-augment-strongest", ".st-key-light"),
        (".st-key-augment-original", ".st-key-augment-strongest"),
    ),
    Promise("models", (".st-key-models-table",), (".st-key-models-table",), {"model": "model2"}),
    Promise("train", (".st-key-model-card-model4", ".st-key-start"), (".st-key-model-card-model4", ".st-key-start")),
    Promise(
        "compare",
        (".st-key-what-they-show", ".js-plotly-plot"),
        (".st-key-what-they-show", ".js-plotly-plot"),
        {"notebook": "true"},
    ),
    Promise(
        "evaluate",
        (".st-key-cell-00", ".st-key-cell-11", "[class*='st-key-seen-']"),
        (".st-key-cell-00", ".st-key-cell-11"),
        {"details": "Curves"},
    ),
    Promise(
        "explore",
        (".st-key-map-explore-chart", ".st-key-explore-beside", ".js-plotly-plot"),
        (".st-key-map-explore-chart",),
        middle=(".st-key-map-explore-chart",),
    ),
    Promise(
        "explore",
        (".st-key-teach-accuracy", ".st-key-teach-curve", ".st-key-map-teach-chart", ".js-plotly-plot"),
        (".st-key-teach-accuracy", ".st-key-teach-curve"),
        {"view": "Teach"},
        middle=(".st-key-teach-accuracy", ".st-key-teach-curve"),
    ),
    Promise(
        "explore",
        (".st-key-clean-buttons", ".st-key-clean-photo"),
        (".st-key-clean-buttons", ".st-key-clean-photo"),
        {"view": "Clean"},
        middle=(".st-key-clean-buttons", ".st-key-clean-photo"),
    ),
    Promise("predict", (".st-key-drop-zone", ".st-key-photo-0", "h2"), (".st-key-drop-zone", "h2"), {"sample": "1"}),
    Promise("classroom", ("h1",), ("h1",)),
    Promise("glossary", ("h1",), ("h1",), {"term": "overfitting"}),
)


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: "-".join((promise.page, *promise.parameters)))
def test_a_page_shows_what_it_is_for_fits_and_breaks_no_rule(visitor, trained, promise):
    for size, scheme, selectors in ((WIDE, "light", promise.wide), (NARROW, "dark", promise.narrow)):
        window = visitor.visit(promise.page, *size, scheme, **promise.parameters)
        check_fold(window, size, selectors)
        if promise.page in ("models", "compare", "evaluate", "predict") or ".js-plotly-plot" in promise.wide:
            main(window).locator(".js-plotly-plot").first.wait_for()
        if promise.page == "train":
            window.locator(f".st-key-run-{trained.id} summary").click()
            main(window).get_by_role("button", name="Rename").wait_for()
        drawn(window)
        assert window.title() == f"{TITLES[promise.page]} · Cats and Dogs"
        assert window.get_by_test_id("stException").count() == 0
        assert window.get_by_test_id("stAlertContentError").count() == 0
        assert too_wide(window) == []
        assert (brightness(window) < 100) == (scheme == "dark")
        assert find_violations(window, scheme) == []
        if size == WIDE and promise.middle:
            set_size(window, MIDDLE)
            check_fold(window, MIDDLE, promise.middle)
            set_size(window, WIDE)  # as the next test gets it


def test_all_four_curves_are_above_the_fold(visitor, server, trained):
    copies = [copy_run(trained, f"model{number}") for number in (2, 3, 4)]
    try:
        check_fold(visitor.visit("compare", *WIDE), WIDE, (".js-plotly-plot",))
        phone = visitor.visit("compare", *NARROW, "dark")
        check_fold(phone, NARROW, (".st-key-what-they-show", ".js-plotly-plot"))
    finally:
        for copy in copies:
            shutil.rmtree(copy)


def check_fold(window: Page, size: tuple[int, int], selectors: tuple[str, ...]) -> None:
    """Wait for what is promised, and compare where it ends with where the window does."""
    for selector in selectors:
        element = main(window).locator(selector).first
        expect(element).to_be_visible()
        drawn(window)
        box = element.bounding_box()
        assert 0 <= box["y"] <= size[1] - box["height"], f"{selector} at {size[0]} pixels: {box}"


def set_size(window: Page, size: tuple[int, int]) -> None:
    """Make the window another size."""
    window.set_viewport_size({"width": size[0], "height": size[1]})


def copy_run(run: Run, model: str) -> Path:
    """Copy a run's folder as if it were that of another model."""
    folder = run.folder.with_name(f"{run.folder.name[:15]}-{model}-copy")
    shutil.copytree(run.folder, folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["name"], config["config"]["model"] = model, model
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def too_wide(window: Page) -> list[str]:
    """Return the parts of the page that can be scrolled to the side."""
    return window.evaluate(
        """() => ["html", "[data-testid=stApp]", "[data-testid=stMain]", "[data-testid=stMainBlockContainer]"]
            .filter(part => { const box = document.querySelector(part); return box.scrollWidth > box.clientWidth; })"""
    )


def brightness(window: Page) -> float:
    """Return how bright the ground of the page is, 0 to 255."""
    return window.get_by_test_id("stApp").evaluate(
        """app => {
            const [red, green, blue] = getComputedStyle(app).backgroundColor.match(/[\\d.]+/g).map(Number);
            return (red + green + blue) / 3;
        }"""
    )
