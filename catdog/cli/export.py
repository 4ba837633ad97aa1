"""python -m catdog export: write a trained model to a zip, with a model card and a script that uses it."""

import argparse
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catdog.cli.terminal import ProgressBars, add_json_option, print_error, print_json
from catdog.errors import RunError
from catdog.export import FORMATS, download_name, export_run, read_check
from catdog.settings import Settings
from catdog.utils.files import whole_file
from catdog.utils.text import format_size

if TYPE_CHECKING:
    from catdog.runs import Run

ALL = "all"


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("export", help="export a trained model, with a model card and a script")
    parser.add_argument("run_name", metavar="RUN", help="a run's id or name, or a model for its latest finished run")
    parser.add_argument("--format", required=True, choices=(*FORMATS, ALL), help="which file format, or all of them")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="put the zip here too (default: it stays in the run's folder)"
    )
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Export the run and print where the files are.

    Returns:
        The exit status: with all formats, 1 if one of them could not be made.

    Raises:
        RunError: The run can't be exported to the one format, or the zip can't be copied.
    """
    from catdog.runs import find_run

    run = find_run(settings, arguments.run_name)
    names = list(FORMATS) if arguments.format == ALL else [arguments.format]
    files, failures = [], 0
    for name in names:
        try:
            files.append(_export(run, name, arguments.out, settings))
        except RunError as error:
            if len(names) == 1:
                raise
            print_error(str(error))
            failures += 1
    if arguments.json:
        print_json(files)
    for file in [] if arguments.json else files:
        print(
            f"{file['path']}: {FORMATS[file['format']].title}, {format_size(file['bytes'])}, "
            f"answers within {file['difference']:.2g} on {file['pictures']} images"
        )
    return int(failures > 0)


def _export(run: "Run", name: str, out: Path | None, settings: Settings) -> dict[str, Any]:
    """Export to one format, copy the zip to the folder `out`, and return what --json prints of it."""
    with ProgressBars() as progress:
        path = export_run(run, name, settings, progress)
    check = read_check(path)
    if out is not None:
        path = _copy(path, out / download_name(run, FORMATS[name]))
    return {
        "run": run.id,
        "format": name,
        "path": str(path),
        "bytes": path.stat().st_size,
        "pictures": check.pictures,
        "difference": check.largest,
    }


def _copy(path: Path, target: Path) -> Path:
    try:
        with whole_file(target) as temporary:
            shutil.copyfile(path, temporary)
    except OSError as error:
        raise RunError(
            f"The file can't be written to {target.parent} ({error.strerror or error}): choose another folder."
        ) from error
    return target
