"""python -m catdog features: compute what MobileNetV2 sees in every image, once for all that learns from it."""

import argparse
import time
from typing import TYPE_CHECKING

from catdog.cli.terminal import ProgressBars, add_json_option, add_source_option, choose_source, print_json
from catdog.settings import Settings
from catdog.utils.progress import Progress
from catdog.utils.text import format_size

if TYPE_CHECKING:
    from catdog.datasets import Dataset
    from catdog.features.store import FeatureStore
    from catdog.models.mobilenet import Weights


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("features", help="compute MobileNetV2's features of every image and keep them")
    add_source_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Compute the features that the store lacks, then say what it has.

    Raises:
        DataError: There are no images, or the store can't be written.
        WeightsError: There are no weights for the backbone.
    """
    with ProgressBars() as progress:
        source = choose_source(arguments, settings)
        began = time.monotonic()
        dataset, weights, store = load_features(settings, source, progress)
        seconds = time.monotonic() - began
    size = store.path.stat().st_size
    if arguments.json:
        values = {"source": dataset.catalog.source, "fingerprint": dataset.catalog.fingerprint}
        values |= {"images": len(store.values), "computed": store.computed, "features": store.values.shape[1]}
        print_json(values | {"seconds": seconds, "bytes": size, "path": str(store.path), "weights": weights.source})
        return 0
    print(f"{len(store.values):,} images with {store.values.shape[1]:,} features each, {format_size(size)}")
    print(f"  {store.computed:,} computed in {seconds:.1f} s, {len(store.values) - store.computed:,} stored before")
    print(f"  {weights.source}")
    print(f"  {store.path}")
    return 0


def add_count_option(parser: argparse.ArgumentParser, usual: int) -> None:
    """Add the option --count to a command that lists images; `usual` is how many it lists without."""
    parser.add_argument(
        "--count", type=int, default=usual, metavar="NUMBER", help=f"how many to list at most (default {usual})"
    )


def load_features(settings: Settings, source: str, progress: Progress) -> "tuple[Dataset, Weights, FeatureStore]":
    """Return a dataset, the backbone's weights and its features; what is missing of them is computed.

    Args:
        settings: Where data, cache and weights are.
        source: "photos", "drawn" or a folder.
        progress: Told how far it is.

    Raises:
        DataError: There are no images, or the features can't be stored.
        WeightsError: There are no weights for the backbone.
    """
    from catdog.datasets import open_dataset
    from catdog.features.store import make_features
    from catdog.models.mobilenet import find_weights

    dataset = open_dataset(settings, source, progress)
    weights = find_weights(settings, progress)
    return dataset, weights, make_features(dataset, weights.path, settings.cache, progress)
