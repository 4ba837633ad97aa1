"""Somebody with a browser who looks at the dashboard, and who notices what no reader ever should see."""

import re
from urllib.parse import urlencode, urljoin, urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, Request, expect

WAIT = 240_000  # milliseconds for anything to appear; an idle machine needs seconds
READY = "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"
PAGES = (
    *("", "lesson", "browse", "augment", "models", "train", "compare", "evaluate", "explore", "predict"),
    *("classroom", "glossary"),
)
PICTURES = "[data-testid=stImage] img"
CLEAR = "localStorage.clear(); sessionStorage.clear()"
# On a deep link, such as /browse, Streamlit looks for its server under that address before it tries the root.
OF_STREAMLIT = re.compile(r"/_stcore/(health|host-config)$")
# Streamlit forgets the images of a run as soon as the next one has ended, which can be before the browser has them;
# what counts is that none is missing on the page (find_missing_images).
OF_A_RUN = re.compile(r"/media/\w+\.\w+$")


class Windows:
    """The windows of one browser. One that was put back is given out again: it has Streamlit's programs compiled.

    Whoever gets one finds nothing in its storage, and shares it with nobody.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._idle: list[Page] = []

    def take(self, width: int, height: int, scheme: str) -> Page:
        """Return a window of this size, "light" or "dark"."""
        window = self._idle.pop() if self._idle else self._open()
        window.set_viewport_size({"width": width, "height": height})
        window.emulate_media(color_scheme=scheme)
        return window

    def put_back(self, window: Page) -> None:
        """Take a window that nobody looks at any more; on a page of the same host it keeps all that is compiled."""
        try:
            window.goto(urljoin(window.url, "/_stcore/health"))
            window.evaluate(CLEAR)
            window.context.clear_cookies()
        except Error:  # such as on a page that never came
            window.context.close()
        else:
            self._idle.append(window)

    def _open(self) -> Page:
        context = self._browser.new_context(locale="en-GB", reduced_motion="reduce")
        context.set_default_timeout(WAIT)
        return context.new_page()


class Visitor:
    """One reader's browser windows on one server.

    pages: the windows, each with storage of its own; complaints: errors in a console, exceptions in the browser, and
    requests to any other machine; also: other addresses that may be requested.
    """

    def __init__(self, windows: Windows, address: str) -> None:
        self.address = address
        self.pages: list[Page] = []
        self.complaints: list[str] = []
        self.also: tuple[str, ...] = ()
        self._windows = windows
        self._listeners = {"console": self._hear, "pageerror": self._catch, "request": self._see}

    def window(self, width: int = 1400, height: int = 900, scheme: str = "light") -> Page:
        """Return an empty window of this visitor's."""
        window = self._windows.take(width, height, scheme)
        self.pages.append(window)
        for event, listener in self._listeners.items():
            window.on(event, listener)
        return window

    def visit(
        self, page: str = "", width: int = 1400, height: int = 900, scheme: str = "light", **parameters: object
    ) -> Page:
        """Open a page of the dashboard, "" for the overview, in a window of its own, and wait until it is drawn."""
        window = self.window(width, height, scheme)
        self.go(window, page, **parameters)
        return window

    def leave(self) -> None:
        """Put the windows back."""
        for window in self.pages:
            for event, listener in self._listeners.items():
                window.remove_listener(event, listener)
            self._windows.put_back(window)
        self.pages = []

    def go(self, window: Page, page: str, **parameters: object) -> None:
        """Enter another address in the window, and wait until its page is drawn."""
        window.goto(f"{self.address}/{page}" + (f"?{urlencode(parameters)}" if parameters else ""))
        drawn(window)

    def _catch(self, error: Error) -> None:
        self.complaints.append(f"an exception in the browser: {error}")

    def _hear(self, message: ConsoleMessage) -> None:
        place = message.location.get("url", "")
        passing = OF_STREAMLIT.search(place) or OF_A_RUN.search(place) or OF_A_RUN.search(message.text)
        if message.type == "error" and not passing:
            self.complaints.append(f"an error in the console: {message.text} ({place})")

    def _see(self, request: Request) -> None:
        if urlsplit(request.url).scheme in ("http", "https") and not request.url.startswith((self.address, *self.also)):
            self.complaints.append(f"a request to elsewhere: {request.url}")


def drawn(window: Page) -> None:
    """Wait until the page has its title and nothing on it is a placeholder; its script may run again later.

    Raises AssertionError where the page shows an exception instead.
    """
    window.locator(READY).wait_for()
    exception = window.get_by_test_id("stException")
    expect(main(window).get_by_role("heading", level=1).or_(exception).first).to_be_visible()
    assert exception.all_inner_texts() == []
    expect(main(window).get_by_test_id("stSkeleton")).to_have_count(0)
    window.locator(READY).wait_for()


def main(window: Page) -> Locator:
    """Return the page without its sidebar."""
    return window.get_by_role("main")


def sidebar(window: Page) -> Locator:
    """Return the sidebar, which says which data are in use."""
    return window.get_by_test_id("stSidebar")


def pictures(window: Page, words: str = "") -> list[str]:
    """Return the addresses of all pictures on the page; each is made of the picture's content.

    words: what the pictures' alternative text begins with, of those that are wanted.
    """
    chosen = "(all, words) => all.filter(image => image.alt.startsWith(words)).map(image => image.src)"
    return main(window).locator(PICTURES).evaluate_all(chosen, words)


def other_pictures(window: Page, before: list[str], words: str = "") -> list[str]:
    """Wait until another picture than these is shown and the page is drawn; return all that are shown then.

    words: as for pictures.
    """
    window.wait_for_function(
        """([places, before, words]) => [...document.querySelectorAll(places)].some(
            image => image.alt.startsWith(words) && !before.includes(image.src))""",
        arg=[PICTURES, before, words],
    )
    drawn(window)
    return pictures(window, words)


def find_missing_images(window: Page) -> list[str]:
    """Return the addresses of the images that the page has, and could not load."""
    broken = "all => all.filter(image => image.complete && !image.naturalWidth).map(image => image.src)"
    return window.locator("img[src]").evaluate_all(broken)


def lines(window: Page) -> list[dict]:
    """Return the lines of runs in all charts on the page: name, and how many points each has."""
    return window.evaluate(
        """() => [...document.querySelectorAll(".js-plotly-plot")].flatMap(
            plot => plot.data.filter(line => line.mode === "lines+markers").map(
                line => ({name: line.name, points: line.y.length})))"""
    )
