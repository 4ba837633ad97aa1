"""What a run will cost before it starts: how long, going by earlier runs, and how much disk."""

import os
import shutil
import statistics
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from catdog.models.specs import get_spec
from catdog.runs.run import Run
from catdog.training import TrainConfig

FLOAT = 4  # bytes of one stored weight
SMALL_FILES = 20_000_000  # bytes for log, predictions and the like, generously
BACKWARD = 2  # a training step costs about this many forward passes more than a validation step


def estimate_seconds(runs: Iterable[Run], config: TrainConfig, counts: dict[str, dict[str, int]]) -> float | None:
    """Return how many seconds a run of `config` will take on this machine, or None without a run to go by.

    runs: newest first; the newest finished one of the same model, exact or not as `config`, counts, of the same batch
    size if there is one. counts: pictures of the data by split and class, as Catalog.counts() gives them. Start-up,
    what the first epoch takes more than the others, and final scores are taken over from that run as they were; the
    rest grows with epochs and pictures, stored features with pictures only.
    """
    alike = [run for run in runs if _comparable(run, config) and _counts(run) and run.seconds]
    alike.sort(key=lambda run: run.config.batch_size != config.batch_size)
    if not alike:
        return None
    known = alike[0]
    status = known.status
    beside = max(0.0, (status.finished or 0.0) - (status.started or 0.0) - known.seconds) if status.started else 0.0
    epochs = known.history()["seconds"] or [status.seconds / (status.epoch or known.config.epochs)]
    usual = statistics.median(epochs[1:] or epochs)
    beside += max(0.0, epochs[0] - usual)
    training = usual * config.epochs * _work(config, counts) / _work(known.config, _counts(known))
    features = status.prepared * _looks(config, counts) / _looks(known.config, _counts(known))
    return beside + training + features


def bytes_needed(config: TrainConfig) -> int:
    """Return how much disk a run takes at most while it trains.

    That is the model twice (for Keras and LiteRT) and once more while a better one replaces it, and two checkpoints
    (with Adam's two numbers for each trainable weight), since the old one stays until the new one is whole.
    """
    model = get_spec(config.model)
    return FLOAT * (3 * model.parameters + 2 * (model.parameters + 2 * model.trainable_parameters)) + SMALL_FILES


def bytes_free(folder: Path) -> int:
    """Return the free space of the disk that `folder` is on or, if it does not exist yet, will be on."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def bytes_taken(folder: Path) -> int:
    """Return the size of all files in a run's folder; files that vanish meanwhile count nothing."""
    total = 0
    for top, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.stat(os.path.join(top, name)).st_size  # noqa: PTH116, PTH118  (500 runs in a moment)
    return total


def _comparable(run: Run, config: TrainConfig) -> bool:
    return run.finished and run.config.model == config.model and run.config.exact == config.exact


def _counts(run: Run) -> dict[str, dict[str, int]] | None:
    """Return how many pictures of each class and split the run had; None where it does not say."""
    counts = (run.details.get("data") or {}).get("counts")
    return counts if isinstance(counts, dict) and sum(_pictures(counts)) else None


def _pictures(counts: dict[str, dict[str, int]]) -> list[int]:
    """Return how many pictures there are for training and for validation."""
    from catdog.datasets import TRAINING, VALIDATION  # not above: a waiting run should not load what reads pictures

    return [sum(counts.get(split, {}).values()) for split in (TRAINING, VALIDATION)]


def _work(config: TrainConfig, counts: dict[str, dict[str, int]]) -> float:
    """Return an epoch's work, measured in pictures that go through the network once."""
    training, validation = _pictures(counts)
    return (1 + BACKWARD) * config.fraction * training + validation


def _looks(config: TrainConfig, counts: dict[str, dict[str, int]]) -> float:
    """Return how many pictures the frozen backbone looks at where its features are stored."""
    from catdog.training.features import count_variants

    training, validation = _pictures(counts)
    return count_variants(config.augmentation) * config.fraction * training + validation
