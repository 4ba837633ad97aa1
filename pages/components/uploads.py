"""What each person may upload within an hour: counted as it arrives, and shown before it is too much."""

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
MAX_TABS = 10_000  # browser tabs that are remembered with the person who opened them

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class UploadCounts:
    """How much each person has uploaded, and who uses which browser tab, by Streamlit's session ids.

    Attributes:
        allowance: What each person may still upload.
    """

    def __init__(self, limit: int) -> None:
        """Allow each person `limit` bytes within an hour."""
        self.allowance = Allowance(limit)
        self._persons: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def remember(self, session: str, person: str) -> None:
        """Remember who uses a browser tab; the tabs that nobody has used for longest are forgotten."""
        with self._lock:
            self._persons[session] = person
            self._persons.move_to_end(session)
            while len(self._persons) > MAX_TABS:
                self._persons.popitem(last=False)

    def take(self, session: str, amount: int) -> bool:
        """Count an upload of `amount` bytes from a tab; return whether it is still allowed."""
        return self.allowance.take(self._persons.get(session, ""), amount)


@st.cache_resource(show_spinner=False)
def get_upload_counts(limit: int) -> UploadCounts:
    """Return the counts of this server, the same for every browser."""
    return UploadCounts(limit)


def remember_person() -> None:
    """Remember who uses this browser tab; every page calls this before anything can be uploaded."""
    limit, context = state.settings().limits.upload, get_script_run_ctx()
    if limit and context is not None:
        get_upload_counts(limit).remember(context.session_id, access.person())


def limit_upload(usual: int, key: str) -> tuple[int, bool]:
    """Say how much the person may still upload, where that is limited.

    Args:
        usual: MB that one upload may have at most.
        key: Of the field that takes the upload. It keeps the first limit it got, since Streamlit empties a field
            whose limit changes.

    Returns:
        How many MB the upload may have, and whether none is allowed now.
    """
    limit = state.settings().limits.upload
    if not limit:
        return usual, False
    allowance, person = get_upload_counts(limit).allowance, access.person()
    left = (allowance.left(person) or 0) // MEGABYTE
    whose = "you" if person else "all people together"
    if left < 1:
        wait = format_duration(allowance.wait(person, MEGABYTE))
        st.warning(
            f"Within an hour {whose} may upload {format_size(limit)}, and that much has come: go on in {wait}.",
            icon=":material/person_alert:",
        )
    else:
        st.caption(
            f":material/person: {format_size(left * MEGABYTE)} left of the {format_size(limit)} that {whose} may "
            "upload in an hour."
        )
    megabytes = st.session_state.setdefault(f"megabytes-{key}", max(1, min(usual, left)))
    return megabytes, left < 1


class UploadLimiter:
    """ASGI middleware before Streamlit that refuses, unread, an upload that is more than a person may send."""

    def __init__(self, app: Callable[..., Awaitable[None]], limit: int) -> None:
        """Put the middleware before an application.

        Args:
            app: The ASGI application.
            limit: Bytes that a person may upload within an hour; 0 for any number.
        """
        self._app, self._limit = app, limit

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with 413 (too large) or 411 (it does not say its size)."""
        _, is_upload, rest = scope.get("path", "").partition(PATH)
        if not (self._limit and is_upload and scope.get("method") == "PUT"):
            await self._app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"")
        if not length.isdigit():
            await _refuse(send, 411, "Say how large the upload is.")
        elif not get_upload_counts(self._limit).take(rest.partition("/")[0], int(length)):
            await _refuse(send, 413, "This is more than one person may upload within an hour.")
        else:
            await self._app(scope, receive, send)


async def _refuse(send: Send, status: int, reason: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": reason.encode()})
