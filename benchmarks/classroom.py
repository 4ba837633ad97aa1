"""A class at the dashboard, without browsers: people who click, look at what comes and think, for some time."""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.uploads import PREDICT, UploadSession

BROWSE, AUGMENT, TRAIN, COMPARE = "browse", "augment", "train", "compare"
WEIGHTS = {BROWSE: 3, AUGMENT: 3, TRAIN: 2, COMPARE: 1, PREDICT: 2}  # in which proportion people do what
LIVE_UPDATE = "a live curve moves on"
SHOWN_ERRORS = 5
MAX_PHOTOS = 4  # photos after which a person puts them away
TIMEOUT = 60.0  # seconds that anybody waits for anything


@dataclass(frozen=True)
class Action:
    """One click, or one of the updates that a page with live curves asks for by itself, and how long it took."""

    what: str
    seconds: float


class Student(UploadSession):
    """One browser tab. It fetches each picture once, as browsers do, and asks for updates where a page wants that.

    clicks: what was done until now.
    """

    patience = TIMEOUT

    def __init__(self, port: int, number: int, photos: Sequence[bytes], expected: Sequence[Sequence[str]]) -> None:
        super().__init__(port)
        self.clicks: list[Action] = []
        self._number, self._photos, self._expected = number, photos, expected
        self._chance = random.Random(number)
        self._addresses: list[str] = []
        self._fetched: set[str] = set()
        self._buttons: dict[str, str] = {}
        self._live: dict[str, float] = {}

    def click(self) -> None:
        """Do one thing: go to another page or a new sample of the same, with all the pictures; or drop a photo."""
        what = self._chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        address = {BROWSE: "sample", AUGMENT: "roll"}.get(what)
        self._live.clear()
        seconds = self.open(what, **({address: self._chance.randrange(1_000_000)} if address else {}))
        self.clicks.append(Action(what, seconds + self._fetch()))
        if what == PREDICT:
            if len(self.answers) >= MAX_PHOTOS:
                self.clicks.append(Action("put photos away", self._press("Put them away")))
            self._drop()

    def think(self, seconds: float) -> None:
        """Look at the page for so long; where it has live curves, they move on meanwhile."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if not self._live:
                time.sleep(left)
                return
            fragment, interval = next(iter(self._live.items()))
            time.sleep(min(left, interval))
            if left > interval:
                self._tick(fragment)

    def _drop(self) -> None:
        number = self._chance.randrange(len(self._photos))
        name = f"photo-{self._number}-{len(self.clicks)}.jpg"
        seconds = self.drop([(name, self._photos[number])])
        self.clicks.append(Action("drop a photo", seconds + self._fetch()))
        # the newest picture comes first
        said = [answer.partition(": ")[2] for answer in "; ".join(self.answers[:1]).split("; ")]
        if said != list(self._expected[number]) or self.shown[:1] != [f"{name} as given"]:
            raise RuntimeError(f"{name} got the answers {said} instead of {self._expected[number]}.")

    def _press(self, label: str) -> float:
        """Press a button of the page; return the seconds until all of the page has come."""
        asked = BackMsg()
        state = asked.rerun_script
        state.page_script_hash = self._page
        state.widget_states.widgets.add(id=self._buttons[label], trigger_value=True)
        began = time.perf_counter()
        self._line.send(asked.SerializeToString())
        self._wait_for_page(label)
        return time.perf_counter() - began + self._fetch()

    def _tick(self, fragment: str) -> None:
        asked = BackMsg()
        state = asked.rerun_script
        state.page_script_hash, state.fragment_id, state.is_auto_rerun = self._page, fragment, True
        began = time.perf_counter()
        self._line.send(asked.SerializeToString())
        self._wait_for_page(LIVE_UPDATE, (ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY, ForwardMsg.FINISHED_SUCCESSFULLY))
        self.clicks.append(Action(LIVE_UPDATE, time.perf_counter() - began))

    def _fetch(self) -> float:
        """Fetch the pictures that have not been seen yet; return the seconds."""
        began = time.perf_counter()
        for address in self._addresses:
            if address not in self._fetched:
                self._web.get(self._address + address, timeout=self.patience).raise_for_status()
                self._fetched.add(address)
        self._addresses = []
        return time.perf_counter() - began

    def _hear(self, message: ForwardMsg, page: str) -> None:
        super()._hear(message, page)
        if message.WhichOneof("type") == "auto_rerun":
            self._live[message.auto_rerun.fragment_id] = message.auto_rerun.interval

    def _look(self, message: ForwardMsg, page: str) -> None:
        super()._look(message, page)
        element = message.delta.new_element
        if element.WhichOneof("type") == "button":
            self._buttons[element.button.label] = element.button.id
        elif element.WhichOneof("type") == "imgs":
            self._addresses += [image.url for image in element.imgs.imgs if image.url.startswith("/")]


def run_class(
    port: int, people: int, seconds: float, pause: float, photos: Sequence[bytes], expected: Sequence[Sequence[str]]
) -> tuple[list[Action], list[str]]:
    """Let so many people use the dashboard for so many seconds; return their clicks, and what went wrong in words.

    They come within one pause, think for half to one and a half pauses after each click, and go when the time is over.
    One for whom something went wrong opens a new tab.
    """
    clicks: list[Action] = []
    wrong: list[str] = []
    end = time.monotonic() + seconds

    def person(number: int) -> None:
        chance = random.Random(1000 + number)
        time.sleep(chance.uniform(0, pause))
        while time.monotonic() < end:
            try:
                with Student(port, number, photos, expected) as tab:
                    try:
                        while time.monotonic() < end:
                            tab.click()
                            tab.think(min(pause * chance.uniform(0.5, 1.5), max(0.0, end - time.monotonic())))
                    finally:
                        clicks.extend(tab.clicks)
            except Exception as error:  # whatever it is, it is counted and shown
                wrong.append(f"{type(error).__name__}: {error}")
                time.sleep(1)

    threads = [threading.Thread(target=person, args=(number,), daemon=True) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 120)
    if any(thread.is_alive() for thread in threads):
        wrong.append("Somebody still waits for an answer, two minutes after the end.")
    return clicks, wrong
