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
from catdog.utils.text import format_confidence

PREDICT = "predict"
CLASSES = ("cats", "dogs")


class UploadSession(Session):
    """A browser tab on the Predict page that uploads files, by the same requests as Streamlit's own page.

    Attributes:
        predictions: Alternative texts of the last page's charts, one for each photo, such as "model1: cats, 97.0%
            sure; model4: ...".
        captions: Alternative texts of its images.
    """

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.predictions: list[str] = []
        self.captions: list[str] = []
        self._server = f"http://127.0.0.1:{port}"
        self._web = requests.Session()
        self._web.get(f"{self._server}/_stcore/health", timeout=60)
        self._token = self._web.cookies.get("_streamlit_xsrf", "")
        self._session_id, self._uploader, self._request_ids = "", "", count()

    def __exit__(self, *error: object) -> None:
        self._web.close()
        super().__exit__(*error)

    def upload(self, files: Sequence[tuple[str, bytes]]) -> float:
        """Upload files to the Predict page, which must be open.

        Args:
            files: Names and contents of JPEG files.

        Returns:
            Seconds from the beginning until the page with the predictions has come.

        Raises:
            RuntimeError: The page shows an error.
        """
        began = time.perf_counter()
        message = BackMsg()
        request = message.file_urls_request
        request.request_id, request.session_id = str(next(self._request_ids)), self._session_id
        request.file_names.extend(name for name, _ in files)
        self._socket.send(message.SerializeToString())
        urls = self._upload_urls()
        message = BackMsg()
        state = message.rerun_script
        state.page_script_hash = self._page
        widget = state.widget_states.widgets.add(id=self._uploader)
        for (name, data), url in zip(files, urls, strict=True):
            response = self._web.put(
                self._server + url.upload_url,
                files={name: (name, data, "image/jpeg")},
                headers={"X-Xsrftoken": self._token},
                timeout=self.timeout,
            )
            response.raise_for_status()
            widget.file_uploader_state_value.uploaded_file_info.add(
                name=name, size=len(data), file_id=url.file_id, file_urls=url
            )
        self._socket.send(message.SerializeToString())
        self._wait_for_page(PREDICT)
        return time.perf_counter() - began

    def _upload_urls(self) -> list:
        """Return where to upload the files, in order, as the server answers."""
        while True:
            message = ForwardMsg.FromString(self._socket.recv(timeout=self.timeout, decode=False))
            if message.WhichOneof("type") == "file_urls_response":
                return list(message.file_urls_response.file_urls)

    def _handle(self, message: ForwardMsg, page: str) -> None:
        if message.WhichOneof("type") == "new_session":
            self._session_id = message.new_session.initialize.session_id or self._session_id
            self.predictions, self.captions = [], []
        super()._handle(message, page)

    def _inspect(self, message: ForwardMsg, page: str) -> None:
        super()._inspect(message, page)
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "file_uploader":
            self._uploader = element.file_uploader.id
        elif kind == "plotly_chart":
            self.predictions.append(element.plotly_chart.alt)
        elif kind == "imgs":
            self.captions += [image.alt for image in element.imgs.imgs]


def expect_predictions(runs: Sequence[Run], images: Sequence[np.ndarray]) -> list[list[str]]:
    """Return how the page words each run's prediction for each image, the models in order.

    Args:
        runs: Finished runs.
        images: RGB images, uint8 (160, 160, 3).
    """
    sentences: list[list[str]] = [[] for _ in images]
    for run in sorted(runs, key=lambda run: run.config.model):
        probabilities = Predictor(run.files.tflite).predict(np.stack(images))
        for words, probability in zip(sentences, map(float, probabilities), strict=True):
            confidence = max(probability, 1 - probability)
            words.append(f"{CLASSES[probability > 0.5]}, {format_confidence(confidence)} sure")
    return sentences


def repeat_uploads(
    port: int, photos: Sequence[bytes], expected: Sequence[Sequence[str]], rounds: int, pause: float
) -> dict[str, float]:
    """Let as many people as there are photos upload theirs again and again.

    In each round each of them opens the page anew, uploads a photo, and thinks for half to one and a half pauses.

    Args:
        port: The server's.
        photos: A JPEG file for each of them.
        expected: What the page must say of each photo, see `expect_predictions`.
        rounds: How often each of them uploads.
        pause: Seconds.

    Returns:
        Their waits in milliseconds, and how many predictions were those of another photo.
    """
    return _upload_together(port, photos, expected, rounds, pause)


def upload_at_once(port: int, photos: Sequence[bytes], expected: Sequence[Sequence[str]]) -> dict[str, float]:
    """Let all people upload their photo at the same instant, in pages that are open: the worst case."""
    return _upload_together(port, photos, expected, 1, 0.0)


def _upload_together(
    port: int, photos: Sequence[bytes], expected: Sequence[Sequence[str]], rounds: int, pause: float
) -> dict[str, float]:
    waits: list[float] = []
    wrong: list[str] = []
    errors: list[BaseException] = []
    ready = threading.Barrier(len(photos))

    def upload_photos(person: int) -> None:
        rng = random.Random(person)
        try:
            for turn in range(rounds):
                time.sleep(pause * rng.uniform(0, 1) if turn == 0 else pause * rng.uniform(0.5, 1.5))
                name = f"photo-{person}-{turn}.jpg"
                with UploadSession(port) as session:
                    session.open(PREDICT)
                    if not pause:
                        ready.wait(timeout=300)
                    waits.append(session.upload([(name, photos[person])]))
                    shown = [
                        text.partition(": ")[2].partition(" (")[0]
                        for text in "; ".join(session.predictions).split("; ")
                    ]
                    if shown != list(expected[person]) or session.captions[:1] != [f"{name} as given"]:
                        wrong.append(f"{name}: {shown}, not {expected[person]}; {session.captions}")
        except BaseException as error:
            errors.append(error)
            ready.abort()

    threads = [threading.Thread(target=upload_photos, args=(person,)) for person in range(len(photos))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    milliseconds = sorted(1000 * wait for wait in waits)
    return {
        "median ms": statistics.median(milliseconds),
        "p95 ms": float(np.percentile(milliseconds, 95)),
        "longest ms": milliseconds[-1],
        "answers": len(milliseconds),
        "wrong": len(wrong),
    }
