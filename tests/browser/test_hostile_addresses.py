"""Addresses whose parameters would be programs in a web page."""

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import PAGES

pytestmark = pytest.mark.browser

NAME = "<img src=x onerror=hacked=1><script>hacked=1</script>[a](javascript:1)"


def test_an_address_that_would_be_a_program_is_never_run(visitor):
    window = visitor.window()
    for page in PAGES:
        visitor.go(window, page, data=NAME, run=NAME, picture=NAME, models=NAME, sample=NAME, epochs=NAME)
        assert window.evaluate("window.hacked") is None, page
        expect(window.locator("img[src=x]")).to_have_count(0)
