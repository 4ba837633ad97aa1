"""A browser tab at a real server without a browser: it signs in, opens pages, and clicks, also where it may not."""

import json
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Block_pb2 import Block
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

WAIT = 120.0  # seconds for a message


class Browser:
    """What the tabs of one browser share: its cookies."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._jar = CookieJar()
        handlers = (urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self._jar))
        self._opener = urllib.request.build_opener(*handlers)
        self.get("/_stcore/health")  # sets the cookie against forged requests

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies by name."""
        return {cookie.name: str(cookie.value) for cookie in self._jar}

    def get(self, path: str) -> bytes:
        """Fetch an address, of this server if it begins with a slash, and follow where it leads."""
        with self._opener.open(self.address + path if path.startswith("/") else path, timeout=WAIT) as answer:
            return answer.read()

    def sign_in(self, provider: Any, email: str) -> None:
        """Sign in as this person, as the button in the sidebar does."""
        provider.claims = {"email": email, "email_verified": True}
        with Tab(self) as tab:
            tab.open()
            tab.click("Sign in")
            self.get(tab.redirect)


class Tab:
    """A tab of a browser.

    text: all words on the page; buttons: {label: (id, disabled)}; redirect: where the page sends the browser;
    expanders: the ids of what opens; session: what the server calls the tab.
    """

    def __init__(self, browser: Browser, **headers: str) -> None:
        self.redirect, self.session, self._page, self._hash = "", "", "", ""
        self._opened: list[str] = []
        address = urlsplit(browser.address)
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        self._connection = connect(
            f"ws://{address.netloc}/_stcore/stream",
            subprotocols=["streamlit", browser.cookies.get("_streamlit_xsrf", "")],
            additional_headers={"Cookie": cookies, "Origin": browser.address} | headers,
            max_size=None,
            proxy=None,
        )
        self._clear()

    def __enter__(self) -> "Tab":
        self._socket = self._connection.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.__exit__(*error)

    def open(self, page: str = "", **query: object) -> None:
        """Open a page, or the same one anew."""
        self._run(page, query)

    def click(self, label: str) -> None:
        """Press the button with this label, even one that is switched off."""
        self._run(self._page, {}, self.buttons[label][0])

    def expand(self, key: str) -> None:
        """Open the expander with this key, which stays open."""
        self._opened += [expander for expander in self.expanders if expander.endswith(f"-{key}")]
        self._run(self._page, {})

    def clear_caches(self) -> None:
        """Empty Streamlit's caches of the whole server, as anybody's browser may ask it to."""
        self._socket.send(BackMsg(clear_cache=True).SerializeToString())

    def locked(self, label: str) -> bool:
        """Return whether the button is switched off."""
        return self.buttons[label][1]

    def _run(self, page: str, query: dict, pressed: str = "") -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_name = urlencode(query, doseq=True), page
        if self._hash and page == self._page:
            state.page_script_hash = self._hash
        for expander in self._opened:
            state.widget_states.widgets.add(id=expander, bool_value=True)
        if pressed:
            state.widget_states.widgets.add(id=pressed, trigger_value=True)
        self._page = page
        self._socket.send(message.SerializeToString())
        self._clear()
        for received in self._receive():
            self._handle(received)

    def _receive(self) -> Iterator[ForwardMsg]:
        """Yield what the server sends until the page is drawn, also where it draws itself anew."""
        while True:
            message = ForwardMsg.FromString(self._socket.recv(timeout=WAIT, decode=False))
            yield message
            ended = message.WhichOneof("type") == "script_finished"
            if ended and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                return

    def _clear(self) -> None:
        self.text, self.buttons, self.expanders = "", {}, []

    def _handle(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self._hash = message.navigation.page_script_hash
        elif kind == "new_session":
            self.session = message.new_session.initialize.session_id or self.session
        elif kind == "auth_redirect":
            self.redirect = message.auth_redirect.url
        elif kind == "delta" and message.delta.WhichOneof("type") == "add_block":
            self._note_block(message.delta.add_block)
        elif kind == "delta":
            self._note_element(message.delta.new_element)

    def _note_block(self, block: Block) -> None:
        if block.WhichOneof("type") == "expandable" and block.expandable.id:
            self.expanders.append(block.expandable.id)

    def _note_element(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        if kind == "button":
            self.buttons[element.button.label] = (element.button.id, element.button.disabled)
            self.text += f"\n{element.button.help}"
        elif kind == "markdown":
            self.text += f"\n{element.markdown.body}"
        elif kind == "alert":
            self.text += f"\n{element.alert.body}"
        elif kind == "exception":
            self.text += f"\nEXCEPTION {element.exception.message}"


def origins(browser: Browser) -> list[str]:
    """Return from which other sites a page of the server takes orders."""
    return json.loads(browser.get("/_stcore/host-config"))["allowedOrigins"]
