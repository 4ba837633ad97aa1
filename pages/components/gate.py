"""The gate that every request passes before Streamlit: whom this server speaks to, and for which other sites."""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection

from catdog.access import USER_COOKIE
from pages.components.serving import Start, is_loopback, sign_outs

LOG = logging.getLogger(__name__)
PORTS = {"http": 80, "https": 443}

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class Gate:
    """ASGI middleware that refuses other machines and other sites, forbids framing, and notes who signs out."""

    def __init__(self, app: App, start: Start) -> None:
        """Put the middleware before an application.

        Args:
            app: The ASGI application.
            start: What was decided as the server started.
        """
        self._app, self._start = app, start

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with 403."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif reason := self._find_reason(scope):
            await refuse(scope, send, 403, reason)
        else:
            await self._app(scope, receive, _watch_answer(scope, send))

    def _find_reason(self, scope: Message) -> str:
        """Return why a request is refused, "" for one that is not."""
        address = (scope.get("server") or ("",))[0]
        if not self._start.for_everybody and not is_loopback(address):  # whatever server runs this, it tells the truth
            return (
                "This dashboard serves its own machine only: whoever runs it must set up signing in (see "
                "docs/classroom.md), or set CATDOG_OPEN=1 if other machines are meant to be served."
            )
        headers = Headers(scope=scope)
        if scope["type"] == "websocket" and not is_own_origin(headers):
            LOG.warning(
                "catdog: A page of %.100r was refused at the host %.100r: if that is your proxy, let it pass on the "
                "host and port that browsers use, or list that page's address in --server.corsAllowedOrigins.",
                headers.get("origin", ""),
                headers.get("host", ""),
            )
            return "Another site may not use this dashboard: open it in a tab of its own."
        return ""


def is_own_origin(headers: Headers) -> bool:
    """Return whether a request comes from a page of this server, from no page, or from an origin allowed by name.

    Streamlit lets pages of any port of this machine in; an origin counts here only with its port.
    """
    origins, hosts = headers.getlist("origin"), headers.getlist("host")
    if not origins:
        return True  # a program, which no other site can send here
    if len(origins) > 1 or len(hosts) != 1:
        return False
    scheme, _, origin_host = origins[0].partition("://")
    if scheme in PORTS and _with_port(origin_host, scheme) == _with_port(hosts[0], scheme):
        return True
    return _is_allowed_by_name(origins[0])


async def refuse(scope: Message, send: Send, status: int, reason: str) -> None:
    """Answer a request with a sentence, without having read its body."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": reason[:100]})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": reason.encode()})


def _watch_answer(scope: Message, send: Send) -> Send:
    """Return `send` with headers that keep other sites out; it notes where an answer ends or replaces a sign-in."""

    async def watched(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.append("content-security-policy", "frame-ancestors 'none'")
            headers["x-frame-options"] = "DENY"
            if not _is_allowed_by_name(headers.get("access-control-allow-origin", "")):
                del headers["access-control-allow-origin"], headers["access-control-allow-credentials"]
            if any(cookie.startswith(f"{USER_COOKIE}=") for cookie in headers.getlist("set-cookie")):
                sign_outs().add(HTTPConnection(scope).cookies)  # tabs may still be open with the one before
        await send(message)

    return watched


def _is_allowed_by_name(origin: str) -> bool:
    return origin in st.get_option("server.corsAllowedOrigins")


def _with_port(host: str, scheme: str) -> str:
    """Return a host in lower case with its port, even where that is the usual one."""
    host = host.casefold()
    return host if host.rpartition(":")[2].isdecimal() and not host.endswith("]") else f"{host}:{PORTS[scheme]}"
