"""The quota: how many active runs a person has, and whether there may be more."""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock

from catdog.errors import AccessError, RunError
from catdog.runs.run import Run
from catdog.runs.store import list_runs
from catdog.settings import Settings
from catdog.training import ACTIVE


def count_active(runs: list[Run], by: str) -> int:
    """Return how many of these runs wait or train and were started or last resumed by a person.

    Args:
        runs: The runs to count.
        by: The person's e-mail address; "" for where nobody signs in.
    """
    return sum(run.state in ACTIVE and run.by == by for run in runs)


@contextmanager
def lock_launching(settings: Settings) -> Iterator[None]:
    """Let nobody else, in whatever process, add runs while the context lasts.

    Raises:
        RunError: The lock can't be made.
    """
    lock = FileLock(settings.runs / ".room.lock")
    try:
        settings.runs.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except OSError as error:
        raise RunError(
            f"The runs in {settings.runs} could not be counted ({error.strerror or error}): free some disk space, "
            "or set CATDOG_HOME to another folder."
        ) from error
    try:
        yield
    finally:
        lock.release()


def check_quota(settings: Settings, count: int, by: str) -> None:
    """Refuse so many more runs of a person, where that is too many; call it while the launching is locked.

    Args:
        settings: The limit, and where the runs are.
        count: How many runs.
        by: The person's e-mail address; "" for where nobody signs in.

    Raises:
        AccessError: The person would have too many.
    """
    limit = settings.limits.runs
    active = count_active(list_runs(settings), by) if limit else 0
    if limit and active + count > limit:
        raise AccessError(explain_quota(active, count, limit, by))


def explain_quota(active: int, count: int, limit: int, by: str) -> str:
    """Return the sentence that says why no more runs may be started.

    Args:
        active: How many runs wait or train already.
        count: How many were to be started.
        limit: How many there may be.
        by: Whose they are: an e-mail address, or "" for where nobody signs in.
    """
    subject, of_yours = ("Each person", " of yours") if by else ("Everybody together", "")
    already = f", and {active:,}{of_yours} do" if active else ""
    return (
        f"{subject} may have {limit:,} runs that wait or train{already}, so {count:,} more can't be started: "
        f"{'wait until one has ended' if count == 1 else 'start fewer, or wait until some have ended'}."
    )
