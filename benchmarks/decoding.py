"""How many images a second are decoded, in three ways: python -m benchmarks.decoding FOLDER [--rounds 3].

FOLDER holds two class folders. The ways take turns, after one round that does not count:

    catdog  all that a first opening does once the images are catalogued: read, decode, check, resize to 160 × 160 as
            TensorFlow does, and write the array to the disk, in as many threads as there are processors
    pil     open, convert to RGB and resize each image with Pillow, in one thread, into an array in memory
    keras   go through image_dataset_from_directory once, which does the same in TensorFlow's threads

Prints one line of JSON: the median images a second of each way. With --catalog it measures cataloguing instead: images,
seconds, and by how many bytes the memory of the process grew at its peak.
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

from benchmarks.measure import peak_memory
from catdog.datasets import open_catalog
from catdog.datasets.cache import decode_dataset
from catdog.datasets.catalog import Catalog, scan_folder
from catdog.images.decode import SIZE
from catdog.settings import Settings


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--catalog", action="store_true", help="catalogue the folder once, without decoding")
    options = parser.parse_args()
    if options.catalog:
        print(json.dumps(measure_catalog(options.folder.absolute())))
        return
    print(json.dumps(measure_rates(options.folder.absolute(), options.rounds)))


def measure_rates(folder: Path, rounds: int) -> dict[str, float]:
    """Return the median images a second of each way.

    Args:
        folder: A folder of two class folders.
        rounds: How many rounds count.
    """
    catalog = scan_folder(str(folder), folder)
    ways = {"catdog": _decode_with_catdog, "pil": _decode_with_pillow, "keras": _make_keras_decoder(folder)}
    rates: dict[str, list[float]] = {way: [] for way in ways}
    for repetition in range(rounds + 1):
        for way, decode in ways.items():
            began = time.perf_counter()
            images = decode(catalog)
            if repetition:
                rates[way].append(images / (time.perf_counter() - began))
    return {way: round(statistics.median(values), 1) for way, values in rates.items()}


def measure_catalog(folder: Path) -> dict[str, float]:
    """Catalogue a folder once; return its images, the seconds, and the growth of the peak memory in bytes."""
    memory, began = peak_memory("self"), time.monotonic()
    catalog = open_catalog(Settings(home=Path("/nowhere")), str(folder))
    seconds = time.monotonic() - began
    return {"images": len(catalog), "seconds": seconds, "memory": peak_memory("self") - memory}


def _decode_with_catdog(catalog: Catalog) -> int:
    with tempfile.TemporaryDirectory() as cache:
        return len(decode_dataset(catalog, Path(cache)).pixels)


def _decode_with_pillow(catalog: Catalog) -> int:
    pixels = np.empty((len(catalog), SIZE, SIZE, 3), np.uint8)
    for row, path in enumerate(catalog.paths):
        with Image.open(catalog.root / path) as image:
            pixels[row] = np.asarray(image.convert("RGB").resize((SIZE, SIZE), Image.Resampling.BILINEAR))
    return len(pixels)


def _make_keras_decoder(folder: Path) -> Callable[[Catalog], int]:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras

    options = {"image_size": (SIZE, SIZE), "batch_size": 32, "shuffle": False, "verbose": False}
    batches = keras.utils.image_dataset_from_directory(str(folder), **options)
    return lambda catalog: sum(len(images) for images, _ in batches)


if __name__ == "__main__":
    main()
