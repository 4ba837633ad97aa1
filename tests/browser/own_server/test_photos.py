"""A fresh home, and fetching the photos by the button on its first page, from a web server on this machine."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import drawn, main, sidebar

pytestmark = pytest.mark.browser


@pytest.fixture
def photos_url(photos_zip: Path) -> Iterator[str]:
    """The address at which a whole set of 3,000 tiny photos can be fetched."""
    handler = partial(SimpleHTTPRequestHandler, directory=photos_zip.parent)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{site.server_port}/{photos_zip.name}"
        site.shutdown()


def test_a_fresh_home_has_drawings_until_the_photos_are_fetched(start, visitors, photos_url):
    server = start(photos_url, fresh=True)
    visitor = visitors(server.address)
    window = visitor.visit()
    page = main(window)
    expect(sidebar(window).get_by_text("120 drawn cats and dogs (drawings, not photos)")).to_be_visible()
    expect(page.get_by_text("These are drawings, not photos.")).to_be_visible()
    expect(page.get_by_alt_text("One of the cats")).to_have_count(4)
    expect(page.get_by_alt_text("One of the dogs")).to_have_count(4)
    page.get_by_role("button", name="Fetch the photos (65 MB)").click()
    expect(sidebar(window).get_by_text("3,000 photos of cats and dogs")).to_be_visible()
    expect(window.get_by_role("button", name="Fetch the photos")).to_have_count(0)
    expect(page.get_by_text("These are drawings")).to_have_count(0)
    assert sorted(folder.name for folder in (server.settings.data / "photos").iterdir()) == ["train", "validation"]

    browsing = visitor.visit("browse")
    later = main(browsing)
    expect(sidebar(browsing).get_by_text("3,000 photos of cats and dogs")).to_be_visible()
    expect(later.get_by_text("8 × 8 pixels")).to_have_count(10)
    drawn(window)
