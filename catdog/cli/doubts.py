"""python -m catdog doubts: the labels that the other images of a dataset contradict."""

import argparse

from catdog.cli.features import add_count_option, load_features
from catdog.cli.terminal import ProgressBars, add_json_option, add_source_option, choose_source, print_json
from catdog.settings import Settings
from catdog.utils.text import format_percent

SHOWN = 20


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("doubts", help="list the images whose label is probably wrong")
    add_source_option(parser)
    add_count_option(parser, SHOWN)
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the doubtful labels that nobody has looked at yet, the likeliest errors first.

    Raises:
        DataError: There are no images, too few of a class, or the features can't be stored.
        WeightsError: There are no weights for the backbone.
    """
    from catdog.datasets.corrections import list_corrections
    from catdog.features.doubts import find_doubts

    with ProgressBars() as progress:
        dataset, _, store = load_features(settings, choose_source(arguments, settings), progress)
    catalog = dataset.catalog
    looked_at = {entry.path for entry in list_corrections(settings, catalog).present}
    count = max(0, arguments.count)
    doubts = find_doubts(store.values, catalog.labels, catalog.paths, count + len(looked_at))
    doubts = [doubt for doubt in doubts if doubt.error.path not in looked_at][:count]
    if arguments.json:
        print_json(
            [
                {
                    "path": doubt.error.path,
                    "split": str(catalog.splits[doubt.row]),
                    "label": catalog.classes[doubt.error.label],
                    "predicted": catalog.classes[1 - doubt.error.label],
                    "confidence": doubt.error.confidence,
                    "alike": list(doubt.reasons),
                }
                for doubt in doubts
            ]
        )
        return 0
    for doubt in doubts:
        label, other = catalog.classes[doubt.error.label], catalog.classes[1 - doubt.error.label]
        print(f"{doubt.error.path}: labelled {label}, but {format_percent(doubt.error.confidence)} {other}")
        print(f"    like {', '.join(doubt.reasons)}")
    if not doubts:
        print("No label is in doubt.")
    return 0
