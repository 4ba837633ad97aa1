"""The images on which an exported model is compared with the run's own."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from catdog.datasets import TRAINING, photos_root
from catdog.datasets.synthetic import draw_image
from catdog.errors import CatDogError
from catdog.images.decode import load_image, resize
from catdog.settings import Settings

if TYPE_CHECKING:
    from catdog.runs import Run


@dataclass(frozen=True, eq=False)
class Sample:
    """Images to compare models on.

    Attributes:
        pixels: RGB, uint8 (N, 160, 160, 3).
        words: Which images they are, in words.
    """

    pixels: np.ndarray
    words: str


def load_sample(run: "Run", settings: Settings, count: int) -> Sample:
    """Return images of both classes that a run did not learn from; the same ones at every call.

    Args:
        run: A finished run.
        settings: Where the datasets are.
        count: How many images. Where the run's dataset has too few of them left, drawn ones are added.
    """
    images = _load_images(run, settings, count)
    drawn = [resize(np.asarray(draw_image(np.random.default_rng(row), row % 2))) for row in range(count - len(images))]
    parts = [f"{len(images)} images of the run's data"] * bool(images)
    parts += [f"{len(drawn)} drawn images"] * bool(drawn)
    return Sample(np.stack([*images, *drawn]), " and ".join(parts))


def _load_images(run: "Run", settings: Settings, count: int) -> list[np.ndarray]:
    """Return up to `count` images of the run's dataset; none where it is no longer on this machine."""
    root = _dataset_root(run.config.source, settings)
    try:
        predictions = run.predictions()
    except CatDogError:
        return []
    rows = np.flatnonzero(predictions.splits != TRAINING)
    # spread over all rows, which are in the order of the classes
    rows = rows[np.linspace(0, len(rows) - 1, min(count, len(rows))).round().astype(int)]
    images = []
    for row in rows if root else ():
        try:
            images.append(resize(load_image(root / predictions.paths[row])))
        except CatDogError:
            continue
    return images


def _dataset_root(source: str, settings: Settings) -> Path | None:
    if source == "photos":
        return photos_root(settings)
    return settings.data / "drawn" if source == "drawn" else Path(source)
