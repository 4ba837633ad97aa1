"""Uploads are counted for each person before they are read, and what is left is said on the pages."""

import asyncio

import pytest
import streamlit as st

from pages.components.uploads import UploadCounts, UploadLimiter, get_upload_counts

ADDRESS = "/_stcore/upload_file/tab-1/file-1"
LIMIT = 1_000_000


@pytest.fixture(autouse=True)
def _fresh():
    yield
    st.cache_resource.clear()


class Guarded:
    """An application behind UploadLimiter that counts what reached it; send() returns the status of the answer."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.reached = 0
        self._guard = UploadLimiter(self._app, limit)

    async def _app(self, scope, receive, send) -> None:
        self.reached += 1
        await send({"type": "http.response.start", "status": 204, "headers": []})

    def send(self, length: int | None, path: str = ADDRESS, method: str = "PUT") -> int:
        """Send the head of a request; its body can't be read."""
        answers = []

        async def answer(message) -> None:
            answers.append(message)

        async def receive() -> None:
            raise AssertionError("the body must not be read")

        headers = [] if length is None else [(b"content-length", str(length).encode())]
        scope = {"type": "http", "method": method, "path": path, "headers": headers}
        asyncio.run(self._guard(scope, receive, answer))
        return answers[0]["status"]


def test_more_than_a_person_may_upload_in_an_hour_is_refused_unread():
    guarded = Guarded()
    assert guarded.send(LIMIT - 10) == 204
    assert guarded.send(11) == 413
    assert guarded.send(10) == 204
    assert guarded.send(1) == 413
    assert guarded.reached == 2


def test_each_person_is_counted_alone_however_many_tabs_are_open():
    guarded = Guarded()
    for tab, person in (("tab-1", "anna"), ("tab-2", "anna"), ("tab-3", "ben")):
        get_upload_counts(LIMIT).remember(tab, person)
    assert guarded.send(LIMIT, "/_stcore/upload_file/tab-1/f") == 204
    assert guarded.send(1, "/_stcore/upload_file/tab-2/f") == 413
    assert guarded.send(1, "/_stcore/upload_file/tab-3/f") == 204
    assert guarded.send(LIMIT, "/_stcore/upload_file/never-seen/f") == 204  # whoever has not signed in
    assert guarded.send(1, "/_stcore/upload_file/never-seen-2/f") == 413


def test_the_tabs_that_nobody_touched_for_longest_are_forgotten(monkeypatch):
    monkeypatch.setattr("pages.components.uploads.MAX_TABS", 2)
    counts = UploadCounts(LIMIT)
    for tab in ("first", "second", "first", "third"):
        counts.remember(tab, "anna")
    assert counts.take("first", LIMIT)
    assert not counts.take("third", 1)
    assert counts.take("second", 1)  # nobody's any more


@pytest.mark.parametrize("length", [None, "many", -5])
def test_an_upload_that_does_not_say_its_size_is_refused(length):
    guarded = Guarded()
    assert guarded.send(length) == 411
    assert guarded.reached == 0


def test_nothing_else_is_counted():
    guarded = Guarded()
    assert guarded.send(10 * LIMIT, "/_stcore/health", "GET") == 204
    assert guarded.send(10 * LIMIT, method="DELETE") == 204
    assert guarded.send(LIMIT) == 204


def test_without_a_limit_everything_passes():
    assert Guarded(0).send(10**12) == 204


def test_pages_say_what_is_left_and_how_long_to_wait_when_nothing_is(app, trained, monkeypatch):
    trained()
    monkeypatch.setenv("CATDOG_LIMIT_UPLOAD", "300")
    page = app("predict")
    assert any("300 MB left of the 300 MB" in caption.value for caption in page.caption)
    assert get_upload_counts(300_000_000).allowance.take("", 250_000_000)
    page.run()
    assert any("50 MB left of the 300 MB" in caption.value for caption in page.caption)
    assert get_upload_counts(300_000_000).allowance.take("", 50_000_000)
    page.run()
    assert any("go on in" in warning.value for warning in page.warning)


def test_without_a_limit_pages_say_nothing_of_one(app, trained):
    trained()
    page = app("predict")
    assert not any("in an hour" in caption.value for caption in page.caption)
