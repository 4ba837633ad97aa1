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
from catdog.errors import RunError, UsageError
from catdog.settings import Settings
from catdog.utils.text import format_duration, format_percent

if TYPE_CHECKING:
    from tqdm import tqdm

    from catdog.runs import Run

POLL_INTERVAL = 0.25  # seconds
OPTIONS = (
    *("epochs", "batch_size", "learning_rate", "seed", "fraction", "exact"),
    *("patience", "schedule", "restore_best"),
    *("flip", "zoom", "translation", "contrast", "brightness", "fill"),
)


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("train", help="train one model or several, one after the other")
    parser.add_argument("models", nargs="+", metavar="MODEL", help="model1, model2, model3 or model4")
    parser.add_argument("--epochs", type=int, help="passes over the training pictures (default 20)")
    parser.add_argument("--batch-size", type=int, help="pictures in each step (default 32)")
    parser.add_argument("--learning-rate", type=float, help="how far each step goes (default 0.001)")
    parser.add_argument("--seed", type=int, help="where the random numbers start (default 1)")
    parser.add_argument("--fraction", type=float, help="share of the training pictures, up to 1 (default 1)")
    parser.add_argument(
        "--exact",
        action="store_true",
        default=None,
        help="the notebook's own arithmetic, slower: no bfloat16, no fused update",
    )
    parser.add_argument(
        "--patience",
        type=int,
        metavar="EPOCHS",
        help="end early after so many epochs without a better validation accuracy (default 0: never)",
    )
    parser.add_argument(
        "--schedule",
        metavar="NAME",
        help="the learning rate: constant (default), cosine (falls to almost 0) or plateau (falls to a tenth whenever "
        "the validation loss has not got better for 3 epochs)",
    )
    parser.add_argument(
        "--last-epoch",
        action="store_const",
        const=False,
        dest="restore_best",
        help="keep the weights of the last epoch, not those of the best one",
    )
    parser.add_argument(
        "--flip",
        metavar="AXES",
        help="flip pictures at random: none, horizontal, vertical or horizontal_and_vertical (default: as the model)",
    )
    parser.add_argument(
        "--turn",
        type=float,
        metavar="DEGREES",
        help="turn pictures at random, up to so far either way, 0 to 180 (default: as the model)",
    )
    _add_augmentation_options(parser)
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
    from catdog.augmentation.config import rotation_from_degrees
    from catdog.datasets import open_catalog
    from catdog.datasets.exclusions import list_excluded, mark_excluded
    from catdog.runs import launch
    from catdog.training import TrainConfig
    from catdog.training.sweep import expand_grid, make_sweep_title, name_sweep_runs

    source = choose_source(arguments, settings)
    values = {name: getattr(arguments, name) for name in OPTIONS if getattr(arguments, name) is not None}
    if arguments.turn is not None:
        values["rotation"] = rotation_from_degrees(arguments.turn)
    configs = [TrainConfig(model=model, source=source, **values) for model in arguments.models]
    combined = expand_grid(configs, dict(_parse_axis(text) for text in arguments.grid))
    names = name_sweep_runs(arguments.name, combined)
    with ProgressBars() as progress:
        catalog = open_catalog(settings, source, progress)
        catalog = mark_excluded(catalog, list_excluded(settings, catalog))
    print_note(f"Training {', '.join(arguments.models)} on {catalog.title}.")
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

    with make_bar(total=run.config.epochs, bar_format="{desc} |{bar:20}|{postfix}") as bar:
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
    bar.set_description_str(f"{run.config.model} epoch {status.epoch}/{run.config.epochs}", refresh=False)
    bar.set_postfix_str(", ".join(words), refresh=False)
    epochs = max(0, status.epoch - 1) + (status.batch / status.batches if status.batches else 0)
    bar.update(min(epochs, run.config.epochs) - bar.n)


def _add_augmentation_options(parser: argparse.ArgumentParser) -> None:
    """Describe the options for augmentations that no model has by itself."""
    share = {"type": float, "metavar": "SHARE"}
    parser.add_argument("--zoom", help="show up to so much more or less of a picture, 0 to 0.9 (default 0)", **share)
    parser.add_argument(
        "--shift",
        dest="translation",
        help="shift pictures at random, each way up to this share of width and height, 0 to 1 (default 0)",
        **share,
    )
    parser.add_argument("--contrast", help="strengthen or weaken the contrast by up to, 0 to 1 (default 0)", **share)
    parser.add_argument("--brightness", help="make pictures brighter or darker by up to, 0 to 1 (default 0)", **share)
    parser.add_argument(
        "--fill",
        metavar="NAME",
        help="what is seen beyond a picture's edge: reflect (its mirror image, the default), constant (black), wrap "
        "(its opposite side) or nearest (the nearest pixel)",
    )


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
