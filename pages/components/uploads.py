"""What each person may upload within an hour: counted as it arrives, and shown before it is too much."""

from functools import cache

import streamlit as st
from starlette.exceptions import HTTPException
from streamlit.runtime.scriptrunner import get_script_run_ctx

from catdog.access import Allowance, UploadCounts
from catdog.datasets.zip_names import CODE_PAGES
from catdog.settings import MEGABYTE
from catdog.utils.text import format_duration, format_size
from pages.components import access, state
from pages.components.gate import App, Message, Receive, Send, refuse

PATH = "/_stcore/upload_file/"
TOO_MUCH = "This is more than one person may upload within an hour."


@cache
def get_upload_counts(limit: int) -> UploadCounts:
    """Return the counts of this server, the same for every browser; Streamlit's own caches can be emptied from one."""
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
            f"{whose.capitalize()} may upload {format_size(limit)} an hour, and that is used up. Try again in {wait}.",
            icon=":material/person_alert:",
        )
    else:
        st.caption(
            f":material/person: {format_size(left * MEGABYTE)} left of the {format_size(limit)} that {whose} may "
            "upload in an hour."
        )
    megabytes = st.session_state.setdefault(f"megabytes-{key}", max(1, min(usual, left)))
    return megabytes, left < 1


def choose_code_page(label: str, key: str) -> str:
    """Let the user choose how the names in a zip are read; return a code page, or "" for the one that fits them."""
    return st.selectbox(
        label,
        ["", *CODE_PAGES],
        format_func=lambda page: f"{page} ({CODE_PAGES[page]})" if page else "the one that fits them",
        key=key,
    )


class UploadLimiter:
    """ASGI middleware before Streamlit that refuses uploads beyond what a person may send, and counts those accepted.

    An upload counts while it arrives, and no longer once Streamlit has refused it or it was broken off.
    """

    def __init__(self, app: App, limit: int) -> None:
        """Put the middleware before an application.

        Args:
            app: The ASGI application.
            limit: Bytes that a person may upload within an hour; 0 for any number.
        """
        self._app, self._limit = app, limit

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with 413 (too large), 411 (does not say its size) or 403 (nobody's)."""
        _, is_upload, rest = scope.get("path", "").partition(PATH)
        if not (self._limit and is_upload and scope.get("method") == "PUT"):
            await self._app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"")
        counts = get_upload_counts(self._limit)
        person = counts.find_person(rest.partition("/")[0])
        if not length.isdigit():
            await refuse(scope, send, 411, "Say how large the upload is.")
        elif person is None:
            await refuse(scope, send, 403, "No page of this server asked for the upload: reload the page.")
        elif int(length) > (counts.allowance.left(person) or 0):
            await refuse(scope, send, 413, TOO_MUCH)
        else:
            await self._count(scope, receive, send, counts.allowance, person)

    async def _count(self, scope: Message, receive: Receive, send: Send, allowance: Allowance, person: str) -> None:
        counted, status = 0, 0

        async def counting() -> Message:
            nonlocal counted
            message = await receive()
            size = len(message.get("body", b""))
            if size and not allowance.take(person, size):  # several uploads at once
                raise HTTPException(413, TOO_MUCH)
            counted += size
            return message

        async def watching(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, counting, watching)
        finally:
            if not 200 <= status < 300:
                allowance.give_back(person, counted)
