"""What a page is for is seen without scrolling: on a laptop, and on a telephone what is promised there."""

from dataclasses import dataclass, field

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import drawn, main

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Promise:
    """What of a page lies above the fold.

    page: its name in the address, "" for the overview. wide: selectors of what lies whole in the first 900 pixels at
    1400 × 900. narrow: the same for the first 800 at 400 × 800. parameters: the query parameters it is opened with.
    """

    page: str
    wide: tuple[str, ...]
    narrow: tuple[str, ...]
    parameters: dict[str, str] = field(default_factory=dict)


#: One row a page.
PROMISES = (
    Promise("", (".st-key-next-step", ".st-key-ladder"), (".st-key-next-step",)),
    Promise("browse", (".st-key-sample-0", ".st-key-sample-1"), ("[class*='st-key-tile-']",)),
    Promise("browse", (".st-key-guess-photo", ".st-key-guess-1"), (".st-key-guess-photo",), {"mode": "guess"}),
    Promise(
        "augment",
        (".st-key-augment-original", ".st-key-augment-strongest", ".st-key-light"),
        (".st-key-augment-original", ".st-key-augment-strongest"),
    ),
    Promise("predict", (".st-key-drop-zone", ".st-key-photo-0", "h2"), (".st-key-drop-zone",), {"sample": "1"}),
    Promise("compare", (".st-key-what-they-show", ".js-plotly-plot"), (".st-key-what-they-show", "[role=tablist]")),
    Promise(
        "evaluate",
        (".st-key-cell-00", ".st-key-cell-11", "[class*='st-key-seen-']"),
        (".st-key-cell-00", ".st-key-cell-11"),
    ),
    Promise("train", (".st-key-model-card-model4", ".st-key-start"), (".st-key-model-card-model4", ".st-key-start")),
    Promise("models", (".st-key-models-table",), (".st-key-models-table",)),
)


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.page or "overview")
def test_what_the_page_is_for_is_above_the_fold(visitor, trained, promise):
    for width, fold, selectors in ((1400, 900, promise.wide), (400, 800, promise.narrow)):
        window = visitor.visit(promise.page, width=width, **promise.parameters)
        for selector in selectors:
            element = main(window).locator(selector).first
            expect(element).to_be_visible()
            drawn(window)
            box = element.bounding_box()
            assert 0 <= box["y"] <= fold - box["height"], f"{selector} at {width} pixels: {box}"
