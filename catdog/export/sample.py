"""The pictures on which an exported model is compared with the one it was made from."""

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
    """Some pictures, uint8 (N, 160, 160, 3), and in words which they are."""

    pixels: np.ndarray
    words: str


def load_sample(run: "Run", settings: Settings, number: int) -> Sample:
    """Return that many pictures of the run's data that it did not learn from, or drawn ones where they are gone.

    Both classes are among them; the same run gives the same ones.
    """
    own = _own(run, settings, number)
    drawn = [resize(np.asarray(draw_image(np.random.default_rng(row), row % 2))) for row in range(number - len(own))]
    parts = [f"{len(own)} pictures of the run's data"] * bool(own) + [f"{len(drawn)} drawn pictures"] * bool(drawn)
    return Sample(np.stack([*own, *drawn]), " and ".join(parts))


def _own(run: "Run", settings: Settings, number: int) -> list[np.ndarray]:
    """Return up to that many pictures of the run's data; none where it is not on this machine any more."""
    root = _root(run.config.source, settings)
    try:
        answers = run.predictions()
    except CatDogError:
        return []
    rows = np.flatnonzero(answers.splits != TRAINING)
    # spread over the whole list, which is in the order of the classes
    rows = rows[np.linspace(0, len(rows) - 1, min(number, len(rows))).round().astype(int)]
    found = []
    for row in rows if root else ():
        try:
            found.append(resize(load_image(root / answers.paths[row])))
        except CatDogError:
            continue
    return found


def _root(source: str, settings: Settings) -> Path | None:
    if source == "photos":
        return photos_root(settings)
    return settings.data / "drawn" if source == "drawn" else Path(source)
