"""SIGTERM and Ctrl-C ask a run to stop, as its stop file does."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from catdog.training.folder import RunFolder


@contextmanager
def stop_on_signals(folder: RunFolder) -> Iterator[None]:
    """Turn SIGTERM and SIGINT into the folder's stop file while the context lasts.

    Outside a process's main thread it changes nothing, since only that may set what a signal does.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(*_: object) -> None:
        with suppress(OSError):
            folder.stop.touch()

    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, ask) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
