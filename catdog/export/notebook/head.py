"""The first cells of a notebook: what it is, its imports, its functions, and the pretrained weights."""

import re
from collections.abc import Sequence

from catdog.export.notebook.cells import Cell, code, sentences
from catdog.export.notebook.photos import BATCHES
from catdog.export.notebook.results import PREDICT, SCORE, SHOW_CONFUSION, SHOW_CURVES, SHOW_HARDEST, SHOW_SCORES
from catdog.export.notebook.weights import write_weights_cells

#: What a notebook may import, by the name that it then uses.
_IMPORTS = {
    "hashlib": "import hashlib",
    "math": "import math",
    "subprocess": "import subprocess",
    "sys": "import sys",
    "zipfile": "import zipfile",
    "Path": "from pathlib import Path\n",
    "h5py": "import h5py",
    "keras": "import keras",
    "plt": "import matplotlib.pyplot as plt",
    "np": "import numpy as np",
    "tf": "import tensorflow as tf",
    "layers": "from keras import layers",
    "ImageOps": "from PIL import Image, ImageOps",
    "LogisticRegression": "from sklearn.linear_model import LogisticRegression",
}


def add_head(cells: Sequence[Cell], title: str, weights: Sequence[str]) -> list[Cell]:
    """Return a notebook's cells behind its first: what it is, what it imports, its functions, pretrained weights.

    Args:
        cells: The others.
        title: Heading and first paragraph, Markdown.
        weights: Which weights each MobileNetV2 in the cells starts with, in words, "" where that is not noted.
    """
    head = [
        *(write_weights_cells(weights) if weights else []),
        sentences(
            "## Functions",
            "`Photos` hands Keras its batches. The other functions score a model and show what came of it.",
        ),
        code(*BATCHES),
        code(*_join_functions(PREDICT, SCORE, SHOW_SCORES), "", "", "results = {}  # of each training, for comparison"),
        code(*_join_functions(SHOW_CURVES, SHOW_CONFUSION, SHOW_HARDEST)),
    ]
    text = "\n".join(cell.text for cell in [*head, *cells] if cell.code)
    imports = [line for name, line in _IMPORTS.items() if re.search(rf"\b{name}\b", text)]
    return [
        sentences(
            title,
            "Run the cells from top to bottom. A graphics processor makes it much faster; on Colab choose one under "
            "Runtime, Change runtime type.",
        ),
        code(*imports),
        *head,
        *cells,
    ]


def _join_functions(*functions: Sequence[str]) -> list[str]:
    first, *others = functions
    return [*first, *(line for function in others for line in ("", "", *function))]
