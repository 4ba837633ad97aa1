"""The process that asks handed-in models: python -m catdog.handin SOURCE SPLIT, for models that may end a process.

Each line of its input is the path of a model.tflite; for each it writes a line of JSON, {"probabilities": […]} of the
images, or {"error": …}. It ends with its input.
"""

import json
import os
import sys
from pathlib import Path

from catdog.datasets import open_dataset
from catdog.errors import CatDogError
from catdog.handin.rescoring import select_images
from catdog.inference.predictor import Predictor
from catdog.settings import Settings


def main() -> int:
    """Answer until the input ends, and return the exit status."""
    source, split = sys.argv[1:]
    # what LiteRT prints must not come between the lines
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    dataset = open_dataset(Settings.from_environment(), source)
    images = dataset.pixels[select_images(dataset.catalog, split)]
    for line in sys.stdin:
        try:
            answers = {"probabilities": Predictor(Path(line.rstrip("\n")), threads=1).predict(images).tolist()}
        except CatDogError as error:
            answers = {"error": str(error)}
        print(json.dumps(answers), file=out, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
