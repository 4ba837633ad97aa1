"""Whose progress a page shows: that of the person who has signed in, else that of this browser, known by a cookie."""

import re
import secrets

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection

from pages.components import access
from pages.components.gate import App, Message, Receive, Send

COOKIE = "catdog_browser"
YEAR = 365 * 86_400  # seconds
_TOKEN = re.compile(r"[0-9a-f]{32}")
_KEY = "browser-token"  # the session's key of a browser that keeps no cookie


def find_learner() -> str:
    """Return whose progress this is: an e-mail address, else "browser:" and 32 hexadecimal digits."""
    return access.person() or f"browser:{_read_token()}"


def _read_token() -> str:
    """Return this browser's token; a random one for this tab alone where the cookie is missing or is no token."""
    token = st.context.cookies.get(COOKIE, "")
    return token if is_token(token) else st.session_state.setdefault(_KEY, secrets.token_hex(16))


def is_token(text: object) -> bool:
    """Tell whether a cookie's text is a token as this server makes them; AppTest's cookies are not even texts."""
    return isinstance(text, str) and _TOKEN.fullmatch(text) is not None


class BrowserCookie:
    """ASGI middleware that gives a browser without a valid token one, a random 128-bit number, with the page it loads.

    No script can read it, and no other site's forms send it.
    """

    def __init__(self, app: App) -> None:
        """Put the middleware before an application."""
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on; the answer to one for a page brings the cookie where the request had none."""
        if not (scope["type"] == "http" and scope["method"] == "GET" and _is_for_page(Headers(scope=scope))):
            await self._app(scope, receive, send)
            return
        if is_token(HTTPConnection(scope).cookies.get(COOKIE, "")):
            await self._app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", _make_cookie(scope))
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def _is_for_page(headers: Headers) -> bool:
    """Tell whether a browser opens a page, which is not so of what the page then loads.

    Not the answer is asked: the page that a browser has kept comes without a content type (304).
    """
    return "text/html" in headers.get("accept", "")


def _make_cookie(scope: Message) -> str:
    encrypted = "https" in (scope.get("scheme"), Headers(scope=scope).get("x-forwarded-proto"))  # by a proxy
    secure = "; Secure" if encrypted else ""
    return f"{COOKIE}={secrets.token_hex(16)}; Max-Age={YEAR}; Path=/; HttpOnly; SameSite=Lax{secure}"
