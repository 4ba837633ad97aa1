"""The gate before Streamlit: which addresses, origins and frames it lets through; a real server is asked elsewhere."""

import asyncio

import pytest
from streamlit import config

from catdog.settings import Settings
from pages.components.gate import Gate
from pages.components.serving import Start, sign_outs

OWN, AUTH = Settings(), {"client_id": "dashboard"}


async def _accept(scope, receive, send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"set-cookie", b"a=b")]})


async def _sign_out(scope, receive, send) -> None:
    headers = [(b"set-cookie", b"x=y"), (b"set-cookie", b'_streamlit_user=""; Max-Age=0')]
    await send({"type": "http.response.start", "status": 302, "headers": headers})


def ask(start: Start, kind: str = "http", server=("127.0.0.1", 8501), app=_accept, **headers: str) -> dict:
    """Return the first message of the answer to a request that came in on an address."""
    answers = []

    async def answer(message) -> None:
        answers.append(message)

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "path": "/", "server": server, "headers": raw}
    asyncio.run(Gate(app, start)(scope, None, answer))
    return answers[0]


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "localhost", "Localhost."])
def test_a_request_that_came_in_on_this_machine_is_served(kind, address):
    assert ask(Start(OWN, None), kind, (address, 8501))["status"] == 200


@pytest.mark.parametrize(
    "server",
    [
        None,
        *((address, 80) for address in ("192.0.2.7", "0.0.0.0", "::", "fe80::1%eth0", "::ffff:192.0.2.7", "")),
        *((name, None) for name in ("/run/dogs.sock", "localhost.example", "127.0.0.1.example")),
    ],
)
def test_any_other_address_is_refused_unless_people_sign_in_or_it_is_meant(server):
    assert ask(Start(OWN, None), server=server)["status"] == 403
    assert ask(Start(OWN, None), "websocket", server)["type"] == "websocket.close"
    for start in (Start(OWN, AUTH), Start(Settings(open=True), None)):
        assert ask(start, server=server)["status"] == 200


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://127.0.0.1:8501", "127.0.0.1:8501"),
        ("https://dogs.example", "dogs.example"),
        ("https://Dogs.example", "dogs.example:443"),
        ("http://dogs.example:80", "dogs.example"),
        ("http://[::1]:8501", "[::1]:8501"),
        ("http://[::1]", "[::1]"),
    ],
)
def test_a_page_of_this_server_may_open_a_websocket(origin, host):
    assert ask(Start(OWN, None), "websocket", origin=origin, host=host)["type"] != "websocket.close"


@pytest.mark.parametrize(
    "origin",
    [
        "http://127.0.0.1:9000",
        "http://localhost:8501",
        "http://0.0.0.0:8501",
        "https://127.0.0.1",
        "http://evil.example",
        "http://127.0.0.1:8501.evil.example",
        "http://127.0.0.1:8501@evil.example",
        "ftp://127.0.0.1:8501",
        "http://127.0.0.1:8501/path",
        "http://[::1",
        "http://",
        "null",
        "",
    ],
)
def test_a_page_of_another_site_or_port_may_not_and_the_log_says_what_to_do(origin, caplog):
    refused = ask(Start(OWN, None), "websocket", origin=origin, host="127.0.0.1:8501")
    assert (refused["type"], refused["code"]) == ("websocket.close", 1008)
    [told] = caplog.messages
    assert repr(origin) in told
    assert "corsAllowedOrigins" in told


def test_an_origin_that_is_allowed_by_name_may(monkeypatch):
    monkeypatch.setattr(config, "get_option", lambda name: ["https://dogs.example.org"])
    monkeypatch.setattr("streamlit.get_option", config.get_option)
    start, host = Start(OWN, AUTH), "127.0.0.1:8501"
    assert ask(start, "websocket", origin="https://dogs.example.org", host=host)["type"] != "websocket.close"
    assert ask(start, "websocket", origin="https://dogs.example.org:8", host=host)["type"] == "websocket.close"


def test_a_program_that_is_no_page_may():
    assert ask(Start(OWN, None), "websocket", host="127.0.0.1:8501")["type"] != "websocket.close"


def test_no_answer_may_be_shown_in_a_frame():
    headers = dict(ask(Start(OWN, None))["headers"])
    assert headers[b"content-security-policy"] == b"frame-ancestors 'none'"
    assert headers[b"x-frame-options"] == b"DENY"


@pytest.mark.parametrize("listed", [True, False])
def test_no_other_site_may_read_an_answer_unless_it_is_allowed_by_name(monkeypatch, listed):
    async def allow(scope, receive, send) -> None:
        headers = [(b"access-control-allow-origin", b"http://localhost:8501"), (b"x-other", b"stays")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})

    monkeypatch.setattr("streamlit.get_option", lambda name: ["http://localhost:8501"] if listed else [])
    headers = dict(ask(Start(OWN, None), app=allow)["headers"])
    assert (b"access-control-allow-origin" in headers) == listed
    assert headers[b"x-other"] == b"stays"


def test_an_answer_that_ends_a_sign_in_ends_it_in_all_tabs():
    cookie = {"_streamlit_user": "signed"}
    ask(Start(OWN, AUTH), cookie="_streamlit_user=signed; theme=dark")
    assert not sign_outs().has(cookie)
    ask(Start(OWN, AUTH), app=_sign_out, cookie="_streamlit_user=signed; theme=dark")
    assert sign_outs().has(cookie)
