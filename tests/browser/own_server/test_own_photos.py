"""Photos of two other kinds: a zip is uploaded, looked at, learned from, and answered about in its own words."""

import io
import re
import time
import zipfile

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from catdog.datasets import list_user_datasets
from catdog.runs import list_runs
from tests.browser.visitor import main, sidebar

pytestmark = pytest.mark.browser


def shapes_zip() -> bytes:
    """Return the zip of a folder with 20 circles and 20 squares, as a Mac would make it."""
    rng = np.random.default_rng(3)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as zipped:
        for kind in ("circles", "squares"):
            for number in range(20):
                image = Image.new("RGB", (90, 70), tuple(rng.integers(150, 255, 3).tolist()))
                left, top, size = (int(value) for value in rng.integers((5, 5, 25), (35, 20, 45)))
                pen = ImageDraw.Draw(image)
                (pen.ellipse if kind == "circles" else pen.rectangle)((left, top, left + size, top + size), fill="navy")
                picture = io.BytesIO()
                image.save(picture, "JPEG")
                zipped.writestr(f"Shapes/{kind}/{number}.jpg", picture.getvalue())
        zipped.writestr("__MACOSX/Shapes/._circles", b"junk")
    return content.getvalue()


def test_a_zip_of_other_classes_is_trained_on_and_predicted(start, visitors):
    server = start()
    visitor = visitors(server.address)
    window = visitor.visit()
    window.get_by_role("button", name="Add your own photos").click()
    dialog = window.get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files(
        {"name": "Round or not.zip", "mimeType": "application/zip", "buffer": shapes_zip()}
    )
    expect(dialog.get_by_text("Round or not.zip").first).to_be_visible()
    dialog.get_by_role("button", name="Add these photos").click()
    expect(dialog).to_have_count(0)
    expect(sidebar(window).get_by_text("40 images of circles and squares from Round or not")).to_be_visible()
    expect(window).to_have_url(re.compile(r"data=Round"))
    assert [dataset.images for dataset in list_user_datasets(server.settings)] == [40]

    page = main(window)
    visitor.go(window, "browse", data="Round or not")
    expect(page.get_by_alt_text("A photo labelled circles")).to_have_count(5)
    expect(page.get_by_alt_text("A photo labelled squares")).to_have_count(5)

    visitor.go(window, "train", data="Round or not", epochs=1)
    server.hold_trainings(1)
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_role("heading", name="Training now")).to_be_visible()
    window.goto("about:blank")  # it would draw how the training goes on
    server.release_trainings()
    deadline = time.monotonic() + 200
    while not list_runs(server.settings)[0].finished and time.monotonic() < deadline:
        time.sleep(0.3)
    (run,) = list_runs(server.settings)
    assert run.state == "done", run.log_tail()
    assert run.config.source == list_user_datasets(server.settings)[0].source
    assert run.details["data"]["classes"] == ["circles", "squares"]

    visitor.go(window, "predict", data="Round or not", sample=3)
    answers = main(window).get_by_role("figure", name=re.compile(r"(circles|squares), \d+\.\d% sure"))
    expect(answers).to_have_count(4)  # a tenth of 40
    expect(main(window).get_by_text(re.compile(r"Labelled (circles|squares)\."))).to_have_count(4)
