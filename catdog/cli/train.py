"""python -m catdog train: train models one after the other, each in a process of its own."""

import argparse
import time
from datetime import datetime
from typing import TYPE_CHECKING

from catdog.cli.terminal import (
    ProgressBars,
    add_json_option,
    add_source_option,
    choose_source,
    make_bar,
    print_error,
    print_json,
    print_note,
)
from catdog.cli.train_options import add_settings_options, make_configs
from catdog.errors import RunError, UsageError
from catdog.settings import Settings
from catdog.utils.text import format_duration, format_percent

if TYPE_CHECKING:
    from tqdm import tqdm

    from catdog.runs import Run

POLL_INTERVAL = 0.25  # seconds


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("train", help="train one model or several, one after the other")
    parser.add_argument("models", nargs="+", metavar="MODEL", help="model1, model2, model3 or model4")
    add_settings_options(parser)
    add_source_option(parser)
    parser.add_argument(
        "--grid",
        action="append",
        default=[],
        metavar="SETTING=VALUES",
        help="a run for each of these values, such as seed=1-3 or learning_rate=0.001,0.0003; given several times, a "
        "run for every combination",
    )
    parser.add_argument("--name", default="", help="what to call the run (default: named after the model)")
    parser.add_argument("--detach", action="store_true", help="start the training and do not wait for its end")
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Start a run for each model, follow them to their end and print the results.

    Returns:
        The exit status: 1 if a run failed, 130 after Ctrl-C.

    Raises:
        UsageError: An argument is wrong. All arguments are checked before the first run is made.
        DataError: The images can't be read. They too are checked first.
    """
    from catdog.datasets import open_catalog
    from catdog.datasets.exclusions import list_excluded, mark_excluded
    from catdog.runs import launch
    from catdog.training.recipes import get_recipe
    from catdog.training.sweep import expand_grid, make_sweep_title, name_sweep_runs

    source = choose_source(arguments, settings)
    recipe, configs = get_recipe(arguments.recipe), make_configs(arguments, source)
    combined = expand_grid(configs, dict(_parse_axis(text) for text in arguments.grid))
    names = name_sweep_runs(arguments.name, combined)
    with ProgressBars() as progress:
        catalog = open_catalog(settings, source, progress)
        catalog = mark_excluded(catalog, list_excluded(settings, catalog))
    how = "only the last layer, at once" if arguments.quick else f"recipe: {recipe.title}"
    print_note(f"Training {', '.join(arguments.models)} on {catalog.title}, {how}.")
    if len(combined) > len(configs):
        print_note(f"{len(combined)} runs, one for each combination.")
    title = make_sweep_title(arguments.name, combined, datetime.now())
    runs = [
        launch(settings, config, name, sweep=title, catalog=catalog)
        for (config, _), name in zip(combined, names, strict=True)
    ]
    status = 0
    if not arguments.detach:
        try:
            runs = [follow_run(settings, run) for run in runs]
        except KeyboardInterrupt:
            print_note("Stopping; what was reached so far is kept. Ctrl-C again does not wait for it.")
            _stop(settings, runs)
            runs = [follow_run(settings, run) for run in runs]
            status = 130
    if arguments.json:
        print_json([run.to_json() for run in runs] if len(runs) > 1 else runs[0].to_json())
    for run in runs:
        if run.state in ("failed", "interrupted"):
            print_error(f"{run.name}: {run.status.error or 'Its process has ended before the training did.'}")
            status = status or 1
        elif not arguments.json:
            print(_describe_outcome(run))
    return status


def follow_run(settings: Settings, run: "Run") -> "Run":
    """Show a run's progress until it ends.

    Returns:
        The run as it then is.

    Raises:
        RunError: The run was deleted meanwhile.
    """
    from catdog.runs import open_run
    from catdog.training import ACTIVE

    with make_bar(total=run.config.total_epochs, bar_format="{desc} |{bar:20}|{postfix}") as bar:
        while True:
            run = open_run(settings, run.id)
            if run.state not in ACTIVE:
                return run
            _update_bar(bar, run)
            time.sleep(POLL_INTERVAL)


def _update_bar(bar: "tqdm", run: "Run") -> None:
    """Show epoch, batch, what is being done, the best epoch's accuracy and the time left."""
    status = run.status
    words = [run.state if run.state != "running" else status.message or run.state]
    if status.batch < status.batches:
        words.append(f"batch {status.batch}/{status.batches}")
    if run.best_val_accuracy is not None:
        words.append(f"best epoch so far {format_percent(run.best_val_accuracy)}")
    if run.eta is not None:
        words.append(f"{format_duration(run.eta)} left")
    bar.set_description_str(
        f"{run.config.variant} epoch {status.epoch}/{status.epochs or run.config.total_epochs}", refresh=False
    )
    bar.set_postfix_str(", ".join(words), refresh=False)
    epochs = max(0, status.epoch - 1) + (status.batch / status.batches if status.batches else 0)
    bar.update(min(epochs, run.config.total_epochs) - bar.n)


def _parse_axis(text: str) -> tuple[str, list]:
    """Return the setting and its values that an argument such as "seed=1-3" names."""
    from catdog.training.sweep import read_axis

    name, _, listed = text.partition("=")
    name = name.strip().replace("-", "_")
    values = read_axis(name, listed)
    if not values:
        raise UsageError(f"--grid {text[:60]} gives no values: write it like --grid seed=1,2,3.")
    return name, values


def _stop(settings: Settings, runs: "list[Run]") -> None:
    from catdog.runs import open_run, stop_run
    from catdog.training import ACTIVE

    for run in runs:
        try:
            if open_run(settings, run.id).state in ACTIVE:
                stop_run(settings, run)
        except RunError:
            continue  # it ended by itself meanwhile


def _describe_outcome(run: "Run") -> str:
    from catdog.comparison import describe_validation

    words = [f"{run.name} is {run.state}"]
    if run.ended_early:
        words.append(run.ended_early)
    if validation := describe_validation(run):
        words.append(validation)
    if run.test_accuracy is not None:
        words.append(f"test accuracy {format_percent(run.test_accuracy)}")
    if run.seconds:
        words.append(format_duration(run.seconds))
    return ", ".join(words) + f" (run {run.id})"
