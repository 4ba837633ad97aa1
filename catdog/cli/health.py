"""python -m catdog health: copies, leaks and odd pictures in the data; leave pictures out of training."""

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from catdog.cli.terminal import Bars, add_json, add_source, chosen_source, print_json
from catdog.errors import RunError
from catdog.settings import Settings
from catdog.utils.text import format_percent

if TYPE_CHECKING:
    from catdog.datasets import Catalog, Dataset
    from catdog.datasets.quality.checks import QualityReport
    from catdog.evaluation.label_errors import LabelError
    from catdog.runs import Run

SHOWN = 10  # findings of each kind that are listed for people; --json has all


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("health", help="find copies, leaks and odd pictures; exclude some from training")
    add_source(parser)
    parser.add_argument(
        "--exclude",
        nargs="+",
        metavar="PATH",
        default=[],
        help="leave these pictures out of training from now on, named as the findings do; no file is deleted",
    )
    parser.add_argument("--include", nargs="+", metavar="PATH", default=[], help="take these pictures back")
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Check the data unless that was done, change the list of excluded pictures where asked to, and print both."""
    from catdog.comparison import best_run_on
    from catdog.datasets import open_dataset
    from catdog.datasets.exclusions import exclude_images, include_images, list_excluded
    from catdog.datasets.quality.job import check_quality
    from catdog.runs import list_runs

    with Bars() as progress:
        dataset = open_dataset(settings, chosen_source(arguments, settings), progress)
        catalog = dataset.catalog
        if arguments.exclude:
            exclude_images(settings, catalog, arguments.exclude)
        if arguments.include:
            include_images(settings, catalog, arguments.include)
        health = check_quality(settings, dataset, progress)
    left_out = list_excluded(settings, catalog)
    judge = best_run_on(list_runs(settings), catalog.fingerprint)
    label_errors = _label_errors(judge, catalog) if judge else []
    if arguments.json:
        print_json(_as_json(health, left_out, judge, label_errors))
    else:
        _show(dataset, health, left_out, judge, label_errors)
    return 0


def _as_json(
    health: "QualityReport", left_out: tuple[str, ...], judge: "Run | None", label_errors: "list[LabelError]"
) -> dict:
    return {
        "fingerprint": health.fingerprint,
        "pictures": health.pictures,
        "counts": health.counts,
        "pairs": [asdict(pair) for pair in health.pairs],
        "odd": {kind: [{"path": path, "value": value} for path, value in found] for kind, found in health.odd.items()},
        "unreadable": [{"path": path, "reason": reason} for path, reason in health.unreadable],
        "doubted": {
            "run": judge.id if judge else None,
            "pictures": [
                {"path": error.path, "label": error.label, "sure": error.confidence} for error in label_errors
            ],
        },
        "excluded": list(left_out),
    }


def _show(
    dataset: "Dataset",
    health: "QualityReport",
    left_out: tuple[str, ...],
    judge: "Run | None",
    label_errors: "list[LabelError]",
) -> None:
    from catdog.datasets.quality.messages import not_found, odd_words, pair_words, sentences

    catalog = dataset.catalog
    splits = dict(zip(catalog.paths, catalog.splits, strict=True))
    print(f"{catalog.title}, in {catalog.root}")
    for kind, sentence in sentences(health).items():
        print(f"- {sentence}")
        lines = [
            f"{pair.first} ({splits[pair.first]}) and {pair.second} ({splits[pair.second]}): {pair_words(pair)}"
            for pair in health.pairs
            if pair.group == kind
        ]
        lines += [f"{path}: {odd_words(kind, value)}" for path, value in health.odd.get(kind, ())]
        lines += [reason for _, reason in health.unreadable] if kind == "unreadable" else []
        _list(lines, health.counts[kind])
    if missing := not_found(health):
        print(f"- {missing}")
    if judge:
        print(f"- {len(label_errors):,} labels that the run {judge.name} contradicts: it predicts the other class.")
        lines = [f"{error.path}: {format_percent(error.confidence)} sure of the other class" for error in label_errors]
        _list(lines, len(label_errors))
    if left_out:
        print(f"- {len(left_out):,} excluded from training:")
        _list(list(left_out), len(left_out), len(left_out))


def _label_errors(judge: "Run", catalog: "Catalog") -> "list[LabelError]":
    """Return the labels that the run contradicts, none where its predictions can't be read."""
    from catdog.evaluation.label_errors import find_label_errors

    try:
        return find_label_errors(judge.predictions(), catalog)
    except RunError:
        return []


def _list(lines: list[str], number: int, most: int = SHOWN) -> None:
    for line in lines[:most]:
        print(f"    {line}")
    if number > len(lines[:most]):
        print(f"    and {number - len(lines[:most]):,} more")
