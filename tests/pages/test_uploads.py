"""Uploads are counted for each person as they arrive, if they are accepted, and pages say what is left."""

import asyncio

import pytest
from starlette.exceptions import HTTPException

from catdog.access import UploadCounts
from pages.components.uploads import UploadLimiter, get_upload_counts

ADDRESS = "/_stcore/upload_file/{}/file-1"
LIMIT = 1_000_000


class Guarded:
    """Streamlit's upload behind UploadLimiter: it reads a body and accepts it unless `status` says otherwise.

    reached: how many requests came through; send() returns the status of the answer.
    """

    def __init__(self, limit: int = LIMIT, tabs: tuple[str, ...] = ("tab-1",)) -> None:
        self.reached, self.status, self.reads = 0, 204, True
        self._guard = UploadLimiter(self._app, limit)
        for tab in tabs:
            get_upload_counts(limit).remember(tab, "")

    async def _app(self, scope, receive, send) -> None:
        self.reached += 1
        status = self.status
        try:
            while self.reads and (await receive())["more_body"]:
                pass
        except HTTPException as error:  # as Starlette does
            status = error.status_code
        await send({"type": "http.response.start", "status": status, "headers": []})

    def send(self, length: int | str | None, tab: str = "tab-1", method: str = "PUT", pieces: int = 4) -> int:
        """Send a request with a body of this length, in pieces."""
        return asyncio.run(self.request(length, ADDRESS.format(tab), method, pieces))

    async def request(self, length: int | str | None, path: str, method: str = "PUT", pieces: int = 4) -> int:
        """Send a request as `send` does, in a running loop."""
        answers = []
        left = [length // pieces + (piece < length % pieces) for piece in range(pieces)] if self.reads else []

        async def answer(message) -> None:
            answers.append(message)

        async def receive() -> dict:
            await asyncio.sleep(0)  # others' pieces come between
            return {"type": "http.request", "body": bytes(left.pop()), "more_body": bool(left)}

        headers = [] if length is None else [(b"content-length", str(length).encode())]
        scope = {"type": "http", "method": method, "path": path, "headers": headers}
        await self._guard(scope, receive, answer)
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
    assert guarded.send(LIMIT, "tab-1") == 204
    assert guarded.send(1, "tab-2") == 413
    assert guarded.send(1, "tab-3") == 204


@pytest.mark.parametrize("tab", ["never-seen", "", "x"])
def test_an_upload_that_no_page_asked_for_is_refused_unread_and_counts_for_nobody(tab):
    guarded = Guarded()
    assert guarded.send(LIMIT, tab) == 403
    assert guarded.reached == 0
    assert guarded.send(LIMIT) == 204


@pytest.mark.parametrize("status", [400, 403, 413, 500])
@pytest.mark.parametrize("reads", [True, False])
def test_what_streamlit_refuses_counts_for_nobody(status, reads):
    guarded = Guarded()
    guarded.status, guarded.reads = status, reads
    assert guarded.send(LIMIT) == status
    guarded.status, guarded.reads = 204, True
    assert guarded.send(LIMIT) == 204


def test_what_is_broken_off_counts_for_nobody():
    guarded = Guarded()

    async def break_off() -> None:
        async def receive():
            if not sent:
                sent.append(True)
                return {"type": "http.request", "body": bytes(LIMIT // 2), "more_body": True}
            assert get_upload_counts(LIMIT).allowance.left("") == LIMIT // 2  # while it arrives
            raise ConnectionResetError

        sent: list[bool] = []
        headers = [(b"content-length", str(LIMIT).encode())]
        scope = {"type": "http", "method": "PUT", "path": ADDRESS.format("tab-1"), "headers": headers}
        await guarded._guard(scope, receive, None)

    with pytest.raises(ConnectionResetError):
        asyncio.run(break_off())
    assert get_upload_counts(LIMIT).allowance.left("") == LIMIT


def test_a_claim_without_a_body_keeps_nobody_waiting():
    guarded = Guarded()
    guarded.reads = False
    assert guarded.send(LIMIT) == 204  # said to be large, and nothing came
    guarded.reads = True
    assert guarded.send(LIMIT) == 204


def test_several_uploads_at_once_are_not_more_than_one_person_may_send():
    guarded = Guarded()

    async def both() -> list[int]:
        path = ADDRESS.format("tab-1")
        return await asyncio.gather(*(guarded.request(LIMIT * 3 // 4, path) for _ in range(3)))

    statuses = asyncio.run(both())
    assert sorted(statuses)[:2] != [204, 204]
    assert 413 in statuses
    used = LIMIT - get_upload_counts(LIMIT).allowance.left("")
    assert used == statuses.count(204) * LIMIT * 3 // 4


def test_the_tabs_that_nobody_touched_for_longest_are_forgotten(monkeypatch):
    monkeypatch.setattr("catdog.access.MAX_TABS", 2)
    counts = UploadCounts(LIMIT)
    for tab in ("first", "second", "first", "third"):
        counts.remember(tab, "anna")
    assert [counts.find_person(tab) for tab in ("first", "second", "third")] == ["anna", None, "anna"]


@pytest.mark.parametrize("length", [None, "many", -5, "²", "٣", "1_0", "+1"])
def test_an_upload_that_does_not_say_its_size_is_refused(length):
    guarded = Guarded()
    guarded.reads = False
    assert guarded.send(length) == 411
    assert guarded.reached == 0


def test_nothing_else_is_counted():
    guarded = Guarded()
    assert asyncio.run(guarded.request(10 * LIMIT, "/_stcore/health", "GET")) == 204
    assert guarded.send(10 * LIMIT, method="DELETE") == 204
    assert guarded.send(LIMIT) == 204


def test_without_a_limit_everything_passes():
    assert Guarded(0).send(10**7) == 204


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
    assert any("Try again in" in warning.value for warning in page.warning)


def test_without_a_limit_pages_say_nothing_of_one(app, trained):
    trained()
    page = app("predict")
    assert not any("in an hour" in caption.value for caption in page.caption)
