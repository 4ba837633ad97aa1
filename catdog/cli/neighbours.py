"""python -m catdog neighbours: the images of a dataset that are most like a photo."""

import argparse
from pathlib import Path

from catdog.cli.features import add_count_option, load_features
from catdog.cli.terminal import ProgressBars, add_json_option, add_source_option, choose_source, print_json
from catdog.settings import Settings

SHOWN = 12


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("neighbours", help="list the images of a dataset that are most like a photo")
    parser.add_argument("image", type=Path, metavar="PHOTO", help="an image file")
    add_source_option(parser)
    add_count_option(parser, SHOWN)
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the images most alike, the nearest first.

    Raises:
        DataError: There are no images, or the features can't be stored.
        ImageError: The photo can't be read.
        WeightsError: There are no weights for the backbone.
    """
    from catdog.features.neighbours import find_neighbours
    from catdog.features.store import extract_features
    from catdog.images.decode import load_image, resize

    pixels = resize(load_image(arguments.image))
    with ProgressBars() as progress:
        dataset, weights, store = load_features(settings, choose_source(arguments, settings), progress)
    features = extract_features(pixels[None], weights.path, settings.cache)[0]
    rows, distances = find_neighbours(features, store.values, max(0, arguments.count))
    catalog = dataset.catalog
    neighbours = [
        {
            "path": catalog.paths[row],
            "split": str(catalog.splits[row]),
            "label": catalog.classes[catalog.labels[row]],
            "distance": float(distance),
        }
        for row, distance in zip(rows, distances, strict=True)
    ]
    if arguments.json:
        print_json(neighbours)
    for neighbour in [] if arguments.json else neighbours:
        print(f"{neighbour['distance']:.3f}  {neighbour['label']}  {neighbour['path']} ({neighbour['split']})")
    return 0
