"""SIGTERM and Ctrl-C ask a run to stop, as its stop file does."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from catdog.training.run_folder import RunFolder

NUMBERS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def stop_on_signals(folder: RunFolder) -> Iterator[None]:
    """Turn SIGTERM and SIGINT into the folder's stop file while the context lasts.

    Outside a process's main thread it changes nothing, since only that may set what a signal does.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # a handler in Python would have to wait until TensorFlow returns from the step under way, which may be stuck
    heard, hears = os.pipe()
    os.set_blocking(hears, False)

    def listen() -> None:
        while numbers := os.read(heard, 64):
            if set(numbers) & set(NUMBERS):
                with suppress(OSError):
                    folder.stop.touch()

    listener = threading.Thread(target=listen, daemon=True, name="signals")
    listener.start()
    wakeup = signal.set_wakeup_fd(hears, warn_on_full_buffer=False)
    before = {number: signal.signal(number, lambda *_: None) for number in NUMBERS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
        signal.set_wakeup_fd(wakeup)
        os.close(hears)  # which ends the listener
        listener.join()
        os.close(heard)
