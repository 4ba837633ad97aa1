"""python -m catdog notebook: write trainings, or the reference course, as a notebook in plain Keras."""

import argparse
from pathlib import Path

from catdog.cli.terminal import add_json_option, print_json
from catdog.errors import RunError, UsageError
from catdog.settings import Settings
from catdog.utils.files import whole_file
from catdog.utils.text import format_size

COURSE = "reference-course"


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("notebook", help="write trained runs, or the course, as a notebook in plain Keras")
    parser.add_argument(
        "run_names",
        nargs="*",
        metavar="RUN",
        help="a run's id or name, or a model for its latest finished run; several go into one notebook",
    )
    parser.add_argument("--course", action="store_true", help="the reference course itself, with no run")
    parser.add_argument(
        "--format", choices=("notebook", "script"), default="notebook", help=".ipynb (default), or a Python script"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write it (default: here, called as the run)")
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the notebook and print where it is.

    Returns:
        The exit status, 0.

    Raises:
        RunError: A run is missing, has not trained to its end, or is damaged; or the file can't be written.
        UsageError: Neither runs nor the course are named, or both.
    """
    if bool(arguments.run_names) == arguments.course:
        raise UsageError("Name the runs that the notebook is of, or give --course: see --help.")
    content, stem, runs = _render(arguments, settings)
    path = arguments.out or Path(f"{stem}.{'py' if arguments.format == 'script' else 'ipynb'}")
    try:
        with whole_file(path) as temporary:
            temporary.write_bytes(content)
    except OSError as error:
        raise RunError(f"{path} can't be written ({error.strerror or error}): choose another file.") from error
    if arguments.json:
        print_json({"path": str(path), "format": arguments.format, "runs": runs, "bytes": len(content)})
    else:
        print(f"{path}: {format_size(len(content))}, plain Keras, runs without this program")
    return 0


def _render(arguments: argparse.Namespace, settings: Settings) -> tuple[bytes, str, list[str]]:
    """Return the file's content, what to call it without a suffix, and the ids of its runs."""
    from catdog.comparison import label_runs
    from catdog.export.notebook import render_course_script, render_notebook, render_reference_course, render_script
    from catdog.runs import find_run

    script = arguments.format == "script"
    if arguments.course:
        return (render_course_script if script else render_reference_course)(), COURSE, []
    runs = list({run.id: run for run in (find_run(settings, name) for name in arguments.run_names)}.values())
    for run in runs:
        if not run.finished:
            raise RunError(f"The run {run.name} has not trained to its end: resume it, or name another.")
    content = (render_script if script else render_notebook)(runs, label_runs(runs), settings)
    return content, runs[0].id if len(runs) == 1 else "runs", [run.id for run in runs]
