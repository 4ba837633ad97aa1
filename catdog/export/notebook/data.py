"""Which photos a run learned from, and whether a notebook can find their splits by a rule or must name them all."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from catdog.datasets.exclusions import EXCLUDED
from catdog.datasets.splits import SPLITS, assign_splits
from catdog.errors import RunError
from catdog.settings import Settings

if TYPE_CHECKING:
    from catdog.evaluation import Predictions
    from catdog.runs import Run

PHOTOS, DRAWN = "photos", "drawn"
VALIDATION_PHOTOS = {PHOTOS: 1000, DRAWN: 400}  # in the validation folder of a whole set, half of them of each class
TRAINING_PHOTOS = {PHOTOS: 2000, DRAWN: 800}
_DEPTH = 3  # folders in which the photos of a user's folder may lie

Files = tuple[tuple[str, tuple[tuple[str, ...], tuple[str, ...]]], ...]


@dataclass(frozen=True)
class Data:
    """Which photos a run learned from, with which labels and in which splits.

    Attributes:
        source: "photos", "drawn", or what a folder is called.
        classes: The names of class 0 and class 1.
        folder: Where the photos lie on this machine; "" for those that the notebook downloads.
        files: (split, paths of class 0 and of class 1) of each split; () where the splits follow from the folders.
        excluded: Paths of images in no split; only where `files` is ().
        corrected: Paths of images whose label is not that of their folder; only where `files` is ().
        corrections: How many labels are corrected.
    """

    source: str
    classes: tuple[str, str]
    folder: str = ""
    files: Files = ()
    excluded: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    corrections: int = 0


PUBLIC_PHOTOS = Data(PHOTOS, ("cats", "dogs"))


def describe_run_data(run: "Run", settings: Settings) -> Data:
    """Return the data of a run.

    Raises:
        RunError: They are no public ones, and the run's predictions, which name its images, are missing or damaged.
    """
    source, classes = run.config.source, run.require_classes()
    public = source in VALIDATION_PHOTOS
    excluded, corrected = (tuple((run.data.get(name) or {}).get("paths") or ()) for name in ("excluded", "corrected"))
    folder = {PHOTOS: "", DRAWN: str(settings.data / DRAWN)}.get(source, source)
    by_rule = Data(source, classes, folder, (), excluded, corrected, len(corrected))
    try:
        predictions = run.predictions()
    except RunError:
        if public:
            return by_rule
        raise
    if public and _follow_rule(predictions, by_rule):
        return by_rule
    files = tuple((split, _list_files(predictions, split)) for split in SPLITS)
    name = source if public else Path(source).name
    folder = folder if public else _find_root(Path(source), predictions.paths[0])
    return Data(name, classes, folder, files, corrections=len(corrected))


def _follow_rule(predictions: "Predictions", data: Data) -> bool:
    """Tell whether the folders of a whole public set, what is excluded and what is corrected say all about it."""
    parts = [path.split("/") for path in predictions.paths]
    if any(len(names) != 3 or names[1] not in data.classes or not names[2].endswith(".jpg") for names in parts):
        return False
    folders = np.array([names[0] for names in parts])
    labels = np.array([data.classes.index(names[1]) for names in parts])
    held_out = folders == "validation"
    for label in (0, 1):
        members = labels == label
        if 2 * int((members & held_out).sum()) != VALIDATION_PHOTOS[data.source]:
            return False
        if 2 * int((members & ~held_out).sum()) != TRAINING_PHOTOS[data.source]:
            return False
    splits = assign_splits(labels, folders).astype(object)
    splits[np.isin(predictions.paths, data.excluded)] = EXCLUDED
    flipped = np.isin(predictions.paths, data.corrected)
    as_labelled = np.array_equal(np.where(flipped, 1 - labels, labels), predictions.labels)
    return as_labelled and np.array_equal(splits.astype(str), predictions.splits)


def _list_files(predictions: "Predictions", split: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    members = predictions.of_split(split)
    first, second = (tuple(members.select(np.flatnonzero(members.labels == label)).paths) for label in (0, 1))
    return first, second


def _find_root(folder: Path, image: str) -> str:
    """Return the folder, in `folder` or a few folders below, that the path of an image begins in."""
    for depth in range(_DEPTH):
        for root in [folder] if not depth else sorted(folder.glob("/".join("*" * depth))):
            if (root / image).is_file():
                return str(root)
    return str(folder)
