"""What the commands share: their options and output. Results go to standard output, all else to standard error."""

import argparse
import json
import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from catdog.settings import Settings

if TYPE_CHECKING:
    from tqdm import tqdm

SOURCE_NAMES = ("photos", "drawn")


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Add the option --json to a command."""
    # without a default, since a nested parser's would overwrite a --json before its name; __main__ sets it
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON, for other programs")


def add_source_option(
    parser: argparse.ArgumentParser, default: str = "the photos if they are on this machine, else the drawn ones"
) -> None:
    """Add the option --source to a command.

    Args:
        parser: Parser of the command.
        default: Which images the command takes without the option, in words.
    """
    parser.add_argument(
        "--source",
        type=_source,
        metavar="photos|drawn|FOLDER|ZIP",
        help=f"which images: the cat and dog photos, the drawn ones, or a folder or zip with two class folders "
        f"(default: {default})",
    )


def choose_source(arguments: argparse.Namespace, settings: Settings) -> str:
    """Return the value of --source, else "photos" if they are on this machine, else "drawn".

    A zip is made a dataset of its own first, unless it was before.

    Raises:
        DataError: The zip can't be used.
    """
    from catdog.datasets import default_source, import_archive

    if not arguments.source or arguments.source in SOURCE_NAMES or not Path(arguments.source).is_file():
        return arguments.source or default_source(settings)
    with ProgressBars() as progress:
        dataset = import_archive(settings, Path(arguments.source), progress)
    print_note(f"The zip is the photo set {dataset.name} here; python -m catdog data --remove deletes it.")
    return dataset.source


def print_json(value: Any) -> None:
    """Print a value as JSON; NaN and infinity, which JSON lacks, become null."""
    print(json.dumps(json.loads(json.dumps(value), parse_constant=lambda _: None), indent=2))


def print_note(text: str) -> None:
    """Print something that is not the result, on standard error."""
    print(text, file=sys.stderr, flush=True)


def print_error(text: str) -> None:
    """Print on one line of standard error what went wrong."""
    print_note("catdog: " + " ".join(text.splitlines()))


def make_bar(**options: Any) -> "tqdm":
    """Return a progress bar on standard error, which writes only every ten seconds into a file or a pipe.

    Args:
        **options: Further arguments of tqdm.
    """
    from tqdm import tqdm

    intervals = {"mininterval": 0.1} if sys.stderr.isatty() else {"mininterval": 10, "delay": 10}
    return tqdm(file=sys.stderr, miniters=0, leave=False, **intervals, **options)


class ProgressBars:
    """A context manager and `Progress` that draws a bar for each task, one after the other."""

    def __init__(self) -> None:
        """Make it without a bar: the first task begins one."""
        self._bar: tqdm | None = None
        self._task = ""

    def __enter__(self) -> "ProgressBars":
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the last bar."""
        if self._bar is not None:
            self._bar.close()

    def __call__(self, done: int, total: int, what: str) -> None:
        """Show that `done` of `total` is reached.

        Args:
            done: How much is done: bytes, images or steps.
            total: Where it ends, 0 if unknown.
            what: The task, in words. Another one begins another bar.
        """
        if self._bar is None or what != self._task or (total and not self._bar.total):
            self.__exit__(None, None, None)
            # sizes in bytes are in the millions, counts of images in the thousands
            unit = {"unit": "B", "unit_scale": True} if total > 1_000_000 else {"unit": ""}
            self._bar = make_bar(desc=what, total=total or None, **unit)
            self._task = what
        self._bar.total = total or None
        self._bar.update(done - self._bar.n)


def _source(text: str) -> str:
    """Make the name of a folder absolute: a run trains in another process, which may start in another folder."""
    return text if text in SOURCE_NAMES else str(Path(text).expanduser().absolute())
