"""python -m catdog evaluate: the scores of a trained run on validation and test images."""

import argparse
from typing import TYPE_CHECKING, Any

from catdog.cli.terminal import ProgressBars, add_json_option, add_source_option, choose_source, print_json, print_note
from catdog.errors import RunError, UsageError
from catdog.settings import Settings
from catdog.utils.text import format_percent

if TYPE_CHECKING:
    from catdog.evaluation import Predictions
    from catdog.runs import Run

SPLITS = ("validation", "test")


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("evaluate", help="show a run's scores and confusion matrix")
    parser.add_argument("run_name", metavar="RUN", help="a run's id or name, or a model for its latest finished run")
    parser.add_argument("--split", choices=SPLITS, help="validation or test images only (default: both)")
    parser.add_argument(
        "--threshold", type=_share, default=0.5, help="the probability over which the answer is the second class (0.5)"
    )
    add_source_option(parser, "those that the run learned from")
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the run's scores on the dataset that it learned from, or on another one.

    Raises:
        RunError: The run has not trained to its end, or a file of it is damaged.
    """
    from catdog.evaluation.summary import summarize
    from catdog.runs import find_run

    run = find_run(settings, arguments.run_name)
    source = choose_source(arguments, settings) if arguments.source else None
    predictions, title, classes = _read_predictions(run, source, settings)
    splits = {split: predictions.of_split(split) for split in SPLITS if arguments.split in (None, split)}
    scores = {split: summarize(part, arguments.threshold) for split, part in splits.items() if len(part)}
    if arguments.json:
        print_json({"run": run.id, "classes": classes, **scores})
        return 0
    print(f"{run.name} ({run.id}): {run.config.model} on {title}")
    if arguments.threshold != 0.5:
        print(f"threshold {arguments.threshold:g}: the answer is {classes[1]} where their probability is above it")
    for split, values in scores.items():
        _show(split, values, classes)
        _show_track_record(split, splits[split])
    return 0


def _read_predictions(run: "Run", source: str | None, settings: Settings) -> tuple["Predictions", str, list[str]]:
    """Return the run's predictions, in words for which dataset, and the names of class 0 and class 1."""
    from catdog.datasets import open_dataset
    from catdog.datasets.exclusions import list_excluded, without_images
    from catdog.runs.scoring import predict_dataset
    from catdog.utils.class_names import describe_mapping

    if run.evaluation is None and source is None:
        raise RunError(f"The run {run.name} is {run.state} and has no scores: let it train to the end first.")
    learned = run.require_classes()
    if source is None:
        return run.predictions(), run.config.source, list(learned)
    with ProgressBars() as progress:
        dataset = open_dataset(settings, source, progress)
        dataset = without_images(dataset, list_excluded(settings, dataset.catalog))
        predictions = predict_dataset(run, dataset, settings.cache, progress)
    classes = dataset.catalog.classes
    if mapping := describe_mapping(classes, learned):
        print_note(f"The classes of this data, and what the run calls them: {mapping}.")
    return predictions, dataset.catalog.title, list(classes)


def _show(split: str, scores: dict[str, Any], classes: list[str]) -> None:
    low, high = scores["interval"]
    print(
        f"{split}: accuracy {format_percent(scores['accuracy'])} of {scores['photos']:,} images "
        f"(95% confidence interval {format_percent(low)} to {format_percent(high)}), loss {scores['loss']:.4f}"
    )
    for label, (counts, values) in enumerate(zip(scores["confusion"], scores["classes"], strict=True)):
        print(
            f"  of {sum(counts):,} {classes[label]}, {counts[label]:,} were recognized "
            f"and {counts[1 - label]:,} taken for {classes[1 - label]} "
            f"(precision {format_percent(values['precision'])}, recall {format_percent(values['recall'])}, "
            f"F1 {format_percent(values['f1'])})"
        )
    print(
        f"  area under the ROC curve {_format(scores['roc_area'])} (1 is perfect, 0.5 is guessing), average precision "
        f"{_format(scores['average_precision'])} (1 is perfect), expected calibration error "
        f"{format_percent(scores['calibration_error'])} (0 is perfect)"
    )


def _show_track_record(split: str, predictions: "Predictions") -> None:
    """Print how often the model was right when it was so confident, where there are enough images to tell."""
    from catdog.evaluation import compute_track_record, describe_band

    for band in compute_track_record(predictions):
        if band.accuracy is not None:
            print(f"  {describe_band(band, f'{split} images')}")


def _format(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise UsageError(f"The threshold is {text!r}, but must be a number from 0 to 1.")
    return value
