"""What a page is for is seen without scrolling: on a laptop, and on a telephone what is promised there."""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from catdog.runs import Run, launch
from catdog.training import TrainConfig
from tests.browser.visitor import Visitor, drawn, main

pytestmark = pytest.mark.browser


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


#: One row a page.
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
    Promise("predict", (".st-key-drop-zone", ".st-key-photo-0", "h2"), (".st-key-drop-zone", "h2"), {"sample": "1"}),
    Promise("compare", (".st-key-what-they-show", ".js-plotly-plot"), (".st-key-what-they-show", ".js-plotly-plot")),
    Promise(
        "evaluate",
        (".st-key-cell-00", ".st-key-cell-11", "[class*='st-key-seen-']"),
        (".st-key-cell-00", ".st-key-cell-11"),
    ),
    Promise(
        "explore",
        (".st-key-map-explore-chart", ".st-key-explore-beside"),
        (".st-key-map-explore-chart",),
        middle=(".st-key-map-explore-chart",),
    ),
    Promise(
        "explore",
        (".st-key-teach-accuracy", ".st-key-teach-curve", ".st-key-map-teach-chart"),
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
    Promise("train", (".st-key-model-card-model4", ".st-key-start"), (".st-key-model-card-model4", ".st-key-start")),
    Promise("models", (".st-key-models-table",), (".st-key-models-table",)),
)


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.page or "overview")
def test_what_the_page_is_for_is_above_the_fold(visitor, trained, promise):
    check_fold(visitor, promise)


def test_all_four_curves_are_above_the_fold(visitor, server, trained):
    copies = [copy_run(trained, f"model{number}") for number in (2, 3, 4)]
    try:
        check_fold(visitor, Promise("compare", (".js-plotly-plot",), (".st-key-what-they-show", ".js-plotly-plot")))
    finally:
        for copy in copies:
            shutil.rmtree(copy)


def test_the_growing_curve_is_above_the_fold_and_keeps_its_place(visitor, server, trained):
    server.hold_trainings(2)
    launch(server.settings, TrainConfig("model1", "drawn", epochs=3, fraction=0.1))
    for window in check_fold(visitor, Promise("train", (".js-plotly-plot",), (".js-plotly-plot",))):
        below = main(window).get_by_role("heading", name="Earlier runs")
        place = below.bounding_box()
        expect(main(window).get_by_text("Epoch 2 of 3")).to_be_visible()
        assert below.bounding_box() == place


def check_fold(visitor: Visitor, promise: Promise) -> list[Page]:
    """Open the page at each width, wait for what it promises, and compare where that ends; return the windows."""
    windows = []
    for width, fold, selectors in ((1400, 900, promise.wide), (1024, 768, promise.middle), (400, 800, promise.narrow)):
        if not selectors:
            continue
        window = visitor.visit(promise.page, width=width, **promise.parameters)
        height = window.viewport_size["height"]
        window.set_viewport_size({"width": width, "height": fold})
        for selector in selectors:
            element = main(window).locator(selector).first
            expect(element).to_be_visible()
            drawn(window)
            box = element.bounding_box()
            assert 0 <= box["y"] <= fold - box["height"], f"{selector} at {width} pixels: {box}"
        window.set_viewport_size({"width": width, "height": height})  # the next test gets this window
        windows.append(window)
    return windows


def copy_run(run: Run, model: str) -> Path:
    """Copy a run's folder as if it were that of another model."""
    folder = run.folder.with_name(f"{run.folder.name[:15]}-{model}-copy")
    shutil.copytree(run.folder, folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["name"], config["config"]["model"] = model, model
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder
