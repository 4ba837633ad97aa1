"""How many runs a person has at work, and whether there may be more."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from filelock import FileLock

from catdog.errors import AccessError, RunError
from catdog.runs.run import Run
from catdog.runs.store import list_runs
from catdog.settings import Settings
from catdog.training import ACTIVE


def count_active(runs: list[Run], by: str) -> int:
    """Return how many of these runs wait or train and were started or last resumed by this person ("": nobody)."""
    return sum(run.state in ACTIVE and run.by == by for run in runs)


@contextmanager
def reserve_quota(settings: Settings, number: int, by: str) -> Iterator[None]:
    """Let one process at a time add so many runs of a person; raise AccessError where they would be too many."""
    most = settings.limits.runs
    if not most:
        yield
        return
    with ExitStack() as held:
        try:
            settings.runs.mkdir(parents=True, exist_ok=True)
            held.enter_context(FileLock(settings.runs / ".room.lock"))
        except OSError as error:
            raise RunError(
                f"The runs in {settings.runs} could not be counted ({error.strerror or error}): free some disk space, "
                "or set CATDOG_HOME to another folder."
            ) from error
        busy = count_active(list_runs(settings), by)
        if busy + number > most:
            raise AccessError(explain_quota(busy, number, most, by))
        yield


def explain_quota(busy: int, number: int, most: int, by: str) -> str:
    """Return the sentence that says why so many more runs may not be started."""
    whose, some = ("Each person", "of yours") if by else ("Everybody together", "")
    already = f", and {busy:,} {some} do".replace("  ", " ") if busy else ""
    return (
        f"{whose} may have {most:,} runs that wait or train{already}, so {number:,} more can't be started: "
        f"{'wait until one has ended' if number == 1 else 'start fewer, or wait until some have ended'}."
    )
