"""python -m catdog predict: what a trained run sees in pictures."""

import argparse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from catdog.cli.terminal import add_json, complain, print_json
from catdog.errors import ImageError
from catdog.settings import Settings
from catdog.utils.text import format_percent

if TYPE_CHECKING:
    import numpy as np

AT_ONCE = 64  # pictures in memory


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("predict", help="say what a trained run sees in pictures")
    parser.add_argument("which", metavar="RUN", help="a run's id or name, or a model for its latest finished run")
    parser.add_argument("pictures", nargs="+", metavar="PICTURE", help="picture files")
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the run's answer to each picture; return 1 if a picture could not be read."""
    import numpy as np

    from catdog.inference.predictor import load_predictor
    from catdog.runs import find_run

    run = find_run(settings, arguments.which)
    predictor = load_predictor(run.files.tflite, run.name)
    classes = run.details["data"]["classes"]
    answers = []
    unread = 0
    with ThreadPoolExecutor() as threads:
        for first in range(0, len(arguments.pictures), AT_ONCE):
            paths = arguments.pictures[first : first + AT_ONCE]
            read = list(zip(paths, threads.map(_read, paths), strict=True))
            good = [(path, pixels) for path, pixels in read if not isinstance(pixels, ImageError)]
            for _, error in read:
                if isinstance(error, ImageError):
                    complain(str(error))
                    unread += 1
            if not good:
                continue
            probabilities = predictor.predict(np.stack([pixels for _, pixels in good]))
            for (path, _), probability in zip(good, map(float, probabilities), strict=True):
                answers.append(
                    {
                        "path": path,
                        "run": run.id,
                        "label": classes[int(probability > 0.5)],
                        "probability": probability,
                    }
                )
    if arguments.json:
        print_json(answers)
    for answer in [] if arguments.json else answers:
        sure = max(answer["probability"], 1 - answer["probability"])
        print(f"{answer['path']}: {answer['label']}, {format_percent(sure)} sure")
    return int(unread > 0)


def _read(path: str) -> "np.ndarray | ImageError":
    """Return the picture as the model takes it, uint8 (160, 160, 3), or why it can't be read."""
    from catdog.images.decode import load_image, resize

    try:
        return resize(load_image(Path(path)))
    except ImageError as error:
        return error
