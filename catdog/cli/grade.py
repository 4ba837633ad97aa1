"""python -m catdog grade: a table of what a class has handed in."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from catdog.cli.terminal import ProgressBars, add_json_option, choose_source, print_json
from catdog.errors import UsageError
from catdog.settings import Settings
from catdog.utils.files import write_text
from catdog.utils.text import format_percent

if TYPE_CHECKING:
    from catdog.handin import Grade

SPLITS = ("test", "validation", "all")


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("grade", help="make a table of what a class has handed in, scored anew")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a folder of hand-ins, or one hand-in")
    parser.add_argument(
        "--source",
        metavar="photos|drawn|FOLDER|ZIP",
        help="the images on which the models are scored anew (default: the photos if they are on this machine, else "
        "the drawn ones)",
    )
    parser.add_argument(
        "--split", choices=SPLITS, help="which of them (default: test; all of a folder or zip of your own)"
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the table to this file, too")
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Grade the hand-ins and print the table.

    Returns:
        The exit status: 1 if one of them could not be read.

    Raises:
        DataError: There is no hand-in, or the images can't be opened.
        UsageError: The folder or the CSV file can't be used.
    """
    from catdog.handin import grade_folder, grades_csv, grades_json

    files = _list_files(arguments.folder)
    source = choose_source(arguments, settings)
    with ProgressBars() as bars:
        grades = grade_folder(files, settings, source, arguments.split or "", bars)
    if arguments.csv:
        try:
            write_text(arguments.csv, grades_csv(grades))
        except OSError as error:
            raise UsageError(
                f"{arguments.csv} can't be written ({error.strerror or error}): choose another file."
            ) from error
    if arguments.json:
        print_json(grades_json(grades))
    else:
        _print_table(grades)
    return int(any(grade.error for grade in grades))


def _list_files(folder: Path) -> list[Path]:
    if folder.is_file():
        return [folder]
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".zip" and path.is_file())
    except OSError as error:
        raise UsageError(
            f"The folder {folder} can't be read ({error.strerror or error}): name one that holds hand-ins."
        ) from error


def _print_table(grades: "list[Grade]") -> None:
    width = max(len(grade.name) for grade in grades)
    print(f"{'student':{width}}  lessons  tasks    validation  test    scored anew  findings")
    for grade in grades:
        best = grade.best
        scores = (
            [format_percent(value) for value in (best.val_accuracy, best.test_accuracy, best.rescored)] if best else []
        )
        validation, test, rescored = scores or ["–"] * 3
        tasks = f"{grade.tasks_confirmed} of {grade.tasks_passed}"
        findings = len(grade.all_findings)
        print(
            f"{grade.name:{width}}  {grade.lessons_done:7}  {tasks:7}  {validation:>10}  {test:>6}  {rescored:>11}  "
            f"{findings or 'none'}"
        )
        for sentence in filter(None, (grade.error, *grade.all_findings)):
            print(f"{'':{width}}    {sentence}")
