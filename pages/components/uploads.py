"""What each person may upload within an hour: counted as it arrives, and said before it is too much."""

import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from catdog.access import Allowance
from catdog.settings import MEGABYTE
from catdog.utils.text import format_duration, format_size
from pages.components import access, state

PATH = "/_stcore/upload_file/"
TABS = 10_000  # browser tabs that are remembered with the person who opened them

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class UploadCounts:
    """How much each person has uploaded, and who sits at which browser tab, by Streamlit's session ids."""

    def __init__(self, most: int) -> None:
        self.allowance = Allowance(most)
        self._persons: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def sits_at(self, session: str, person: str) -> None:
        """Remember who sits at a browser tab; those that nobody has touched for longest are forgotten."""
        with self._lock:
            self._persons[session] = person
            self._persons.move_to_end(session)
            while len(self._persons) > TABS:
                self._persons.popitem(last=False)

    def take(self, session: str, amount: int) -> bool:
        """Count an upload of so many bytes, and return whether it is still allowed."""
        return self.allowance.take(self._persons.get(session, ""), amount)


@st.cache_resource(show_spinner=False)
def get_upload_counts(most: int) -> UploadCounts:
    """Return the counts of this server, the same for every browser."""
    return UploadCounts(most)


def remember_person() -> None:
    """Remember who sits at this browser tab; to be called by every page before anything can be uploaded."""
    most, context = state.settings().limits.upload, get_script_run_ctx()
    if most and context is not None:
        get_upload_counts(most).sits_at(context.session_id, access.person())


def limit_upload(usual: int, key: str) -> tuple[int, bool]:
    """Return how many MB one upload may have, at most `usual`, and whether none is allowed now; say what is left.

    key: of the field that takes it. It keeps its first answer, since Streamlit empties a field whose limit changes.
    """
    most = state.settings().limits.upload
    if not most:
        return usual, False
    allowance, who = get_upload_counts(most).allowance, access.person()
    left = (allowance.left(who) or 0) // MEGABYTE
    whose = "you" if who else "all people together"
    if left < 1:
        wait = format_duration(allowance.wait(who, MEGABYTE))
        st.warning(
            f"Within an hour {whose} may upload {format_size(most)}, and that much has come: go on in {wait}.",
            icon=":material/person_alert:",
        )
    else:
        st.caption(
            f":material/person: {format_size(left * MEGABYTE)} left of the {format_size(most)} that {whose} may upload in an hour."
        )
    first = st.session_state.setdefault(f"megabytes-{key}", max(1, min(usual, left)))
    return first, left < 1


class UploadLimiter:
    """Lies between the browser and Streamlit: turns an upload away, unread, that is more than a person may send.

    most: bytes a person may upload within an hour, 0 for any number.
    """

    def __init__(self, app: Callable[..., Awaitable[None]], most: int) -> None:
        self._app, self._most = app, most

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with 413 (too large) or 411 (its size is not said)."""
        _, found, rest = scope.get("path", "").partition(PATH)
        if not (self._most and found and scope.get("method") == "PUT"):
            await self._app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"")
        if not length.isdigit():
            await _refuse(send, 411, "Say how large the upload is.")
        elif not get_upload_counts(self._most).take(rest.partition("/")[0], int(length)):
            await _refuse(send, 413, "This is more than one person may upload within an hour.")
        else:
            await self._app(scope, receive, send)


async def _refuse(send: Send, status: int, why: str) -> None:
    kind = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": kind})
    await send({"type": "http.response.body", "body": why.encode()})
