"""The main job in the browser, from the first opening to an answer: each test goes on where the one before it ended."""

import base64
import re

import pytest
from playwright.sync_api import Page, expect

from catdog.datasets import TEST, open_catalog
from catdog.inference.prediction import Thresholds
from catdog.runs import list_runs
from catdog.utils.text import format_percent
from tests.browser.visitor import drawn, lines, main, other_pictures, pictures

pytestmark = pytest.mark.browser

LABELLED = "A photo labelled"  # a photo of the sample, not one of the mean images below it
SURE = re.compile(r"(cats|dogs), ((?:> )?\d+\.\d)% sure")
NEXT_PAGE = re.compile("^Page .* next: ")


def drop(window: Page, name: str, content: bytes) -> None:
    """Drop a file on the field for pictures, as a mouse does."""
    carried = window.evaluate_handle(
        """([name, content]) => {
            const bytes = Uint8Array.from(atob(content), sign => sign.charCodeAt(0));
            const carried = new DataTransfer();
            carried.items.add(new File([bytes], name, {type: "image/jpeg"}));
            return carried;
        }""",
        [name, base64.b64encode(content).decode()],
    )
    window.get_by_test_id("stFileUploaderDropzone").dispatch_event("drop", {"dataTransfer": carried})


def test_browse_shows_a_sample_another_one_and_a_single_class(visitor):
    window = visitor.visit()
    page = main(window)
    expect(page.get_by_role("link", name=NEXT_PAGE)).to_have_count(0)
    page.get_by_role("button", name="Browse the photos").click()
    expect(page.get_by_role("heading", name="Look at the data")).to_be_visible()
    expect(window).to_have_url(f"{visitor.address}/browse")
    drawn(window)
    labelled = page.get_by_alt_text(LABELLED)
    words = [text.split(",")[0] for text in labelled.evaluate_all("all => all.map(image => image.alt)")]
    assert words == ["A photo labelled cats"] * 5 + ["A photo labelled dogs"] * 5
    before = pictures(window, LABELLED)
    page.get_by_role("button", name="New sample").click()
    expect(window).to_have_url(re.compile(r"sample=\d+"))
    after = other_pictures(window, before, LABELLED)
    assert len(before) == len(after) == 10
    assert after != before

    other = visitor.window()
    other.goto(window.url)
    drawn(other)
    assert pictures(other, LABELLED) == after  # the same address shows the same sample to everybody

    page.get_by_role("radiogroup", name="Class").get_by_text("cats").click()
    expect(page.get_by_alt_text("A photo labelled dogs")).to_have_count(0)
    expect(page.get_by_alt_text("A photo labelled cats")).to_have_count(10)


def test_shuffle_flips_and_rotates_the_same_photo_anew(visitor):
    window = visitor.visit("augment")
    page = main(window)
    expect(page.get_by_alt_text(re.compile("^Version"))).to_have_count(8)
    expect(page.get_by_alt_text(re.compile("^The original"))).to_have_count(1)
    before = pictures(window)  # the original, the strongest and eight random versions
    page.get_by_role("button", name="Shuffle").click()
    expect(window).to_have_url(re.compile(r"roll=\d+"))
    after = other_pictures(window, before)
    assert len(after) == 10
    assert after[:2] == before[:2]
    assert not set(after[2:]) & set(before[2:])


def test_a_training_outlives_a_reload_and_ends_with_scores(visitor, server):
    window = visitor.visit("train")
    page = main(window)
    page.get_by_text("Advanced").click()
    for label, value, address in (("Epochs", "3", "epochs=3"), ("Training data used (%)", "30", "share=30")):
        page.get_by_label(label, exact=True).fill(value)
        page.get_by_label(label, exact=True).press("Enter")
        expect(window).to_have_url(re.compile(address))
    expect(page.get_by_text("48 of 160 training images")).to_be_visible()
    server.hold_trainings(2)
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_role("heading", name="Training now")).to_be_visible()
    run = list_runs(server.settings)[0]
    window.reload()
    drawn(window)
    expect(page.get_by_role("heading", name="Training now")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Epoch 2 of 3"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"batch 1 of 2"))).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_accessible_name(re.compile(r"Train: epoch 2 of 3"))
    expect(page.get_by_alt_text(re.compile(r"^Validation photo \d, labelled (cats|dogs): [✓✗]"))).to_have_count(6)
    curve = page.get_by_role("figure", name=f"Accuracy by epoch of {run.config.model}, growing while it trains.")
    expect(curve).to_be_visible()
    expect(curve.locator(".scatterlayer .point").first).to_be_attached()
    panel = page.locator(".st-key-train-panel").bounding_box()  # the curve itself is drawn anew every second
    assert panel["y"] + panel["height"] < 900  # above the fold of a laptop
    assert {line["name"] for line in lines(window)} == {run.config.model}
    phone = visitor.visit("train", 400, 800, "dark")
    curve = main(phone).locator(".js-plotly-plot").first
    expect(curve).to_be_visible()
    box = curve.bounding_box()
    assert 0 <= box["y"] <= 800 - box["height"]
    earlier = [main(place).get_by_role("heading", name="Earlier runs") for place in (window, phone)]
    places = [heading.bounding_box() for heading in earlier]
    expect(main(phone).get_by_text(re.compile(r"Epoch 2 of 3"))).to_be_visible()
    assert [heading.bounding_box() for heading in earlier] == places
    phone.goto("about:blank")
    server.release_trainings()
    expect(page.get_by_role("heading", name="Result")).to_be_visible()
    drawn(window)
    assert earlier[0].bounding_box() == places[0]  # nothing has moved
    expect(page.get_by_role("heading", name="Training now")).to_have_count(0)
    expect(page.get_by_role("button", name="Try it on a photo")).to_be_enabled()
    done = list_runs(server.settings)[0]
    assert (done.id, done.state, done.config.epochs) == (run.id, "done", 3)
    ended = window.locator(f".st-key-run-{run.id} summary")
    expect(ended).to_contain_text(f"validation accuracy {format_percent(done.val_accuracy)}")
    expect(ended).to_contain_text(f"test accuracy {format_percent(done.test_accuracy)}")


def test_compare_shows_the_curve_and_the_scores_of_the_training(visitor, trained):
    window = visitor.visit("compare")
    page = main(window)
    expect(page.locator(".scatterlayer .point").first).to_be_attached()
    epochs = trained.config.epochs
    assert lines(window) == [{"name": trained.config.model, "points": epochs}] * 2  # training and validation
    expect(page.get_by_role("figure", name=f"of {trained.config.model}, validation accuracy")).to_be_visible()
    expect(page.get_by_role("row", name=f"{trained.config.model} ")).to_contain_text(
        f"{100 * trained.test_accuracy:.1f}%"
    )
    page.get_by_text("All scores, and what they can show").click()
    cells = page.get_by_test_id("stDataFrame").locator("[role=gridcell]")  # it is painted; these are for screen readers
    expect(cells.filter(has_text=trained.config.model)).to_have_count(2)  # the run, and its model
    words = cells.all_text_contents()
    numbers = [float(word) for word in words if re.fullmatch(r"[\d.]+", word)]
    assert pytest.approx(100 * trained.val_accuracy, abs=0.1) in numbers
    assert pytest.approx(100 * trained.test_accuracy, abs=0.1) in numbers
    assert 16_821_250 in numbers
    assert 64 in numbers  # the reference course's best validation accuracy


def test_a_dropped_picture_gets_an_answer_with_class_and_percentage(visitor, trained, server):
    catalog = open_catalog(server.settings, "drawn")
    name = catalog.paths[catalog.indices(TEST)[0]]
    window = visitor.visit("predict")
    page = main(window)
    expect(page.get_by_text("Drop a photo above")).to_be_visible()
    drop(window, "whiskers.jpg", (catalog.root / name).read_bytes())
    answer = page.get_by_role("figure", name=SURE)
    expect(answer).to_have_count(1)
    expect(answer).to_have_accessible_name(re.compile(f"^{trained.config.model}: "))
    label, sure = SURE.search(answer.get_attribute("aria-label")).groups()
    predictions = trained.predictions()
    dogs = predictions.probabilities[predictions.paths.index(name)]
    assert label == ("dogs" if dogs > 0.5 else "cats")
    assert float(sure.removeprefix("> ")) == pytest.approx(100 * max(dogs, 1 - dogs), abs=0.11)
    expect(answer).to_contain_text(f"{label} {sure}%")
    expect(page.get_by_alt_text("whiskers.jpg as given")).to_be_visible()
    unsure = Thresholds().low <= dogs <= Thresholds().high  # which a network trained so shortly often is
    name = "Not sure" if unsure else label.removesuffix("s").capitalize()
    expect(page.get_by_role("heading", name=re.compile(f"^{name}, says {trained.config.model}"))).to_be_visible()
