"""python -m catdog export: take a trained model away, with a model card and a script that uses it."""

import argparse
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catdog.cli.terminal import Bars, add_json, complain, print_json
from catdog.errors import RunError
from catdog.export import FORMATS, checked, export, file_name
from catdog.settings import Settings
from catdog.utils.files import whole_file
from catdog.utils.text import format_size

if TYPE_CHECKING:
    from catdog.runs import Run

ALL = "all"


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("export", help="take a trained model away, with a model card and a script")
    parser.add_argument("which", metavar="RUN", help="a run's id or name, or a model for its latest finished run")
    parser.add_argument("--format", required=True, choices=(*FORMATS, ALL), help="which file format, or all of them")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="put the zip here too (default: it stays in the run's folder)"
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Export the run and print where the files are; of all formats, return 1 if one could not be made."""
    from catdog.runs import find_run

    run = find_run(settings, arguments.which)
    names = list(FORMATS) if arguments.format == ALL else [arguments.format]
    made, refused = [], 0
    for name in names:
        try:
            made.append(_exported(run, name, arguments.out, settings))
        except RunError as error:
            if len(names) == 1:
                raise
            complain(str(error))
            refused += 1
    if arguments.json:
        print_json(made)
    for one in [] if arguments.json else made:
        print(
            f"{one['path']}: {FORMATS[one['format']].title}, {format_size(one['bytes'])}, "
            f"answers within {one['difference']:.2g} on {one['pictures']} pictures"
        )
    return int(refused > 0)


def _exported(run: "Run", name: str, out: Path | None, settings: Settings) -> dict[str, Any]:
    """Export to one format and return what is said of it."""
    with Bars() as progress:
        path = export(run, name, settings, progress)
    found = checked(path)
    if out is not None:
        path = _copied(path, out / file_name(run, FORMATS[name]))
    return {
        "run": run.id,
        "format": name,
        "path": str(path),
        "bytes": path.stat().st_size,
        "pictures": found.pictures,
        "difference": found.largest,
    }


def _copied(path: Path, target: Path) -> Path:
    try:
        with whole_file(target) as temporary:
            shutil.copyfile(path, temporary)
    except OSError as error:
        raise RunError(
            f"The file can't be written to {target.parent} ({error.strerror or error}): choose another folder."
        ) from error
    return target
