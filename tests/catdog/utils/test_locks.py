"""catdog.utils.locks: one at a time, and waiting shows."""

import threading
from pathlib import Path

import pytest

from catdog.utils.locks import hold_lock
from catdog.utils.progress import silent


def test_a_second_thread_waits_says_so_and_then_gets_its_turn(tmp_path: Path) -> None:
    order = []
    waiting = threading.Event()

    def second() -> None:
        def progress(done: int, total: int, what: str) -> None:
            assert (done, total, what) == (0, 0, "waiting for the other")
            waiting.set()

        with hold_lock(tmp_path / "lock", progress, "waiting for the other"):
            order.append("second")

    with hold_lock(tmp_path / "lock", silent, "waiting"):
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(10)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def test_what_progress_raises_ends_the_waiting(tmp_path: Path) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "lock"
    with hold_lock(path, silent, "waiting"), pytest.raises(KeyboardInterrupt), hold_lock(path, stop, "waiting"):
        pytest.fail("two at a time")


def test_an_error_inside_frees_the_lock(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="inside"), hold_lock(tmp_path / "lock", silent, "waiting"):
        raise ValueError("inside")
    with hold_lock(tmp_path / "lock", lambda *_: pytest.fail("still locked"), "waiting"):
        pass
