"""People who drop pictures on the Predict page, without a browser: what they wait, and what they are told."""

import time
from collections.abc import Sequence
from itertools import count

import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.browsing import Reader

PREDICT = "predict"


class Dropper(Reader):
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
