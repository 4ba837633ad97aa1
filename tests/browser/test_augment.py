"""The Augment page in the browser: a photo that follows a slider while it is dragged, as the server would change it."""

import base64
import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from catdog.augmentation.config import FILLS, Augmentation
from catdog.augmentation.transforms import apply_transforms, strongest_transforms
from catdog.datasets import open_catalog
from catdog.images.decode import load_image, resize
from pages.components.augmentation_form import FLIPS
from tests.browser.visitor import main

pytestmark = pytest.mark.browser

LIVE = ".st-key-augment-live canvas"
SIDE = 320  # pixels of the photo on the page
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
COUNT = """canvas => {
    const context = canvas.getContext("2d"), put = context.putImageData;
    canvas.updates = 0;
    context.putImageData = (...data) => { canvas.updates++; put.apply(context, data); };
}"""


def grab(window: Page, key: str) -> None:
    """Hold the mouse down on a slider's thumb and move it a little; wait until the canvas has followed."""
    thumb = window.locator(f".st-key-{key} [data-testid=stSliderThumbValue]").locator("..").bounding_box()
    window.mouse.move(thumb["x"] + thumb["width"] / 2, thumb["y"] + thumb["height"] / 2)
    window.mouse.down()
    window.mouse.move(thumb["x"] + 12, thumb["y"] + thumb["height"] / 2)
    expect(window.locator(LIVE)).to_be_visible()
    window.evaluate(TWO_FRAMES)


def value(window: Page, key: str) -> int:
    """Return what a slider says."""
    return int(window.locator(f".st-key-{key} input[type=range]").input_value())


def pixels_of(canvas: Locator) -> np.ndarray:
    """Return what is drawn on a canvas, uint8 (H, W, 3)."""
    address = canvas.evaluate("canvas => canvas.toDataURL('image/png')")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("RGB"))


def test_the_photo_follows_a_drag_before_the_server_knows(visitor):
    window = visitor.visit("augment", turn="20")
    strongest = main(window).get_by_alt_text("The strongest version")
    before = strongest.get_attribute("src")
    grab(window, "turn")
    canvas = window.locator(LIVE)
    canvas.evaluate(COUNT)
    shown = pixels_of(canvas)
    track = window.locator(".st-key-turn [data-testid=stSlider]").bounding_box()
    for step in range(30):
        window.mouse.move(track["x"] + 60 + 4 * step, track["y"] + 40)
    window.evaluate(TWO_FRAMES)
    assert canvas.evaluate("canvas => canvas.updates") > 10
    assert (pixels_of(canvas) != shown).any()
    assert strongest.get_attribute("src") == before  # nothing was sent to the server
    window.mouse.up()
    expect(canvas).to_be_hidden()
    assert strongest.get_attribute("src") != before
    assert f"turn={value(window, 'turn')}" in window.url


def test_browser_and_server_change_a_photo_alike(visitor, server):
    catalog = open_catalog(server.settings, "drawn")
    path = catalog.paths[3]
    original = resize(load_image(catalog.root / path), SIDE)
    window = visitor.window()
    effects = {"zoom": 30, "shift": 20, "contrast": 40, "light": 15}
    shares = {"zoom": 0.3, "translation": 0.2, "contrast": 0.4, "brightness": 0.15}
    for fill, (word, flip) in zip(FILLS, FLIPS.items(), strict=True):
        visitor.go(window, "augment", picture=path, turn=40, flip=word, fill=fill, **effects)
        grab(window, "turn")
        shown = pixels_of(window.locator(LIVE))
        augmentation = Augmentation(flip, rotation=value(window, "turn") / 360, **shares, fill=fill)
        window.mouse.up()
        expected = apply_transforms(original[np.newaxis], strongest_transforms(augmentation))[0]
        assert augmentation.degrees > 40
        assert np.abs(shown.astype(int) - expected.astype(int)).max() <= 3, augmentation
