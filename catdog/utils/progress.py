"""How lengthy work reports its progress."""

from collections.abc import Callable

#: Called with (done, total, what is being done); a total of 0 means that it is not known.
Progress = Callable[[int, int, str], None]


def silent(done: int, total: int, what: str) -> None:
    """Take a progress report and show nothing."""
