"""People who upload photos on the Predict page, without a browser: how long they wait, and what they are shown."""

import random
import statistics
import threading
import time
from collections.abc import Sequence
from itertools import count

import numpy as np
import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.sessions import Session
from catdog.inference.predictor import Predictor
from catdog.runs import Run
from catdog.utils.text import format_percent

PREDICT = "predict"
CLASSES = ("cats", "dogs")


class UploadSession(Session):
    """A browser window on the Predict page that drops files, over the same requests as Streamlit's own page does.

    answers: the alternative texts of the charts that the last page had, one a picture, such as "model1: cats, 97.0 %
    sure; model4: ..."; shown: those of its pictures.
    """

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.answers: list[str] = []
        self.shown: list[str] = []
        self._address = f"http://127.0.0.1:{port}"
        self._web = requests.Session()
        self._web.get(f"{self._address}/_stcore/health", timeout=60)
        self._token = self._web.cookies.get("_streamlit_xsrf", "")
        self._session, self._field, self._numbers = "", "", count()

    def __exit__(self, *error: object) -> None:
        self._web.close()
        super().__exit__(*error)

    def drop(self, files: Sequence[tuple[str, bytes]]) -> float:
        """Return the seconds from dropping files, (name, bytes), until the page with the answers has come.

        The Predict page must have been opened before. RuntimeError where it shows an error.
        """
        began = time.perf_counter()
        asked = BackMsg()
        request = asked.file_urls_request
        request.request_id, request.session_id = str(next(self._numbers)), self._session
        request.file_names.extend(name for name, _ in files)
        self._line.send(asked.SerializeToString())
        places = self._places()
        asked = BackMsg()
        state = asked.rerun_script
        state.page_script_hash = self._page
        widget = state.widget_states.widgets.add(id=self._field)
        for (name, data), place in zip(files, places, strict=True):
            sent = self._web.put(
                self._address + place.upload_url,
                files={name: (name, data, "image/jpeg")},
                headers={"X-Xsrftoken": self._token},
                timeout=self.patience,
            )
            sent.raise_for_status()
            widget.file_uploader_state_value.uploaded_file_info.add(
                name=name, size=len(data), file_id=place.file_id, file_urls=place
            )
        self._line.send(asked.SerializeToString())
        self._wait_for_page(PREDICT)
        return time.perf_counter() - began

    def _places(self) -> list:
        """Return where the server wants the files, in order."""
        while True:
            message = ForwardMsg.FromString(self._line.recv(timeout=self.patience, decode=False))
            if message.WhichOneof("type") == "file_urls_response":
                return list(message.file_urls_response.file_urls)

    def _hear(self, message: ForwardMsg, page: str) -> None:
        if message.WhichOneof("type") == "new_session":
            self._session = message.new_session.initialize.session_id or self._session
            self.answers, self.shown = [], []
        super()._hear(message, page)

    def _look(self, message: ForwardMsg, page: str) -> None:
        super()._look(message, page)
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "file_uploader":
            self._field = element.file_uploader.id
        elif kind == "plotly_chart":
            self.answers.append(element.plotly_chart.alt)
        elif kind == "imgs":
            self.shown += [image.alt for image in element.imgs.imgs]


def expect_predictions(runs: Sequence[Run], pictures: Sequence[np.ndarray]) -> list[list[str]]:
    """Return for each picture, uint8 (160, 160, 3), how the page words each run's answer, the models in order."""
    words: list[list[str]] = [[] for _ in pictures]
    for run in sorted(runs, key=lambda run: run.config.model):
        probabilities = Predictor(run.files.tflite).predict(np.stack(pictures))
        for said, probability in zip(words, map(float, probabilities), strict=True):
            sure = max(probability, 1 - probability)
            said.append(f"{CLASSES[probability > 0.5]}, {format_percent(sure)} sure")
    return words


def repeat_uploads(
    port: int, photos: Sequence[bytes], expected: Sequence[Sequence[str]], rounds: int, pause: float
) -> dict[str, float]:
    """Let as many people as there are photos drop theirs, again and again; return their waits in milliseconds.

    Each opens the page anew in each round, drops a photo, and thinks between half and one and a half times `pause`.
    """
    return _run_people(port, photos, expected, rounds, pause)


def upload_at_once(port: int, photos: Sequence[bytes], expected: Sequence[Sequence[str]]) -> dict[str, float]:
    """Let all people drop their photo at the same instant, each in a page that is open: the worst that can be."""
    return _run_people(port, photos, expected, 1, 0.0)


def _run_people(
    port: int, photos: Sequence[bytes], expected: Sequence[Sequence[str]], rounds: int, pause: float
) -> dict[str, float]:
    waits: list[float] = []
    wrong: list[str] = []
    broken: list[BaseException] = []
    ready = threading.Barrier(len(photos))

    def person(number: int) -> None:
        chance = random.Random(number)
        try:
            for turn in range(rounds):
                time.sleep(pause * chance.uniform(0, 1) if turn == 0 else pause * chance.uniform(0.5, 1.5))
                name = f"photo-{number}-{turn}.jpg"
                with UploadSession(port) as window:
                    window.open(PREDICT)
                    if not pause:
                        ready.wait(timeout=300)
                    waits.append(window.drop([(name, photos[number])]))
                    said = [answer.partition(": ")[2] for answer in "; ".join(window.answers).split("; ")]
                    if said != list(expected[number]) or window.shown[:1] != [f"{name} as given"]:
                        wrong.append(f"{name}: {said}, not {expected[number]}; {window.shown}")
        except BaseException as error:
            broken.append(error)
            ready.abort()

    threads = [threading.Thread(target=person, args=(number,)) for number in range(len(photos))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    ordered = sorted(1000 * wait for wait in waits)
    return {
        "median ms": statistics.median(ordered),
        "p95 ms": float(np.percentile(ordered, 95)),
        "longest ms": ordered[-1],
        "answers": len(ordered),
        "wrong": len(wrong),
    }
