"""python -m catdog data: count the images, fetch the photos, add and delete datasets."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from catdog.cli.terminal import ProgressBars, add_json_option, add_source_option, choose_source, print_json, print_note
from catdog.errors import UsageError
from catdog.settings import Settings
from catdog.utils.text import format_percent

if TYPE_CHECKING:
    from catdog.datasets import Catalog


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("data", help="count the images; fetch the photos; add your own")
    add_source_option(parser)
    parser.add_argument("--fetch", action="store_true", help="download the photos unless they are here")
    parser.add_argument(
        "--give-up-after",
        type=_seconds,
        metavar="SECONDS",
        help="with --fetch: give up when nothing has come within this time",
    )
    parser.add_argument(
        "--decode",
        action="store_true",
        help="read every image now, so that training and pages start at once",
    )
    parser.add_argument(
        "--add", type=Path, metavar="PATH", help="add the photos in a zip or a folder of two class folders"
    )
    parser.add_argument("--name", default="", help="with --add: what the set is called (default: like the zip)")
    parser.add_argument(
        "--encoding",
        default="",
        metavar="NAME",
        help="with --add: the code page of the names in an old zip, such as cp932 (default: the one that fits them)",
    )
    parser.add_argument("--remove", metavar="NAME", help="delete a set that was added")
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Fetch, add, delete and decode as the options say, then print the counts.

    Raises:
        DataError: There are no images, or the zip can't be used.
        UsageError: The options don't go together, or the dataset to delete does not exist.
    """
    from catdog.datasets import add_user_dataset, fetch_photos, open_catalog, open_dataset

    if arguments.remove is not None:
        return _remove(arguments, settings)
    for option in ("name", "encoding"):
        if getattr(arguments, option) and not arguments.add:
            raise UsageError(f"The option --{option} goes with --add: give the zip too.")
    if arguments.add and arguments.source:
        raise UsageError("The options --add and --source don't go together: leave one out.")
    with ProgressBars() as progress:
        if arguments.fetch:
            fetch_photos(settings, progress, arguments.give_up_after)
        if arguments.add:
            archive = arguments.add.expanduser().absolute()
            source = add_user_dataset(settings, archive, arguments.name, progress, code_page=arguments.encoding).source
        else:
            source = choose_source(arguments, settings)
        if arguments.decode:
            catalog = open_dataset(settings, source, progress).catalog
        else:
            catalog = open_catalog(settings, source, progress)
    if arguments.json:
        print_json(_as_json(catalog))
        if catalog.note:
            print_note(catalog.note)
    else:
        _show(catalog)
    return 0


def _remove(arguments: argparse.Namespace, settings: Settings) -> int:
    from catdog.datasets import find_user_dataset, list_user_datasets
    from catdog.runs import delete_dataset
    from catdog.utils.text import join_names

    dataset = find_user_dataset(settings, arguments.remove)
    if dataset is None:
        names = join_names([dataset.name for dataset in list_user_datasets(settings)])
        existing = f"the sets that were added are {names}" if names else "none has been added"
        raise UsageError(f"There is no photo set called {arguments.remove!r}: {existing}.")
    delete_dataset(settings, dataset)
    print_json({"removed": dataset.name}) if arguments.json else print(f"{dataset.name} is deleted.")
    return 0


def _as_json(catalog: "Catalog") -> dict:
    return {
        "source": catalog.source,
        "classes": list(catalog.classes),
        "splits": catalog.counts(),
        "baseline": catalog.baseline,
        "fingerprint": catalog.fingerprint,
    }


def _show(catalog: "Catalog") -> None:
    print(f"{catalog.title}, in {catalog.root}")
    for split, counts in catalog.counts().items():
        terms = " + ".join(f"{count:,} {name}" for name, count in counts.items())
        print(f"  {split:<10} {sum(counts.values()):>6,} = {terms}")
    print(f"baseline {format_percent(catalog.baseline)}: the accuracy of always guessing the most frequent class")
    print(f"fingerprint {catalog.fingerprint}")
    if catalog.note:
        print(catalog.note)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} must be a number of seconds above 0")
    return seconds
