"""A class at the dashboard, without browsers: people who click, look at the page and think, for some time."""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.uploads import PREDICT, UploadSession

BROWSE, AUGMENT, TRAIN, COMPARE = "browse", "augment", "train", "compare"
WEIGHTS = {BROWSE: 3, AUGMENT: 3, TRAIN: 2, COMPARE: 1, PREDICT: 2}  # how often people do what, relative to each other
LIVE_UPDATE = "a live curve moves on"
SHOWN_ERRORS = 5
MAX_PHOTOS = 4  # on the page, after which a person clears them
TIMEOUT = 60.0  # seconds that a person waits for anything


@dataclass(frozen=True)
class Action:
    """A click, or an update that a page with live curves requests by itself.

    Attributes:
        what: Its kind.
        seconds: How long it took.
    """

    what: str
    seconds: float


class Student(UploadSession):
    """A browser tab that fetches each image once, as browsers do, and requests updates where a page has live curves.

    Attributes:
        actions: What was done until now.
    """

    timeout = TIMEOUT

    def __init__(self, port: int, person: int, photos: Sequence[bytes], expected: Sequence[Sequence[str]]) -> None:
        super().__init__(port)
        self.actions: list[Action] = []
        self._person, self._photos, self._expected = person, photos, expected
        self._rng = random.Random(person)
        self._image_urls: list[str] = []
        self._fetched: set[str] = set()
        self._buttons: dict[str, str] = {}
        self._live: dict[str, float] = {}

    def act(self) -> None:
        """Open another page, or a new sample on the same one, with all its images; on Predict, upload a photo."""
        what = self._rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        address = {BROWSE: "sample", AUGMENT: "roll"}.get(what)
        self._live.clear()
        seconds = self.open(what, **({address: self._rng.randrange(1_000_000)} if address else {}))
        self.actions.append(Action(what, seconds + self._fetch_images()))
        if what == PREDICT:
            if len(self.predictions) >= MAX_PHOTOS:
                self.actions.append(Action("put photos away", self._press("Clear")))
            self._upload_photo()

    def think(self, seconds: float) -> None:
        """Look at the page for some seconds; where it has live curves, they update meanwhile."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if not self._live:
                time.sleep(left)
                return
            fragment, interval = next(iter(self._live.items()))
            time.sleep(min(left, interval))
            if left > interval:
                self._update_live(fragment)

    def _upload_photo(self) -> None:
        index = self._rng.randrange(len(self._photos))
        name = f"photo-{self._person}-{len(self.actions)}.jpg"
        seconds = self.upload([(name, self._photos[index])])
        self.actions.append(Action("drop a photo", seconds + self._fetch_images()))
        # the newest photo comes first
        shown = [text.partition(": ")[2].partition(" (")[0] for text in "; ".join(self.predictions[:1]).split("; ")]
        if shown != list(self._expected[index]) or self.captions[:1] != [f"{name} as given"]:
            raise RuntimeError(f"{name} got the predictions {shown} instead of {self._expected[index]}.")

    def _press(self, label: str) -> float:
        """Press a button; return the seconds until all of the page has come."""
        message = BackMsg()
        state = message.rerun_script
        state.page_script_hash = self._page
        state.widget_states.widgets.add(id=self._buttons[label], trigger_value=True)
        began = time.perf_counter()
        self._socket.send(message.SerializeToString())
        self._wait_for_page(label)
        return time.perf_counter() - began + self._fetch_images()

    def _update_live(self, fragment: str) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.page_script_hash, state.fragment_id, state.is_auto_rerun = self._page, fragment, True
        began = time.perf_counter()
        self._socket.send(message.SerializeToString())
        self._wait_for_page(
            LIVE_UPDATE, (ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY, ForwardMsg.FINISHED_SUCCESSFULLY)
        )
        self.actions.append(Action(LIVE_UPDATE, time.perf_counter() - began))

    def _fetch_images(self) -> float:
        """Fetch the images that this tab has not fetched yet; return the seconds."""
        began = time.perf_counter()
        for address in self._image_urls:
            if address not in self._fetched:
                self._web.get(self._server + address, timeout=self.timeout).raise_for_status()
                self._fetched.add(address)
        self._image_urls = []
        return time.perf_counter() - began

    def _handle(self, message: ForwardMsg, page: str) -> None:
        super()._handle(message, page)
        if message.WhichOneof("type") == "auto_rerun":
            self._live[message.auto_rerun.fragment_id] = message.auto_rerun.interval

    def _inspect(self, message: ForwardMsg, page: str) -> None:
        super()._inspect(message, page)
        element = message.delta.new_element
        if element.WhichOneof("type") == "button":
            self._buttons[element.button.label] = element.button.id
        elif element.WhichOneof("type") == "imgs":
            self._image_urls += [image.url for image in element.imgs.imgs if image.url.startswith("/")]


def run_class(
    port: int, people: int, seconds: float, pause: float, photos: Sequence[bytes], expected: Sequence[Sequence[str]]
) -> tuple[list[Action], list[str]]:
    """Let people use the dashboard for some time.

    They come within one pause, think for half to one and a half pauses after each click, and go when the time is over.
    After an error a person opens a new tab.

    Args:
        port: The server's.
        people: How many.
        seconds: How long they stay.
        pause: Seconds that they think, about.
        photos: JPEG files to upload.
        expected: What the page must say of each photo, see `expect_predictions`.

    Returns:
        What they did, and the errors that they met, in words.
    """
    actions: list[Action] = []
    errors: list[str] = []
    end = time.monotonic() + seconds

    def attend(person: int) -> None:
        rng = random.Random(1000 + person)
        time.sleep(rng.uniform(0, pause))
        while time.monotonic() < end:
            try:
                with Student(port, person, photos, expected) as tab:
                    try:
                        while time.monotonic() < end:
                            tab.act()
                            tab.think(min(pause * rng.uniform(0.5, 1.5), max(0.0, end - time.monotonic())))
                    finally:
                        actions.extend(tab.actions)
            except Exception as error:  # whatever it is, it is counted and shown
                errors.append(f"{type(error).__name__}: {error}")
                time.sleep(1)

    threads = [threading.Thread(target=attend, args=(person,), daemon=True) for person in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 120)
    if any(thread.is_alive() for thread in threads):
        errors.append("Somebody still waits for an answer, two minutes after the end.")
    return actions, errors
