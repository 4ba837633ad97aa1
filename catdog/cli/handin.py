"""python -m catdog handin: put runs, report and answers into one zip for the teacher."""

import argparse
from pathlib import Path

from catdog.cli.terminal import ProgressBars, add_json_option, print_json
from catdog.settings import Settings
from catdog.utils.text import format_size


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("handin", help="put runs, a report and answers into one zip for the teacher")
    parser.add_argument(
        "run_names", nargs="*", metavar="RUN", help="what to hand in (default: the best finished run of each model)"
    )
    parser.add_argument("--name", required=True, help="who hands in")
    parser.add_argument(
        "--progress", type=Path, metavar="FILE", help="your answers, as the Overview page downloads them"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path(),
        metavar="PATH",
        help="a folder, or the name of the zip (default: this folder)",
    )
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the zip and print where it is.

    Returns:
        The exit status.

    Raises:
        UsageError: It can't be made; the sentence says why.
        DataError: The file of answers is none.
        RunError: There is no such run.
    """
    from catdog.handin import build_handin, choose_runs
    from catdog.lessons.progress import Progress, read_file
    from catdog.runs import find_run, list_runs

    if arguments.run_names:
        runs = list({(entry := find_run(settings, name)).id: entry for name in arguments.run_names}.values())
    else:
        runs = choose_runs(list_runs(settings))
    progress = read_file(arguments.progress) if arguments.progress else Progress()
    with ProgressBars() as bars:
        path = build_handin(settings, runs, progress, arguments.name, arguments.out, report=bars)
    size = path.stat().st_size
    if arguments.json:
        print_json({"path": str(path), "bytes": size, "runs": [entry.id for entry in runs]})
    else:
        print(f"{path}: {len(runs)} run{'s' if len(runs) > 1 else ''}, {format_size(size)}")
    return 0
