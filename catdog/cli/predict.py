"""python -m catdog predict: classify image files with a trained run."""

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from catdog.cli.terminal import add_json_option, print_error, print_json, print_note
from catdog.errors import DataError, ImageError
from catdog.settings import Settings
from catdog.utils.text import format_percent

if TYPE_CHECKING:
    import numpy as np

BATCH = 64  # images in memory at a time
ZIP = b"PK\3\4"  # how a zip begins that has something in it


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("predict", help="say what a trained run sees in images")
    parser.add_argument("run_name", metavar="RUN", help="a run's id or name, or a model for its latest finished run")
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="image files, or folders or zips of them")
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the run's prediction for each image.

    Returns:
        The exit status: 1 if an image could not be read.

    Raises:
        DataError: A folder or zip has no images, or can't be read.
        RunError: There is no such run, it has no model yet, or a file of it is damaged.
    """
    import numpy as np

    from catdog.features.novelty import find_detector
    from catdog.inference.predictor import load_predictor
    from catdog.runs import find_run

    run = find_run(settings, arguments.run_name)
    predictor = load_predictor(run.files.tflite, run.name)
    classes = run.require_classes()
    detector = find_detector(run.fingerprint, settings.cache)
    predictions = []
    unreadable = 0
    files = _list_images(arguments.images)
    with ThreadPoolExecutor() as threads:
        while batch := list(islice(files, BATCH)):
            results = list(zip((path for path, _ in batch), threads.map(_read_image, batch), strict=True))
            images = [(path, pixels) for path, pixels in results if not isinstance(pixels, ImageError)]
            for _, error in results:
                if isinstance(error, ImageError):
                    print_error(str(error))
                    unreadable += 1
            if not images:
                continue
            batch_pixels = np.stack([pixels for _, pixels in images])
            probabilities = predictor.predict(batch_pixels)
            distances = detector.measure_images(batch_pixels) if detector else [None] * len(images)
            for (path, _), probability, distance in zip(images, map(float, probabilities), distances, strict=True):
                predictions.append(
                    {
                        "path": path,
                        "run": run.id,
                        "label": classes[int(probability > 0.5)],
                        "probability": probability,
                        "novel": bool(distance > detector.threshold) if detector else None,
                        "distance": float(distance) if detector else None,
                    }
                )
    if arguments.json:
        print_json(predictions)
    for prediction in [] if arguments.json else predictions:
        confidence = max(prediction["probability"], 1 - prediction["probability"])
        warning = "; unlike anything in the training set" if prediction["novel"] else ""
        print(f"{prediction['path']}: {prediction['label']}, {format_percent(confidence)} sure{warning}")
    return int(unreadable > 0)


def _list_images(paths: list[str]) -> Iterator[tuple[str, bytes | None]]:
    """Yield each image's path, those in a folder or zip in its place, and for one in a zip its bytes.

    What else a folder or zip holds is said.
    """
    from catdog.datasets.archive_images import read_archive_images
    from catdog.datasets.left_out import describe_left_out
    from catdog.datasets.walk import list_images

    for path in paths:
        if Path(path).is_dir():
            images, left_out = list_images(Path(path))
            if note := describe_left_out(left_out):
                print_note(note)
            if not images:
                raise DataError(f"The folder {path} has no images in it: name one that has, or image files.")
            yield from ((str(image), None) for image in images)
        elif _is_zip(Path(path)):
            with Path(path).open("rb") as archive:
                for image, _ in read_archive_images(archive, sys.maxsize, print_note):
                    yield f"{path}/{image.path}", image.data
        else:
            yield path, None


def _is_zip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == ZIP
    except OSError:  # which reading it as an image says
        return False


def _read_image(image: tuple[str, bytes | None]) -> "np.ndarray | ImageError":
    """Return an image as the model takes it, uint8 (160, 160, 3), or why it can't be read."""
    from catdog.images.decode import load_image, read_image, resize

    path, data = image
    try:
        return resize(load_image(Path(path)) if data is None else read_image(data, Path(path).name))
    except ImageError as error:
        return error
