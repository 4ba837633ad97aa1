"""Who may do what at a real server: sign-in that is lost, other addresses and sites, forged clicks and uploads.

Requests are raw, without a browser: what a page shows protects nothing.
"""

import http.client
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from catdog.runs import create_run, list_runs, open_run
from catdog.settings import PROJECT, Limits, Settings
from catdog.training import TrainConfig
from tests.browser.provider import Provider
from tests.browser.server import PATIENCE, Server, free_port
from tests.tab import WAIT, Browser, Tab, origins

ANNA, BEN, OLIVE = "anna@school.example", "ben@school.example", "olive@school.example"
LIMIT = 500_000_000
TRAIN = {"page": "train", "epochs": 1, "share": 20}
LOCKED = "nobody may change anything"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """Where people sign in."""
    provider = Provider()
    yield provider
    provider.stop()


@pytest.fixture(scope="module")
def place(drawn_home: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the server's home, its secrets, and its lists of people."""
    place = tmp_path_factory.mktemp("guarded")
    (place / "home" / "data").mkdir(parents=True)
    (place / "home" / "data" / "drawn").symlink_to(drawn_home.data / "drawn")
    (place / "members.txt").write_text(f"{ANNA}\n{BEN}\n", encoding="utf-8")
    (place / "owners.txt").write_text(f"{OLIVE}\n", encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def server(place: Path, provider: Provider) -> Iterator[Server]:
    """A server on which people sign in; no training goes on where it says that one is queued."""
    (place / "secrets.toml").write_text(provider.secrets(), encoding="utf-8")
    options = ("--secrets.files", str(place / "secrets.toml"))
    people = {"members": place / "members.txt", "owners": place / "owners.txt"}
    server = Server(place / "home", "file:///nowhere", options, limits=Limits(20, LIMIT), **people)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def anna(server: Server, provider: Provider) -> Browser:
    """A browser in which Anna has signed in."""
    browser = Browser(server.address)
    browser.sign_in(provider, ANNA)
    return browser


@contextmanager
def tab_at(browser: Browser, **address: object) -> Iterator[Tab]:
    """Open a tab at an address such as TRAIN."""
    with Tab(browser) as tab:
        tab.open(**address)
        yield tab


def make_run(server: Server, by: str, state: str):
    """Write a run of somebody that waits, or has ended."""
    run = create_run(server.settings, TrainConfig("model1", "drawn"), by=by)
    run.files.write_status(replace(run.status, state=state))
    return open_run(server.settings, run.id)


def ids(server: Server) -> set[str]:
    """Return which runs there are."""
    return {run.id for run in list_runs(server.settings)}


def upload(browser: Browser, session: str, size: int, body: bytes = b"", token: bool = False) -> int:
    """Send the head of an upload, and this much of its body; return the status of the answer."""
    connection = http.client.HTTPConnection(urlsplit(browser.address).netloc, timeout=WAIT)
    connection.putrequest("PUT", f"/_stcore/upload_file/{session}/file-1")
    connection.putheader("Content-Length", str(size))
    if token:
        connection.putheader("Cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items()))
        connection.putheader("X-Xsrftoken", browser.cookies["_streamlit_xsrf"])
        connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.endheaders()
    connection.send(body)
    status = connection.getresponse().status
    connection.close()
    return status


SECRETS_LOST = {  # in this order, since Streamlit looks no more for changes after a syntax error
    "emptied": lambda text: "",
    "renamed": lambda text: text.replace("[auth]", "[authentication]"),
    "syntax": lambda text: text.replace("[auth]", "[auth"),
}


@pytest.mark.parametrize("damage", SECRETS_LOST.values(), ids=SECRETS_LOST)
def test_losing_secrets_toml_locks_everybody_out_and_mending_it_lets_them_in(server, anna, place, damage):
    secrets = place / "secrets.toml"
    text, before = secrets.read_text(encoding="utf-8"), ids(server)
    somebody = Browser(server.address)
    with tab_at(anna, **TRAIN) as hers, tab_at(somebody, **TRAIN) as theirs:
        assert (hers.locked("Start training"), theirs.locked("Start training")) == (False, True)
        secrets.write_text(damage(text), encoding="utf-8")
        try:
            _open_until(hers, lambda: LOCKED in hers.text)
            for tab in (hers, theirs):
                tab.open(**TRAIN)
                assert LOCKED in tab.text
                assert tab.locked("Start training")
                tab.click("Start training")
            with tab_at(Browser(server.address), **TRAIN) as new:
                assert new.locked("Start training")
                new.click("Start training")
        finally:
            secrets.write_text(text, encoding="utf-8")
        assert ids(server) == before
        _open_until(hers, lambda: not hers.locked("Start training"))


def _open_until(tab: Tab, reached) -> None:
    """Open the Train page until the server has noticed a change of secrets.toml, which it looks for by itself."""
    deadline = time.monotonic() + PATIENCE
    tab.open(**TRAIN)
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.1)
        tab.open(**TRAIN)


@pytest.mark.parametrize("content", [None, "", "# nobody\n"], ids=["removed", "emptied", "commented out"])
def test_losing_the_list_of_members_locks_everybody_out(server, anna, place, content):
    members = place / "members.txt"
    text, before = members.read_text(encoding="utf-8"), ids(server)
    with tab_at(anna, **TRAIN) as hers:
        members.unlink() if content is None else members.write_text(content, encoding="utf-8")
        try:
            hers.click("Start training")
            assert LOCKED in hers.text
            assert hers.locked("Start training")
        finally:
            members.write_text(text, encoding="utf-8")
    assert ids(server) == before


def test_whoever_signs_out_in_one_tab_is_signed_out_in_the_others(server, provider):
    browser, before = Browser(server.address), ids(server)
    browser.sign_in(provider, BEN)
    with tab_at(browser, **TRAIN) as first, tab_at(browser, **TRAIN) as second:
        assert not second.locked("Start training")
        stolen = dict(browser.cookies)
        first.click("Sign out")
        browser.get(first.redirect)
        second.click("Start training")
        assert "You have signed out" in second.text
        assert second.locked("Start training")
    browser.sign_in(provider, BEN)  # anew, which ends nothing but what was before
    with tab_at(browser, **TRAIN) as third:
        assert not third.locked("Start training")
    assert ids(server) == before
    with Tab(Browser(server.address), Cookie="; ".join(f"{name}={value}" for name, value in stolen.items())) as replay:
        replay.open(**TRAIN)
        assert replay.locked("Start training")


def test_members_delete_and_stop_their_own_runs_only_and_owners_all(server, provider, anna):
    ended, waiting = make_run(server, BEN, "stopped"), make_run(server, BEN, "queued")
    olive = Browser(server.address)
    olive.sign_in(provider, OLIVE)
    for browser, may in ((anna, False), (olive, True)):
        with tab_at(browser, page="train") as tab:
            assert tab.locked("Remove from queue") != may
            tab.click("Remove from queue")
            assert waiting.files.stop.exists() == may
            tab.expand(f"run-{ended.id}")
            tab.click("Delete for good")
            assert (ended.id in ids(server)) != may
            assert may or "is not yours" in tab.text


def test_emptying_streamlits_caches_unlocks_nothing(server):
    with tab_at(Browser(server.address), **TRAIN) as tab:
        tab.clear_caches()
        tab.open(**TRAIN)
        assert tab.locked("Start training")
        assert "Sign in" in tab.buttons


def test_forged_uploads_use_up_nobodys_hour(server, anna):
    with tab_at(anna, page="train") as tab:
        session = tab.session
        for target in ("x", session):
            for size in (LIMIT // 2, LIMIT, 10**15):
                assert upload(anna, target, size) in (403, 413)
        page = (
            b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.zip"\r\n\r\n'
            + bytes(1000)
            + b"\r\n--x--\r\n"
        )
        assert upload(anna, session, len(page), page, token=True) == 204
        assert upload(anna, "x", len(page), page, token=True) == 403
        assert upload(anna, session, LIMIT, token=True) == 413


def test_no_site_may_frame_a_page_or_steer_it(server):
    browser = Browser(server.address)
    for path in ("/", "/train", "/_stcore/health", "/no/such/thing"):
        with suppress(urllib.error.HTTPError), urllib.request.urlopen(server.address + path, timeout=WAIT) as answer:
            assert answer.headers["Content-Security-Policy"] == "frame-ancestors 'none'"
            assert answer.headers["X-Frame-Options"] == "DENY"
    assert origins(browser) == []
    preflight = urllib.request.Request(server.address + "/_stcore/upload_file/x/y", method="OPTIONS")
    with urllib.request.urlopen(preflight, timeout=WAIT) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] is None
    for origin in ("http://127.0.0.1:9", "http://localhost:9", "https://share.streamlit.io", "null"):
        with pytest.raises(InvalidStatus, match="403"):
            Tab(browser, Origin=origin).__enter__()


@contextmanager
def serving(home: Path, *command: str) -> Iterator[int]:
    """Start a server past the check of its address; yield its port."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CATDOG_")}
    environment |= Settings(home=home, photos_url="file:///nowhere", first_model=False).environment()
    environment |= {"STREAMLIT_SERVER_HEADLESS": "true"}
    port, nowhere = free_port(), subprocess.DEVNULL
    words = [sys.executable, "-m", *command, str(port)]
    process = subprocess.Popen(words, cwd=PROJECT, env=environment, stdout=nowhere, stderr=nowhere)
    deadline = time.monotonic() + PATIENCE
    try:
        while True:
            assert process.poll() is None
            assert time.monotonic() < deadline
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=WAIT).close()
                break
            time.sleep(0.1)
        yield port
    finally:
        process.kill()
        process.wait()


def test_another_server_program_speaks_to_this_machine_only(tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        with suppress(OSError):
            probe.connect(("192.0.2.1", 9))  # sends nothing
        others = probe.getsockname()[0]
    if others.startswith(("127.", "0.")):
        pytest.skip("this machine has no address that others could reach")
    with serving(tmp_path, "uvicorn", "dashboard:app", "--host", "0.0.0.0", "--port") as port:
        assert Browser(f"http://127.0.0.1:{port}").get("/")
        with pytest.raises(urllib.error.HTTPError, match="403") as refused:
            Browser(f"http://{others}:{port}")
        assert "CATDOG_OPEN=1" in refused.value.read().decode()
        with pytest.raises(InvalidStatus, match="403"):
            connect(f"ws://{others}:{port}/_stcore/stream", proxy=None).__enter__()


def test_a_page_that_is_served_by_itself_refuses(tmp_path):
    page = ("streamlit", "run", "pages/train.py", "--server.address", "0.0.0.0", "--server.port")
    with serving(tmp_path, *page) as port, tab_at(Browser(f"http://127.0.0.1:{port}")) as tab:
        assert "A page was started by itself" in tab.text
        assert tab.buttons == {}
