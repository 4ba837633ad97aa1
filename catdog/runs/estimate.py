"""What a run will cost before it starts: the time, by the pace of earlier runs, and the disk space."""

import os
import shutil
import statistics
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from catdog.datasets import TRAINING, VALIDATION
from catdog.models.fine_tuning import count_trained_weights
from catdog.models.specs import get_spec
from catdog.runs.run import Run
from catdog.training import TrainConfig
from catdog.training.config import MAX_EPOCHS

FLOAT_BYTES = 4  # of one stored weight
SMALL_FILES_BYTES = 20_000_000  # for log, predictions and the like, generously
NEWEST = 5  # earlier runs of which the median counts: older ones may be of another machine or version
START_UP = 1 / 3  # share of what is neither training nor features that passes before, where a run does not tell
BACKWARD = 2  # a training step costs about this many forward passes more than a validation step


@dataclass(frozen=True)
class Stages:
    """How many seconds the stages of a run take.

    Attributes:
        prepare: Opening the data, building the model, stored features.
        train: All epochs.
        score: What follows: converting the model and predicting every image.
    """

    prepare: float
    train: float
    score: float

    @property
    def total(self) -> float:
        """How many seconds they take together."""
        return self.prepare + self.train + self.score


def estimate_seconds(
    runs: Iterable[Run], config: TrainConfig, counts: dict[str, dict[str, int]], fingerprint: str = ""
) -> float | None:
    """Return how many seconds a run will take on this machine, or None without a run to go by.

    It goes by finished runs of the same model and arithmetic: by those on the very same data, else by those on the
    same source as it was then, else by those on other data; among these by those of the same batch size if there are
    any. Each of the newest few says what the run would take at its pace, and the median of them counts, since one run
    may have shared the machine with another.

    Args:
        runs: Earlier runs, newest first.
        config: The settings of the run to come.
        counts: Images of its dataset by split and class, as `Catalog.counts` gives them.
        fingerprint: Of its dataset; "" where it is not known.
    """
    stages = _transfer_stages(runs, config, counts, fingerprint)
    return statistics.median(stage.total for stage in stages) if stages else None


def estimate_stages(
    runs: Iterable[Run], config: TrainConfig, counts: dict[str, dict[str, int]], fingerprint: str = ""
) -> Stages | None:
    """Return how long each stage of a run will take, by the same earlier runs; arguments as `estimate_seconds`."""
    stages = _transfer_stages(runs, config, counts, fingerprint)
    if not stages:
        return None
    parts = [[getattr(stage, name) for stage in stages] for name in ("prepare", "train", "score")]
    return Stages(*map(statistics.median, parts))


def _transfer_stages(
    runs: Iterable[Run], config: TrainConfig, counts: dict[str, dict[str, int]], fingerprint: str
) -> list[Stages]:
    """Return what a run would take at the pace of each of the newest few runs that are nearest to it."""
    comparable = [run for run in runs if _is_comparable(run, config) and _read_counts(run) and run.seconds]
    ranks = [_rank(run, config, fingerprint) for run in comparable]
    nearest = [run for run, rank in zip(comparable, ranks, strict=True) if rank == min(ranks)]
    return [_transfer(run, config, counts) for run in nearest[:NEWEST]]


def bytes_needed(config: TrainConfig) -> int:
    """Return how much disk space a run takes at most while it trains, in bytes.

    That is the model twice (for Keras and LiteRT) and once more while a better one replaces it, and two checkpoints
    (with Adam's two numbers for each trainable weight), since the old one stays until the new one is whole.
    """
    parameters = get_spec(config.model).parameters
    return FLOAT_BYTES * (3 * parameters + 2 * (parameters + 2 * count_trained(config))) + SMALL_FILES_BYTES


def count_trained(config: TrainConfig) -> int:
    """Return how many of a model's parameters a run trains, in all of its phases."""
    if config.fine_tune_layers:
        return count_trained_weights(config.fine_tune_layers)
    return get_spec(config.model).trainable_parameters


def bytes_free(folder: Path) -> int:
    """Return the free space, in bytes, of the disk that a folder is on or, if it does not exist yet, will be on."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def bytes_taken(folder: Path) -> int:
    """Return the size of all files in a run's folder, in bytes; links, and files that vanish, count nothing."""
    total = 0
    if folder.is_symlink():
        return total
    for top, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(top, name)).st_size  # noqa: PTH118  (500 runs in a moment)
    return total


def _rank(run: Run, config: TrainConfig, fingerprint: str) -> tuple[int, bool, bool]:
    """Return how far a run is from the run to come by data, fine-tuned layers and batch size; the lowest is nearest."""
    same_data = bool(fingerprint) and run.fingerprint == fingerprint
    distance = 0 if same_data else 1 if run.config.source == config.source else 2
    other_layers = bool(config.fine_tune_layers) and run.config.fine_tune_layers != config.fine_tune_layers
    return distance, other_layers, run.config.batch_size != config.batch_size


def _transfer(earlier: Run, config: TrainConfig, counts: dict[str, dict[str, int]]) -> Stages:
    """Return how long the run to come takes if it goes at the pace of an earlier one.

    Start-up, what the first epoch of each phase takes more than its others, and final scores are taken over as they
    were; the rest grows with epochs and images, stored features with images only.
    """
    status, earlier_counts = earlier.status, _read_counts(earlier)
    overhead = max(0.0, (status.finished or 0.0) - (status.started or 0.0) - earlier.seconds) if status.started else 0.0
    start_up = overhead * START_UP
    if status.started and status.training_started:
        start_up = min(overhead, max(0.0, status.training_started - status.started - status.prepared))
    epochs = earlier.history()["seconds"] or [status.seconds / (status.epoch or earlier.config.epochs)]
    work = _epoch_work(config, counts) / _epoch_work(earlier.config, earlier_counts)
    began = earlier.head_epochs or len(epochs)
    training = _first_extra(epochs[:began]) + _usual(epochs[:began]) * config.epochs * work
    if config.fine_tune_layers:
        training += _first_extra(epochs[began:]) + _usual(epochs[began:]) * config.fine_tune_epochs * work
    features = status.prepared * _feature_work(config, counts) / _feature_work(earlier.config, earlier_counts)
    return Stages(start_up + features, training, overhead - start_up)


def _usual(seconds: list[float]) -> float:
    """Return how long an epoch takes that is not the first of its phase."""
    return statistics.median(seconds[1:] or seconds)


def _first_extra(seconds: list[float]) -> float:
    return max(0.0, seconds[0] - _usual(seconds))


def _is_comparable(run: Run, config: TrainConfig) -> bool:
    kinds = [(settings.model, settings.exact, settings.quick) for settings in (run.config, config)]
    same = run.finished and kinds[0] == kinds[1]
    # a run without fine-tuning does not tell how long that takes, while one with it has a head of the same pace
    return same and (not config.fine_tune_layers or len(run.history()["epoch"]) > (run.head_epochs or MAX_EPOCHS))


def _read_counts(run: Run) -> dict[str, dict[str, int]] | None:
    """Return how many images of each split and class the run had; None where it does not say."""
    counts = run.data.get("counts", {})
    return counts if all(_count_images(counts)) else None


def _count_images(counts: dict[str, dict[str, int]]) -> list[int]:
    """Return how many images there are for training and for validation."""
    return [sum(counts.get(split, {}).values()) for split in (TRAINING, VALIDATION)]


def _epoch_work(config: TrainConfig, counts: dict[str, dict[str, int]]) -> float:
    """Return an epoch's work, in images that go through the network once."""
    training, validation = _count_images(counts)
    return (1 + BACKWARD) * config.fraction * training + validation


def _feature_work(config: TrainConfig, counts: dict[str, dict[str, int]]) -> float:
    """Return how many images go through the frozen backbone where its features are stored."""
    from catdog.training.features import count_variants

    training, validation = _count_images(counts)
    return count_variants(config.augmentation) * config.fraction * training + validation
