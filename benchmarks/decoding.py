"""How many pictures a second are decoded, in three ways: python -m benchmarks.decoding FOLDER [--rounds 3]

FOLDER holds two class folders. The ways take turns, after one round that does not count:

    catdog  all that a first opening does once the pictures are catalogued: read, decode, check, resize to 160 × 160 as
            TensorFlow does, and write the array to the disk, in as many threads as there are processors
    pil     open, convert to RGB and resize each picture with Pillow, in one thread, into an array in memory
    keras   go through image_dataset_from_directory once, which does the same in TensorFlow's threads

Prints one line of JSON: the median pictures a second of each way.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from catdog.datasets.cache import decode_dataset
from catdog.datasets.catalog import Catalog, scan_folder
from catdog.images.decode import SIZE


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(json.dumps(measure_rates(options.folder.absolute(), options.rounds)))


def measure_rates(folder: Path, rounds: int) -> dict[str, float]:
    """Return {way: pictures a second}, medians of that many rounds, for a folder of two class folders."""
    catalog = scan_folder(str(folder), folder)
    ways = {"catdog": _catdog, "pil": _pil, "keras": _keras(folder)}
    found: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(rounds + 1):
        for way, decode in ways.items():
            began = time.perf_counter()
            pictures = decode(catalog)
            if number:
                found[way].append(pictures / (time.perf_counter() - began))
    return {way: round(statistics.median(values), 1) for way, values in found.items()}


def _catdog(catalog: Catalog) -> int:
    with tempfile.TemporaryDirectory() as cache:
        return len(decode_dataset(catalog, Path(cache)).pixels)


def _pil(catalog: Catalog) -> int:
    pixels = np.empty((len(catalog), SIZE, SIZE, 3), np.uint8)
    for row, path in enumerate(catalog.paths):
        with Image.open(catalog.root / path) as image:
            pixels[row] = np.asarray(image.convert("RGB").resize((SIZE, SIZE), Image.Resampling.BILINEAR))
    return len(pixels)


def _keras(folder: Path) -> Callable[[Catalog], int]:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras

    options = {"image_size": (SIZE, SIZE), "batch_size": 32, "shuffle": False, "verbose": False}
    batches = keras.utils.image_dataset_from_directory(str(folder), **options)
    return lambda catalog: sum(len(pictures) for pictures, _ in batches)


if __name__ == "__main__":
    main()
