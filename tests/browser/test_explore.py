"""The Explore page in the browser: what only a mouse on a real chart can show, and a minute of a student's."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.visitor import drawn, main

pytestmark = pytest.mark.browser

IMAGES = 260  # of the drawn set
PLACE = """plot => {
    const { xaxis, yaxis } = plot._fullLayout, [points] = plot._fullData, box = plot.getBoundingClientRect();
    return [box.x + xaxis._offset + xaxis.d2p(points.x[0]), box.y + yaxis._offset + yaxis.d2p(points.y[0])];
}"""


def find_plot(window: Page, name: str) -> Locator:
    """Return a map of the page, once it is drawn."""
    plot = main(window).locator(f".st-key-map-{name} .js-plotly-plot")
    plot.locator(".nsewdrag").first.wait_for()
    return plot


def draw_around_everything(window: Page, plot: Locator) -> None:
    """Draw a lasso along the edges of a map."""
    box = plot.locator(".nsewdrag").first.bounding_box()
    left, top = box["x"] + 3, box["y"] + 3
    right, bottom = left + box["width"] - 6, top + box["height"] - 6
    window.mouse.move(left, top)
    window.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top + 5)):
        window.mouse.move(x, y, steps=5)
    window.mouse.up()


def test_the_map_shows_a_photo_those_like_it_and_those_in_a_lasso(visitor):
    window = visitor.visit("explore")
    plot = find_plot(window, "explore-chart")
    x, y = plot.evaluate(PLACE)
    window.mouse.move(x - 40, y)
    window.mouse.move(x, y, steps=4)
    photo = window.locator(".hover-photo")
    expect(photo).to_be_visible()
    expect(photo).to_contain_text(re.compile(r"cats?.*\.jpg"))
    window.wait_for_function("image => image.naturalWidth > 0", arg=photo.locator("img").element_handle())
    window.mouse.move(x - 1, y)  # a map that was just drawn anew knows of no point under a pointer that rests
    window.mouse.move(x, y)
    expect(photo).to_be_visible()
    window.mouse.down()
    window.mouse.up()
    expect(main(window).get_by_text("Most alike:")).to_be_visible()
    expect(window).to_have_url(re.compile("near="))
    expect(main(window).get_by_alt_text(re.compile("^The photo "))).to_have_count(13)

    drawn(window)
    plot.locator("[data-title=Pan]").click()
    plot.locator("[data-title='Lasso Select']").click()
    draw_around_everything(window, plot)
    expect(main(window).get_by_text(f"{IMAGES} photos selected on the map")).to_be_visible()
    expect(main(window).get_by_alt_text(re.compile("^The photo "))).to_have_count(12)
    main(window).get_by_role("button", name="Clear").click()
    expect(main(window).get_by_text("Each point is a photo.")).to_be_visible()
    expect(main(window).locator(".select-outline")).to_have_count(0)


def test_a_student_teaches_with_ten_photos_a_class(visitor):
    window = visitor.visit("explore")
    page = main(window)
    legend = find_plot(window, "explore-chart").locator(".legendtext")
    expect(legend).to_have_text(["cats", "dogs"])
    page.get_by_role("radio", name="Teach").click()
    accuracy = page.get_by_test_id("stMetricValue")
    expect(page.get_by_text("Taught with 10 cats and 10 dogs")).to_be_visible()
    ten = accuracy.inner_text()
    expect(page.locator(".st-key-teach-curve .js-plotly-plot")).to_be_visible()
    page.get_by_role("radio", name="1", exact=True).click()
    expect(page.get_by_text("Taught with 1 cat and 1 dog")).to_be_visible()
    expect(accuracy).not_to_have_text(ten)
    expect(window).to_have_url(re.compile("each=1"))
    window.reload()
    drawn(window)
    expect(page.get_by_text("Taught with 1 cat and 1 dog")).to_be_visible()
    draw_around_everything(window, find_plot(window, "teach-chart"))
    expect(page.get_by_text("Taught with 80 cats and 80 dogs")).to_be_visible()
    expect(page.get_by_role("button", name="Back to random photos")).to_be_visible()
