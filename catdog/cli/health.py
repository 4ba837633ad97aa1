"""python -m catdog health: find copies, leaks and odd images in a dataset; exclude images from training."""

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from catdog.cli.terminal import ProgressBars, add_json_option, add_source_option, choose_source, print_error, print_json
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
    parser = subparsers.add_parser("health", help="find copies, leaks and odd images; exclude some from training")
    add_source_option(parser)
    parser.add_argument(
        "--exclude",
        nargs="+",
        metavar="PATH",
        default=[],
        help="leave these images out of training from now on, named as the findings do; no file is deleted",
    )
    parser.add_argument("--include", nargs="+", metavar="PATH", default=[], help="take these images back")
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Check the dataset unless that is done, exclude or include images, and print the report and the exclusions.

    Raises:
        UsageError: A path to exclude or include is not in the dataset.
    """
    from catdog.comparison import find_best_run
    from catdog.datasets import open_dataset
    from catdog.datasets.exclusions import exclude_images, include_images, list_excluded
    from catdog.datasets.quality.job import check_quality
    from catdog.runs import list_runs

    with ProgressBars() as progress:
        dataset = open_dataset(settings, choose_source(arguments, settings), progress)
        catalog = dataset.catalog
        if arguments.exclude:
            exclude_images(settings, catalog, arguments.exclude)
        if arguments.include:
            include_images(settings, catalog, arguments.include)
        report = check_quality(settings, dataset, progress)
    excluded = list_excluded(settings, catalog)
    best_run = find_best_run(list_runs(settings), catalog.fingerprint)
    label_errors = _find_label_errors(best_run, catalog) if best_run else []
    if arguments.json:
        print_json(_as_json(report, excluded, best_run, label_errors))
    else:
        _show(dataset, report, excluded, best_run, label_errors)
    return 0


def _as_json(
    report: "QualityReport", excluded: tuple[str, ...], best_run: "Run | None", label_errors: "list[LabelError]"
) -> dict:
    return {
        "fingerprint": report.fingerprint,
        "pictures": report.pictures,
        "counts": report.counts,
        "pairs": [asdict(pair) for pair in report.pairs],
        "odd": {kind: [{"path": path, "value": value} for path, value in odd] for kind, odd in report.odd.items()},
        "unreadable": [{"path": path, "reason": reason} for path, reason in report.unreadable],
        "doubted": {
            "run": best_run.id if best_run else None,
            "pictures": [
                {"path": error.path, "label": error.label, "sure": error.confidence} for error in label_errors
            ],
        },
        "excluded": list(excluded),
    }


def _show(
    dataset: "Dataset",
    report: "QualityReport",
    excluded: tuple[str, ...],
    best_run: "Run | None",
    label_errors: "list[LabelError]",
) -> None:
    from catdog.datasets.quality.messages import describe_absent, describe_findings, describe_pair, describe_value

    catalog = dataset.catalog
    splits = dict(zip(catalog.paths, catalog.splits, strict=True))
    print(f"{catalog.title}, in {catalog.root}")
    for kind, sentence in describe_findings(report).items():
        print(f"- {sentence}")
        lines = [
            f"{pair.first} ({splits[pair.first]}) and {pair.second} ({splits[pair.second]}): {describe_pair(pair)}"
            for pair in report.pairs
            if pair.group == kind
        ]
        lines += [f"{path}: {describe_value(kind, value)}" for path, value in report.odd.get(kind, ())]
        lines += [reason for _, reason in report.unreadable] if kind == "unreadable" else []
        _print_list(lines, report.counts[kind])
    if absent := describe_absent(report):
        print(f"- {absent}")
    if best_run:
        print(f"- {len(label_errors):,} labels that the run {best_run.name} contradicts: it predicts the other class.")
        lines = [f"{error.path}: {format_percent(error.confidence)} sure of the other class" for error in label_errors]
        _print_list(lines, len(label_errors))
    if excluded:
        print(f"- {len(excluded):,} excluded from training:")
        _print_list(list(excluded), len(excluded), len(excluded))


def _find_label_errors(best_run: "Run", catalog: "Catalog") -> "list[LabelError]":
    """Return the labels that the run contradicts; none where its predictions can't be read, and then say so."""
    from catdog.evaluation.label_errors import find_label_errors

    try:
        return find_label_errors(best_run.predictions(catalog.classes), catalog)
    except RunError as error:
        print_error(str(error))
        return []


def _print_list(lines: list[str], total: int, most: int = SHOWN) -> None:
    for line in lines[:most]:
        print(f"    {line}")
    if total > len(lines[:most]):
        print(f"    and {total - len(lines[:most]):,} more")
