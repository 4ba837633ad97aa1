"""The Predict page in the browser: every kind of file at once, a zip, a paste, the table, and where a model looks."""

import csv
import io
import re
import zipfile

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.visitor import drawn, main
from tests.image_files import draw_image, encode_image, encode_rotated_jpeg

pytestmark = pytest.mark.browser

GIVEN = "as given"
LOOK = "Show heatmap"


def payload(name: str, data: bytes, kind: str = "image/jpeg") -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": data}


def drop(window: Page, *files: FilePayload) -> None:
    window.locator("input[type=file]").first.set_input_files(list(files))


def test_four_image_formats_are_predicted_and_a_text_refused(visitor, trained):
    window = visitor.visit("predict", run=trained.id)
    picture = draw_image(240, 160)
    drop(
        window,
        payload("phone.heic", encode_image(picture, "HEIF"), "image/heic"),
        payload("turned.jpg", encode_rotated_jpeg(picture)),
        payload("print.jpg", encode_image(picture.convert("CMYK"), "JPEG")),
        payload(
            "moving.gif",
            encode_image(picture, "GIF", save_all=True, append_images=[Image.new("RGB", picture.size, "red")]),
            "image/gif",
        ),
        payload("letter.jpg", b"Dear cat, how are you?"),
    )
    page = main(window)
    expect(page.get_by_role("button", name=LOOK)).to_have_count(4)
    drawn(window)
    shown = page.get_by_alt_text(re.compile(f" {GIVEN}$"))
    names = ["phone.heic", "turned.jpg", "print.jpg", "moving.gif"]
    assert [image.get_attribute("alt") for image in shown.all()] == [f"{name} {GIVEN}" for name in names]
    expect(page.get_by_text("240 × 160 pixels")).to_have_count(3)
    expect(page.get_by_text("160 × 240 pixels")).to_have_count(1)  # upright, as the phone meant it
    expect(page.get_by_role("alert")).to_have_count(2)  # the sentence, and that this model learned from drawings
    expect(page.get_by_text("Can't read letter.jpg: it is text, not an image; use a")).to_be_visible()


def test_a_zip_with_folders_is_marked_sorted_by_doubt_and_taken_away(visitor, trained):
    window = visitor.visit("predict", run=trained.id)
    page = main(window)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(16):
            colour = (40 + 10 * number, 90, 200 - 10 * number)
            data = encode_image(Image.new("RGB", (60, 40), colour), "PNG")
            archive.writestr(f"pets/{('cats', 'dogs')[number % 2]}/{number:02}.png", data)
    drop(window, payload("pets.zip", file.getvalue(), "application/zip"))
    expect(page.get_by_text("Scores on the 16 labelled images")).to_be_visible()
    expect(page.get_by_text("The most uncertain images come first")).to_be_visible()
    page.get_by_role("button", name="More").click()
    with window.expect_download() as download:
        window.get_by_role("button", name="Download CSV").click()
    window.keyboard.press("Escape")
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8"))))
    assert len(rows) == 16
    assert {row["label"] for row in rows} == {"cats", "dogs"}
    uncertainty = [float(row["uncertainty"]) for row in rows]
    assert uncertainty == sorted(uncertainty, reverse=True)
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("Drop a photo above")).to_be_visible()


PUT = """([event, bytes]) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], `${event}.png`, {type: "image/png"}));
    const kinds = {paste: ["clipboardData", ClipboardEvent], drop: ["dataTransfer", DragEvent]};
    const [field, kind] = kinds[event];
    document.body.dispatchEvent(new kind(event, {[field]: data, bubbles: true, cancelable: true}));
}"""


def test_an_image_is_pasted_or_dropped_anywhere_and_has_a_heatmap(visitor, trained):
    window = visitor.visit("predict", run=trained.id)
    page = main(window)
    expect(page.get_by_text("Drop a photo above")).to_be_visible()
    title = page.get_by_role("heading", level=1)
    place = title.bounding_box()
    for number, event in enumerate(("paste", "drop"), start=1):
        window.evaluate(PUT, [event, list(encode_image(draw_image(), "PNG"))])
        expect(page.get_by_alt_text(f"{event}.png {GIVEN}")).to_be_visible()
        expect(page.get_by_role("button", name=LOOK)).to_have_count(number)
    assert title.bounding_box() == place
    page.get_by_role("button", name=LOOK).first.click()
    dialog = window.get_by_role("dialog")
    expect(dialog.get_by_alt_text(re.compile("under a heatmap of where"))).to_be_visible()
    expect(dialog.get_by_text("not what it sees there")).to_be_visible()
    dialog.get_by_text("What the first filters find").click()
    expect(dialog.get_by_alt_text(re.compile("What each of the first"))).to_be_visible()
    window.keyboard.press("Escape")
    expect(window.get_by_role("dialog")).to_have_count(0)


def test_the_thresholds_are_in_the_address_and_a_link_has_them(visitor, trained):
    window = visitor.visit("predict", run=trained.id, sample=2, unsure=0)
    page = main(window)
    page.get_by_role("button", name="Settings").click()
    page = window.locator("body")
    page.get_by_role("slider").first.press("Home")
    page.get_by_role("slider").last.press("End")
    expect(window).to_have_url(re.compile("unsure=0&unsure=100"))
    expect(page.get_by_text("not sure: ")).to_have_count(6)
    window.reload()
    drawn(window)
    expect(page.get_by_text("not sure: ")).to_have_count(6)
