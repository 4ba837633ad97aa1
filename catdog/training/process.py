"""What each process of a run needs besides its work: its arguments and its signals."""

import argparse
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from catdog.training.run_folder import RunFolder

SIGNALS = (signal.SIGTERM, signal.SIGINT)


def make_parser(module: str) -> argparse.ArgumentParser:
    """Return a parser that reads `folder`, a RunFolder, from what `python -m module` is called with."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}")
    parser.add_argument("folder", metavar="RUN_FOLDER", type=_run_folder, help="a folder with a config.json")
    return parser


def _run_folder(name: str) -> RunFolder:
    folder = RunFolder(Path(name))
    if not folder.config.is_file():
        raise argparse.ArgumentTypeError(f"there is no folder {name} with a config.json")
    return folder


@contextmanager
def stop_on_signals(folder: RunFolder) -> Iterator[None]:
    """Turn SIGTERM and Ctrl-C into the folder's stop file while the context lasts.

    Outside a process's main thread it changes nothing, since only that may set what a signal does.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # a handler in Python would have to wait until TensorFlow returns from the step under way, which may be stuck
    received, wakeup = os.pipe()
    os.set_blocking(wakeup, False)

    def listen() -> None:
        while numbers := os.read(received, 64):
            if set(numbers) & set(SIGNALS):
                with suppress(OSError):
                    folder.stop.touch()

    listener = threading.Thread(target=listen, daemon=True, name="signals")
    listener.start()
    wakeup_before = signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
    handlers_before = {number: signal.signal(number, lambda *_: None) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in handlers_before.items():
            signal.signal(number, handler or signal.SIG_DFL)
        signal.set_wakeup_fd(wakeup_before)
        os.close(wakeup)  # which ends the listener
        listener.join()
        os.close(received)
