"""Whose progress a page shows: the cookie that tells browsers apart, which a browser may have forged."""

import asyncio
import re
from types import SimpleNamespace

import pytest
import streamlit as st

from pages.components import access
from pages.components.person import BrowserCookie, find_learner

PAGE = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
TOKEN = "0123456789abcdef" * 2


def ask(method: str = "GET", scheme: str = "http", kind: str = "http", **headers: str) -> list[str]:
    """Return the cookies that the answer to a request sets."""
    answers = []

    async def app(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 304, "headers": [(b"etag", b"1")]})

    async def send(message) -> None:
        answers.append(message)

    raw = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": kind, "method": method, "path": "/", "scheme": scheme, "headers": raw}
    asyncio.run(BrowserCookie(app)(scope, None, send))
    return [value.decode() for name, value in answers[0]["headers"] if name == b"set-cookie"]


def test_a_browser_gets_a_random_cookie_that_no_script_reads():
    [cookie], [other] = ask(**PAGE), ask(**PAGE)
    form = r"catdog_browser=([0-9a-f]{32}); Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax"
    assert re.fullmatch(form, cookie)[1] != re.fullmatch(form, other)[1]


def test_it_gets_none_once_it_has_one_and_none_with_what_is_no_page():
    assert ask(**PAGE, cookie=f"theme=dark; catdog_browser={TOKEN}") == []
    assert ask(accept="*/*") == ask(method="POST", **PAGE) == ask(kind="websocket", **PAGE) == []


@pytest.mark.parametrize("forged", ["", "x", TOKEN[1:], TOKEN.upper(), TOKEN + "0", "../" * 10 + "ab", '"; Path=/x'])
def test_a_forged_cookie_is_replaced(forged):
    assert len(ask(**PAGE, cookie=f"catdog_browser={forged}")) == 1


@pytest.mark.parametrize("way", [{"scheme": "https"}, {"x_forwarded_proto": "https"}])
def test_it_never_leaves_an_encrypted_connection(way):
    assert ask(**PAGE, **way)[0].endswith("; Secure")
    assert "Secure" not in ask(**PAGE)[0]


def test_the_learner_is_who_signed_in_else_the_browser_else_the_tab(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(access, "person", lambda: "")
    monkeypatch.setattr("streamlit.context", SimpleNamespace(cookies={"catdog_browser": TOKEN}))
    assert find_learner() == f"browser:{TOKEN}"
    for forged in ("anna@school.example", "../../etc", TOKEN + "\n", "٣" * 32):
        monkeypatch.setattr("streamlit.context", SimpleNamespace(cookies={"catdog_browser": forged}))
        assert re.fullmatch("browser:[0-9a-f]{32}", find_learner())
        assert find_learner() == find_learner()
    monkeypatch.setattr(access, "person", lambda: "anna@school.example")
    assert find_learner() == "anna@school.example"
