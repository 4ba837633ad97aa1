"""python -m catdog relabel: correct labels, take corrections back, list, export and import them, see if it helped."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from catdog.cli.features import load_features
from catdog.cli.terminal import ProgressBars, add_json_option, add_source_option, choose_source, print_json, print_note
from catdog.errors import DataError, UsageError
from catdog.settings import Settings

if TYPE_CHECKING:
    from catdog.datasets import Catalog
    from catdog.datasets.correction_list import Correction, Corrections

ACTIONS = ("undo", "list", "export", "import", "gain")


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("relabel", help="correct labels, and see whether that helped; no file is changed")
    parser.add_argument("image", nargs="?", metavar="PHOTO", help="an image of the dataset, named as doubts names it")
    parser.add_argument("label", nargs="?", metavar="CLASS", help="its right class, such as cat or dog")
    actions = parser.add_mutually_exclusive_group()
    actions.add_argument("--undo", nargs="+", metavar="PHOTO", help="go back to the labels that the files say")
    actions.add_argument("--list", action="store_true", help="list what was decided (also without any option)")
    actions.add_argument("--export", type=Path, metavar="FILE", help="write the corrections to a CSV file")
    actions.add_argument("--import", type=Path, metavar="FILE", help="take in the corrections of a CSV file")
    actions.add_argument("--gain", action="store_true", help="measure whether cleaning the labels helped")
    add_source_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Correct labels or do what the option says, then list what is decided.

    Raises:
        UsageError: The options don't go together, or name an image or a class that is not there.
        DataError: There are no images, a list can't be read or written, or nothing was cleaned that could have helped.
    """
    from catdog.datasets import open_catalog
    from catdog.datasets.corrections import list_corrections, relabel_images, restore_labels

    options = vars(arguments)
    if arguments.image and any(options[action] for action in ACTIONS):
        raise UsageError("A photo with its class and an option don't go together: leave one out.")
    if arguments.image and not arguments.label:
        raise UsageError("Give the right class too, such as: python -m catdog relabel PHOTO dog.")
    with ProgressBars() as progress:
        source = choose_source(arguments, settings)
        catalog = open_catalog(settings, source, progress)
    if arguments.gain:
        return _show_gain(arguments, settings, source)
    if arguments.image:
        path = _find_path(catalog, arguments.image)
        corrections = relabel_images(settings, catalog, {path: _find_class(catalog, arguments.label)})
    elif arguments.undo:
        paths = [_find_path(catalog, text) for text in arguments.undo]
        corrections = restore_labels(settings, catalog, paths)
    elif options["import"]:
        corrections = relabel_images(settings, catalog, _read_file(options["import"], catalog))
    else:
        corrections = list_corrections(settings, catalog)
    if arguments.export:
        _write_file(arguments.export, corrections.present)
    _show(arguments, catalog, corrections)
    return 0


def _show(arguments: argparse.Namespace, catalog: "Catalog", corrections: "Corrections") -> None:
    from catdog.datasets.correction_list import describe_absent

    if arguments.json:
        lists = {"present": corrections.present, "absent": corrections.absent}
        values = {name: [asdict(entry) for entry in entries] for name, entries in lists.items()}
        print_json({"source": catalog.source, "fingerprint": catalog.fingerprint, **values})
        return
    count = len(corrections.changed)
    print(f"{count:,} {'label is' if count == 1 else 'labels are'} corrected.")
    for entry in corrections.present:
        what = f"{entry.old} → {entry.new}" if entry.changes else f"{entry.new}, looked at and kept"
        print(f"  {entry.path}: {what}{f', by {entry.by}' if entry.by else ''}")
    if absent := describe_absent(corrections):
        print(absent)
    if arguments.export:
        print_note(f"Written to {arguments.export}.")


def _show_gain(arguments: argparse.Namespace, settings: Settings, source: str) -> int:
    from catdog.datasets.exclusions import EXCLUDED, list_excluded, mark_excluded
    from catdog.datasets.labels import with_labels
    from catdog.features.gain import describe_accuracy, describe_gain, measure_gain

    with ProgressBars() as progress:
        dataset, _, store = load_features(settings, source, progress)
        catalog = mark_excluded(dataset.catalog, list_excluded(settings, dataset.catalog))
        before, used = with_labels(catalog, ()).labels, catalog.splits != EXCLUDED
        gain = measure_gain(store.values, before, catalog.labels, used, progress)
    if arguments.json:
        print_json({"verdict": gain.verdict, "mean": gain.mean, **asdict(gain)})
    else:
        print(describe_gain(gain))
        print(describe_accuracy(gain))
    return 0


def _find_path(catalog: "Catalog", text: str) -> str:
    """Return the image's path in the catalog, given that, the path of its file or its name alone."""
    if text in set(catalog.paths):
        return text
    file = Path(text).expanduser().absolute()
    if file.is_relative_to(catalog.root):
        return file.relative_to(catalog.root).as_posix()  # if it is not there, it is refused by that name
    named = [path for path in catalog.paths if path.rpartition("/")[2] == text]
    return named[0] if len(named) == 1 else text


def _find_class(catalog: "Catalog", text: str) -> str:
    from catdog.utils.class_names import find_class

    label = find_class(text, catalog.classes)
    return text if label is None else catalog.classes[label]


def _read_file(file: Path, catalog: "Catalog") -> dict[str, str]:
    from catdog.datasets.correction_table import MAX_BYTES, read_table
    from catdog.utils.files import read_regular

    try:
        return read_table(read_regular(file.resolve(), MAX_BYTES), catalog)
    except OSError as error:
        raise DataError(f"{file} can't be read ({error.strerror or error}): check its name.") from error


def _write_file(file: Path, entries: "tuple[Correction, ...]") -> None:
    from catdog.datasets.correction_table import write_table
    from catdog.utils.files import write_text

    try:
        write_text(file, write_table(entries), make_folder=False)
    except OSError as error:
        raise DataError(f"{file} can't be written ({error.strerror or error}): give another place.") from error
