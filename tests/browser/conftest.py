"""What the browser tests share: the real server, and Debian's Chromium looking at it.

Fixtures:
    server    one dashboard for all browser tests, in a home of its own, whose photos can't be reached.
    visitor   somebody who looks at that server; at the end of each test no page may show an exception or lack an
              image, no console may have an error, and no request may have gone to another machine.
    visitors  visitors(address) makes such a visitor for another server.
    start     start(photos_url, options, **settings) starts another server for one test; fresh=True: its home is empty.
    trained   a run of model1 on that server which has ended; where there is none, a copy of `learned`.
    learned   a run of model1 on the drawn set in a home that has no server, trained once for all processes of tests.
    drawn_set a drawn set of 260 images, which the servers' homes hold unless they are fresh.
The tests on this server run in two processes (see tests/conftest.py), each with its own; those of own_server/, which
start others, in a third.
A test that fails shows what the server printed and what stood on the pages.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Error, expect, sync_playwright

from catdog.datasets.synthetic.generate import generate_dataset
from catdog.runs import Run, launch, list_runs, open_run
from catdog.settings import Settings
from catdog.training import ACTIVE, TrainConfig
from tests.browser.server import NOWHERE, PATIENCE, Server
from tests.browser.visitor import WAIT, Visitor, Windows, find_missing_images
from tests.conftest import CHROMIUM
from tests.stuck import let_runs_get_stuck
from tests.waiting import wait_for

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
OPTIONS += ["--js-flags=--no-opt,--no-maglev"]  # no page stays open for long enough to pay for optimizing its programs
LAST = 6_000  # characters of a log or a page that a failed test shows


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Show the servers' logs and the pages of a test that failed."""
    report = yield
    if report.failed:
        for server in item.session.stash.get(SERVERS, []):
            report.sections.append((f"server {server.address}", server.output()[-LAST:]))
        for page in [page for visitor in item.session.stash.get(VISITORS, []) for page in visitor.pages]:
            try:
                report.sections.append((f"page {page.url}", page.locator("body").aria_snapshot(timeout=5_000)[-LAST:]))
            except Error as error:
                report.sections.append(("a page", f"could not be read: {error}"))
    return report


SERVERS = pytest.StashKey[list[Server]]()
VISITORS = pytest.StashKey[list[Visitor]]()


@pytest.fixture(scope="session")
def common(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home for what is made once for all processes of tests: a drawn set and, once asked for, a run; read only."""
    mine = tmp_path_factory.getbasetemp()
    home = (mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine) / "common"
    home.mkdir(exist_ok=True)
    return Settings(home=home, photos_url=NOWHERE, first_model=False)


@pytest.fixture(scope="session")
def drawn_set(common: Settings) -> Path:
    """A drawn set of 160 training and 100 validation images."""
    root = common.data / "drawn"
    with FileLock(common.home / "drawn.lock"):
        if not root.exists():
            generate_dataset(root, training=160, validation=100)
    return root


@pytest.fixture(scope="session")
def learned(common: Settings, drawn_set: Path) -> Run:
    """A run of model1 on the drawn set."""
    with FileLock(common.home / "learned.lock"), pytest.MonkeyPatch.context() as patch:
        let_runs_get_stuck(patch)  # as those of the servers
        runs = list_runs(common) or [launch(common, TrainConfig("model1", "drawn", epochs=2, fraction=0.1))]
        wait_for(lambda: open_run(common, runs[0].id).state not in ACTIVE, 2 * PATIENCE)
    run = open_run(common, runs[0].id)
    assert run.finished, run.log_tail()
    return run


@pytest.fixture(scope="session")
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, drawn_set: Path
) -> Iterator[Server]:
    """A dashboard without photos, on which every test finds what the tests before it left."""
    home = tmp_path_factory.mktemp("server") / "home"
    shutil.copytree(drawn_set, home / "data" / "drawn", copy_function=os.link)
    yield from _serving(request, Server(home))


@pytest.fixture
def start(request: pytest.FixtureRequest, tmp_path: Path, drawn_set: Path) -> Iterator[Callable[..., Server]]:
    """Start one more server, in a home of its own, with this address of the photos, options and settings."""
    running = []

    def start_server(
        photos_url: str = NOWHERE, options: tuple[str, ...] = (), fresh: bool = False, **settings: object
    ) -> Server:
        home = tmp_path / "home"
        if not fresh:
            shutil.copytree(drawn_set, home / "data" / "drawn", copy_function=os.link)
        serving = _serving(request, Server(home, photos_url, options, **settings))
        running.append(serving)
        return next(serving)

    yield start_server
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
    assert "Traceback" not in server.output(), server.output()[-LAST:]


@pytest.fixture(scope="package")
def windows() -> Iterator[Windows]:
    """The windows of one Chromium, for this folder only: Playwright's event loop would be in other tests' way."""
    expect.set_options(timeout=WAIT)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield Windows(chromium)
        chromium.close()


@pytest.fixture
def visitors(request: pytest.FixtureRequest, windows: Windows) -> Iterator[Callable[[str], Visitor]]:
    """Make visitors of a server by its address."""
    visitors = request.session.stash.setdefault(VISITORS, [])

    def make(address: str) -> Visitor:
        visitors.append(Visitor(windows, address))
        return visitors[-1]

    yield make
    pages = [page for visitor in visitors for page in visitor.pages]
    exceptions = [text for page in pages for text in page.get_by_test_id("stException").all_inner_texts()]
    complaints = [complaint for visitor in visitors for complaint in visitor.complaints]
    missing = [address for page in pages for address in find_missing_images(page)]
    for visitor in visitors:
        visitor.leave()
    visitors.clear()
    assert not exceptions
    assert not complaints
    assert not missing


@pytest.fixture
def visitor(server: Server, visitors: Callable[[str], Visitor]) -> Iterator[Visitor]:
    """Somebody who looks at the session's server; what still trains at the end would keep the next test waiting."""
    yield visitors(server.address)
    server.end_trainings()


@pytest.fixture
def trained(server: Server, request: pytest.FixtureRequest) -> Run:
    """Return the newest finished run of model1; where there is none, bring one in."""
    wait_for(lambda: not any(run.state in ACTIVE for run in list_runs(server.settings)), 2 * PATIENCE)
    if not (runs := [run for run in list_runs(server.settings) if run.finished]):
        learned = request.getfixturevalue("learned")
        shutil.copytree(learned.folder, server.settings.runs / learned.id)
        runs = [open_run(server.settings, learned.id)]
    return runs[0]
