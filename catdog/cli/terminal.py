"""How the commands speak: answers go to standard output, bars and remarks to standard error."""

import argparse
import json
import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from catdog.settings import Settings

if TYPE_CHECKING:
    from tqdm import tqdm

NAMED_SOURCES = ("photos", "drawn")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Give a command the option --json."""
    # without a default, since a nested parser's would overwrite what stood before its name; __main__ sets it
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON, for other programs")


def add_source(
    parser: argparse.ArgumentParser, default: str = "the photos if they are on this machine, else the drawn ones"
) -> None:
    """Give a command the option --source. default: what it takes without, in words."""
    parser.add_argument(
        "--source",
        type=_source,
        metavar="photos|drawn|FOLDER",
        help=f"which pictures: the cat and dog photos, the drawn ones, or a folder with two class folders "
        f"(default: {default})",
    )


def chosen_source(arguments: argparse.Namespace, settings: Settings) -> str:
    """Return the source that was asked for, else the photos if they are there, else the drawn pictures."""
    from catdog.datasets import default_source

    return arguments.source or default_source(settings)


def print_json(value: Any) -> None:
    """Print `value` as JSON; a number that JSON does not know (not a number, infinite) becomes null."""
    print(json.dumps(json.loads(json.dumps(value), parse_constant=lambda _: None), indent=2))


def remark(text: str) -> None:
    """Say something that is not the answer, on standard error."""
    print(text, file=sys.stderr, flush=True)


def complain(text: str) -> None:
    """Say on one line of standard error what went wrong."""
    remark("catdog: " + " ".join(text.splitlines()))


def new_bar(**options: Any) -> "tqdm":
    """Return a tqdm bar on standard error; into a file or a pipe it writes every ten seconds only."""
    from tqdm import tqdm

    pace = {"mininterval": 0.1} if sys.stderr.isatty() else {"mininterval": 10, "delay": 10}
    return tqdm(file=sys.stderr, miniters=0, leave=False, **pace, **options)


class Bars:
    """A Progress that draws bars, one after the other as what is being done changes; use it with `with`."""

    def __init__(self) -> None:
        self._bar: tqdm | None = None
        self._what = ""

    def __enter__(self) -> "Bars":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, done: int, total: int, what: str) -> None:
        """Show that `done` of `total` is reached; a total of 0 means that it is not known."""
        if self._bar is None or what != self._what or (total and not self._bar.total):
            self.__exit__(None, None, None)
            # sizes in bytes are in the millions, counts of pictures in the thousands
            size = {"unit": "B", "unit_scale": True} if total > 1_000_000 else {"unit": ""}
            self._bar = new_bar(desc=what, total=total or None, **size)
            self._what = what
        self._bar.total = total or None
        self._bar.update(done - self._bar.n)


def _source(text: str) -> str:
    """Make a folder's name absolute: a run trains in another process, which may start in another folder."""
    return text if text in NAMED_SOURCES else str(Path(text).expanduser().absolute())
