"""What the Explore page costs: python -m benchmarks.explore [--sizes 3000 25000 100000] [--json].

For each size, with drawn images in a home of their own in a temporary folder, decoded before:

    features       images a second, in a process of its own with its start; the backbone's file is made before
    map            seconds of the projection by PCA, once for a dataset
    refit          milliseconds to draw 1,000 photos a class (or as many as there are), fit the head and let it answer
                   all images; the median and the 95th percentile
    neighbours     milliseconds to find the twelve images most alike to one
    the page       seconds until the first opening shows the map; milliseconds of the map with another colour, and of
                   teaching with other photos, median and 95th percentile, until the server has sent all of the page
    server         the memory of the dashboard's process itself after that; files that it has mapped don't count

The images are those of benchmarks.data: links to --distinct drawn ones (2,000). Each is computed, since the store
compares pixels only with those of earlier files. 100,000 images need 9 GB of disk.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.data import link_images, make_row, table
from benchmarks.measure import anonymous_memory, watch_own_memory
from benchmarks.processes import run_process
from benchmarks.sessions import Session, start_server
from catdog.datasets import TRAINING, VALIDATION, Dataset, open_dataset
from catdog.datasets.synthetic.generate import generate_dataset
from catdog.features.neighbours import find_neighbours
from catdog.features.projection import make_projection
from catdog.features.store import FeatureStore, open_features
from catdog.features.teaching import COUNTS, draw_sample, fit_taught, measure_accuracy
from catdog.models.mobilenet import find_weights
from catdog.settings import Settings

EACH = 1000  # labelled photos a class
REPEAT = 30
PATIENCE = 300  # seconds until the map is there
COLOURS = ("split", "class")


def main() -> None:
    """Measure and print a table, or JSON with --json; each row goes to standard error too as it ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[3000, 25_000, 100_000])
    parser.add_argument("--distinct", type=int, default=2000, help="how many images are drawn; even")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    weights = find_weights(Settings.from_environment()).path
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        drawn = Path(folder) / "drawn"
        generate_dataset(drawn, training=options.distinct, validation=2)
        for size in options.sizes:
            for row in measure(Path(folder), drawn / "train", weights, size):
                rows.append(row)
                print(json.dumps(row), file=sys.stderr, flush=True)
    print(json.dumps(rows, indent=2) if options.json else table(rows))


def measure(folder: Path, drawn: Path, weights: Path, size: int) -> Iterator[dict]:
    """Measure a dataset of one size.

    Args:
        folder: Where its home is made.
        drawn: Class folders with the drawn images.
        weights: The backbone's weights.
        size: How many images it has.

    Yields:
        Rows of `benchmarks.data.make_row`.
    """
    with tempfile.TemporaryDirectory(dir=folder) as home:
        images = Path(home) / "images"
        link_images(drawn, images, size)
        settings = Settings(home=Path(home), photos_url="file:///nowhere", folders=(images,), backbone_weights=weights)
        dataset = open_dataset(settings, str(images))
        few = Path(home) / "few"
        link_images(drawn, few, 60)
        _make_features(settings, few)  # makes the backbone's file, which all datasets share
        yield make_row("features", round(size / _make_features(settings, images)), "images/s", size, "> 830")
        store = open_features(dataset, weights, settings.cache)
        yield from _measure_engine(dataset, store, size)
        yield from _measure_page(settings, images, dataset, size)


def _make_features(settings: Settings, images: Path) -> float:
    """Compute the features of a folder in a process of its own; return the seconds."""
    result = run_process(settings, [sys.executable, "-m", "catdog", "features", "--source", str(images)])
    if result.status:
        raise SystemExit("python -m catdog features failed")
    return result.seconds


def _measure_engine(dataset: Dataset, store: FeatureStore, size: int) -> Iterator[dict]:
    """Yield the rows of map, refit and neighbours."""
    catalog, values = dataset.catalog, store.values
    began = time.perf_counter()
    make_projection(store)
    yield make_row("map", round(time.perf_counter() - began, 2), "s", size)
    training, validation = catalog.indices(TRAINING), catalog.indices(VALIDATION)

    def refit(turn: int) -> None:
        rows = draw_sample(catalog.labels, training, EACH, turn)
        head = fit_taught(values[rows], catalog.labels[rows])
        head.predict(values)
        measure_accuracy(head, values[validation], catalog.labels[validation])

    yield from _make_time_rows("refit", refit, size, "< 150")
    order = np.random.default_rng(0).permutation(len(catalog))
    yield from _make_time_rows("neighbours", lambda turn: find_neighbours(values[order[turn]], values), size)


def _measure_page(settings: Settings, images: Path, dataset: Dataset, size: int) -> Iterator[dict]:
    """Yield the rows of the page and of the server."""
    catalog, source = dataset.catalog, {"data": str(images)}
    fewest = min(len(catalog.indices(TRAINING, label)) for label in (0, 1))
    each = max((count for count in COUNTS if count <= EACH and count < fewest), default=COUNTS[0])
    with start_server(settings) as (pid, port), watch_own_memory(pid) as most_memory, Session(port) as tab:
        began = time.perf_counter()
        while not (tab.open("explore", **source) and tab.charts) and time.perf_counter() - began < PATIENCE:
            time.sleep(0.1)  # with many images the page shows a bar until they and their map are there
        seconds = time.perf_counter() - began
        yield make_row("first opening after the server's start", round(seconds, 2), "s", size)

        def recolour(turn: int) -> None:
            _open_page(tab, colour=COLOURS[turn % len(COLOURS)], **source)

        def teach(turn: int) -> None:
            _open_page(tab, view="Teach", each=each, draw=turn, **source)

        yield from _make_time_rows("the map in another colour", recolour, size)
        teach(0)  # starts to measure the curve, in the background
        time.sleep(1)
        yield from _make_time_rows(f"teaching with {each:,} other photos a class", teach, size)
        yield make_row("server's memory", round(anonymous_memory(pid) / 1e6), "MB", size, "< 600")
        yield make_row("server's memory at its peak", round(most_memory() / 1e6), "MB", size)


def _open_page(tab: Session, **query: object) -> None:
    tab.open("explore", **query)
    if not tab.charts:
        raise SystemExit(f"The page has no map for {query}.")


def _make_time_rows(what: str, call: Callable[[int], object], size: int, target: str = "") -> Iterator[dict]:
    """Yield the median and the 95th percentile of a call's durations; it is given the number of the turn."""
    call(0)
    durations = []
    for turn in range(1, REPEAT + 1):
        began = time.perf_counter()
        call(turn)
        durations.append(1000 * (time.perf_counter() - began))
    yield make_row(f"{what}, median", round(statistics.median(durations), 1), "ms", size)
    yield make_row(f"{what}, 95th percentile", round(float(np.quantile(durations, 0.95)), 1), "ms", size, target)


if __name__ == "__main__":
    main()
