"""What the browser tests share: the real server, and Debian's Chromium looking at it.

Fixtures:
    server    a dashboard for the whole session, in a home of its own, whose photos can't be reached.
    visitor   somebody who looks at that server; at the end of each test no page may show an exception, no console may
              have an error, and nothing may have been asked of another machine.
    visitors  visitors(address) makes such a visitor for another server.
    start     start(photos_url, options, **settings) starts another server for one test.
    trained   a run of model1 on that server which has ended, trained by the first test that asks for one.
A test that fails shows what the server printed and what stood on the pages.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, expect, sync_playwright

from catdog.runs import Run, launch, list_runs
from catdog.training import ACTIVE, TrainConfig
from tests.browser.server import PATIENCE, Server
from tests.browser.visitor import WAIT, Visitor
from tests.conftest import CHROMIUM

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
LAST = 6_000  # characters of a log or a page that a failed test shows


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Show the servers' logs and the pages of a test that failed."""
    report = yield
    if report.failed:
        for server in item.session.stash.get(SERVERS, []):
            report.sections.append((f"server {server.address}", server.said()[-LAST:]))
        for page in [page for visitor in item.session.stash.get(VISITORS, []) for page in visitor.pages]:
            try:
                report.sections.append((f"page {page.url}", page.locator("body").aria_snapshot(timeout=5_000)[-LAST:]))
            except Error as error:
                report.sections.append(("a page", f"could not be read: {error}"))
    return report


SERVERS = pytest.StashKey[list[Server]]()
VISITORS = pytest.StashKey[list[Visitor]]()


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dashboard without photos, on which every test finds what the tests before it left."""
    yield from _serving(request, Server(tmp_path_factory.mktemp("server") / "home"))


@pytest.fixture
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Server]]:
    """Start one more server, in a home of its own, with this address of the photos, options and settings."""
    running = []

    def start_one(photos_url: str, options: tuple[str, ...] = (), **more: object) -> Server:
        serving = _serving(request, Server(tmp_path / "home", photos_url, options, **more))
        running.append(serving)
        return next(serving)

    yield start_one
    for serving in running:
        next(serving, None)


def _serving(request: pytest.FixtureRequest, server: Server) -> Iterator[Server]:
    servers = request.session.stash.setdefault(SERVERS, [])
    servers.append(server)
    try:
        yield server
    finally:
        server.stop()
        servers.remove(server)
    assert "Traceback" not in server.said(), server.said()[-LAST:]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for one test file only, since Playwright's event loop would be in the way of other tests."""
    expect.set_options(timeout=WAIT)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield chromium
        chromium.close()


@pytest.fixture
def visitors(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Callable[[str], Visitor]]:
    """Make visitors of a server by its address."""
    found = request.session.stash.setdefault(VISITORS, [])

    def make(address: str) -> Visitor:
        found.append(Visitor(browser, address))
        return found[-1]

    yield make
    complaints = [complaint for visitor in found for complaint in visitor.complaints]
    pages = [page for visitor in found for page in visitor.pages]
    exceptions = [text for page in pages for text in page.get_by_test_id("stException").all_inner_texts()]
    for page in pages:
        page.context.close()
    found.clear()
    assert not exceptions
    assert not complaints


@pytest.fixture
def visitor(server: Server, visitors: Callable[[str], Visitor]) -> Iterator[Visitor]:
    """Somebody who looks at the session's server; what still trains at the end would keep the next test waiting."""
    yield visitors(server.address)
    server.end_trainings()


@pytest.fixture
def trained(server: Server) -> Run:
    """Return the newest finished run of model1; where there is none, train one."""

    def finished() -> Run | None:
        return next((run for run in list_runs(server.settings) if run.finished), None)

    if finished() is None:
        launch(server.settings, TrainConfig("model1", "drawn", epochs=2, fraction=0.1))
    deadline = time.monotonic() + 2 * PATIENCE
    while any(run.state in ACTIVE for run in list_runs(server.settings)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert finished() is not None, [run.log_tail() for run in list_runs(server.settings)]
    return finished()
