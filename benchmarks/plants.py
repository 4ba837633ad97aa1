"""The trainings with planted faults by which the diagnosis of learning curves is judged: a list, nothing is trained.

What is planted decides what is right to say of a training. Only where a fault may fail to show, a criterion decides
whether it did: it looks at the training's curve and at that of its twin, the same training without the fault, and
knows nothing of the rules of catdog.comparison.diagnosis.
"""

import csv
import math
import statistics
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from catdog.augmentation.config import Augmentation

HISTORIES = Path(__file__).resolve().parent.parent / "tests/catdog/comparison/histories"
MANIFEST = HISTORIES / "manifest.json"
GUESSING = math.log(2)  # cross-entropy of always saying one half
LAST = 5  # epochs whose median counts
LEARNING = ("underfits", "underfits, still improving")
HEAVY = Augmentation("horizontal_and_vertical", 0.5, zoom=0.8, translation=0.5, contrast=1.0, brightness=0.8)
#: The learning rates that factors refer to: those of the recipe Steady as these trainings were made.
USUAL_RATES = {"model1": 0.0003, "model2": 0.0003, "model3": 0.0003, "model4": 0.001}


@dataclass(frozen=True)
class Plant:
    """One short training.

    Attributes:
        name: Of its history file.
        fault: What is planted, "healthy" for nothing.
        model: "model1" to "model4".
        source: "photos" or "drawn".
        training: How many training images.
        validation: How many validation images.
        epochs: How many epochs.
        factor: The learning rate, as a multiple of the model's usual one.
        augmentation: "own", "none" or "heavy".
        noise: The share of training labels that are drawn anew at random; 1 leaves nothing to learn.
        batch: Batch size.
        seed: Decides first weights, order, images and noise.
    """

    name: str
    fault: str
    model: str
    source: str = "photos"
    training: int = 240
    validation: int = 400
    epochs: int = 10
    factor: float = 1.0
    augmentation: str = "own"
    noise: float = 0.0
    batch: int = 32
    seed: int = 1

    @property
    def learning_rate(self) -> float:
        """Adam's step size."""
        return float(f"{self.factor * USUAL_RATES[self.model]:.6g}")

    @property
    def augments(self) -> bool:
        """Whether training images are augmented; model1 has no augmentation of its own."""
        return self.augmentation == "heavy" or (self.augmentation == "own" and self.model != "model1")

    @property
    def half(self) -> str:
        """Which half it belongs to, by a checksum of its name: rules are tuned on one and judged on the other."""
        return "held out" if zlib.crc32(self.name.encode()) % 2 else "tuning"


def list_plants() -> list[Plant]:
    """Return all trainings, in the order in which faults and models are listed."""
    plants: list[Plant] = []

    def add(fault: str, model: str, **values: Any) -> None:
        beginning = f"{model}-{fault.replace(' ', '-').replace('×', 'x').replace('.', '').replace(',', '')}"
        count = sum(plant.name.startswith(f"{beginning}-") for plant in plants)
        plants.append(Plant(f"{beginning}-{count + 1}", fault, model, **values))

    for seed in (1, 2, 3):
        add("healthy", "model4", training=600, validation=400, seed=seed)
    add("healthy", "model4", training=300, validation=200, epochs=15, seed=4)
    add("healthy", "model4", training=600, validation=800, factor=3, epochs=6, seed=5)
    add("healthy", "model4", training=300, validation=400, augmentation="none", epochs=12, seed=6)
    for model, sizes in (("model1", (300,)), ("model2", (300,)), ("model3", (300, 300, 500))):
        for seed, training in enumerate(sizes, start=1):
            add("healthy", model, source="drawn", training=training, validation=200, epochs=8, seed=seed)
    for seed, model in enumerate(("model4", "model4", "model4", "model3", "model3", "model1"), start=1):
        source = "photos" if model == "model4" else "drawn"
        sizes = {"training": 300, "validation": 400 if model == "model4" else 200}
        add("rate × 0.01", model, source=source, factor=0.01, epochs=8, seed=seed, **sizes)
    for seed, model in enumerate(("model4", "model4", "model3", "model3", "model1", "model1"), start=1):
        source = "photos" if model == "model4" or seed % 2 else "drawn"
        add("rate × 30", model, source=source, factor=30, training=300, validation=200, epochs=8, seed=seed)
    for seed, model in enumerate(("model4", "model4", "model3", "model3", "model1", "model2"), start=1):
        source = "photos" if model == "model4" or seed % 2 else "drawn"
        add("rate × 300", model, source=source, factor=300, training=300, validation=200, epochs=7, seed=seed)
    for seed, model in enumerate(("model1", "model1", "model1", "model3", "model3", "model3", "model2"), start=1):
        sizes = {"training": (240, 300, 400)[seed % 3], "validation": 600} if model != "model2" else {}
        epochs = 15 if model != "model2" else 10
        add("few photos", model, augmentation="none", epochs=epochs, seed=seed, **sizes)
    for seed in (1, 2):
        add("few photos", "model4", training=24, augmentation="none", epochs=30, factor=10, seed=seed)
    for seed, noise in enumerate((0.4, 0.6, 0.8), start=1):
        add("label noise", "model4", training=600, noise=noise, epochs=12, seed=seed)
    for seed, model in enumerate(("model1", "model3", "model3"), start=1):
        values = {"source": "drawn", "noise": 0.4, "augmentation": "none", "validation": 200}
        add("label noise", model, training=300, epochs=12, seed=seed, **values)
    for seed, epochs in enumerate((2, 3, 4), start=1):
        add("too few epochs", "model4", training=200, factor=0.3, epochs=epochs, seed=seed)
    for seed, model in enumerate(("model3", "model3", "model2"), start=1):
        add("too few epochs", model, source="drawn", training=300, validation=200, epochs=2 + seed % 2, seed=seed)
    for seed, model in enumerate(("model4", "model4", "model3", "model3", "model1", "model2"), start=1):
        values = {"training": 600 if model == "model4" else 240, "augmentation": "own"}
        add("shuffled labels", model, noise=1.0, epochs=8, seed=seed, **values)
    add("shuffled labels", "model1", source="drawn", noise=1.0, epochs=8, validation=200, seed=7)
    for seed in (1, 2, 3):
        add("heavy augmentation", "model4", training=300, augmentation="heavy", epochs=15, factor=3, seed=seed)
    for seed, model in enumerate(("model3", "model3"), start=1):
        values = {"source": "drawn", "validation": 200, "augmentation": "heavy"}
        add("heavy augmentation", model, training=300, epochs=10, seed=seed, **values)
    for seed in (1, 2, 3, 4):
        values = {"batch": 2 + 2 * (seed % 2), "validation": 800}
        add("rate × 100, tiny batches", "model4", training=120, factor=100, epochs=12, seed=seed, **values)
    return plants


def find_twin(plant: Plant) -> Plant:
    """Return the same training without its fault: at the usual rate, with true labels, its own augmentation."""
    values = asdict(plant) | {"factor": 1.0, "noise": 0.0, "augmentation": "own", "batch": 32, "fault": "twin"}
    if plant.fault == "too few epochs":
        values |= {"epochs": 12, "factor": plant.factor}
    key = "-".join(
        str(values[name]) for name in ("source", "training", "validation", "epochs", "factor", "augmentation", "seed")
    )
    return Plant(**(values | {"name": f"{plant.model}-twin-{key}"}))


NEEDS_TWIN = ("rate × 0.01", "rate × 30", "rate × 300", "rate × 100, tiny batches", "too few epochs")


def decide(plant: Plant, history: Mapping[str, Sequence[float]], twin: Mapping[str, Sequence[float]] | None) -> dict:
    """Return what is right to say of a training, from what was planted and whether it has shown.

    Args:
        plant: The training.
        history: Its columns.
        twin: The columns of the same training without the fault, where `NEEDS_TWIN` names the fault.

    Returns:
        "right": the verdicts that are right; "because": the criterion that decided.
    """
    if not all(map(math.isfinite, [*history["loss"], *history["val_loss"]])):
        return _right(["diverged"], "the loss is no number")
    if plant.fault in ("rate × 30", "rate × 300", "rate × 100, tiny batches"):
        return _decide_high_rate(plant, history, twin or {})
    if plant.fault == "rate × 0.01":
        if _last(history, "loss") > _last(twin or {}, "loss") + 0.2 * GUESSING:
            return _right(["learning rate too low"], "training loss far above the twin's")
        if _last(twin or {}, "val_accuracy") - _last(history, "val_accuracy") > 2 * _noise(plant):
            return _right(["learning rate too low"], "clearly behind its twin")
        return _right(
            ["fits", *LEARNING], "no effect: neither training loss nor validation accuracy far from the twin's"
        )
    gap = _last(history, "accuracy") - _last(history, "val_accuracy")
    if plant.fault == "few photos":
        if gap >= 0.1:
            return _right(["overfits"], "training accuracy 10 points or more above validation accuracy at the end")
        return _right(["fits", *LEARNING], "no effect: less than 10 points between training and validation accuracy")
    if plant.fault == "label noise":
        if plant.augmentation == "none" and gap >= 0.1:
            if statistics.median(history["val_loss"][-3:]) > 1.1 * min(history["val_loss"]):
                return _right(["overfits"], "memorizes wrong labels: a gap of 10 points, validation loss rises by 10%")
            return _right(["overfits", "fits", *LEARNING], "a gap of 10 points, but validation loss near its lowest")
        return _right(["fits", *LEARNING], "the labels of the validation images are true")
    if plant.fault == "shuffled labels":
        return _right(["has not learned"], "there is nothing to learn")
    if plant.fault == "too few epochs":
        if _last(twin or {}, "val_accuracy") >= history["val_accuracy"][-1] + 2 * _noise(plant):
            return _right(["underfits, still improving"], "with 12 epochs clearly better")
        return _right(["fits", *LEARNING], "no effect: 12 epochs are not clearly better")
    if plant.fault == "heavy augmentation":
        if _last(history, "val_accuracy") < 0.5 + 3 * _noise(plant) / math.sqrt(2):
            return _right(["has not learned"], "validation accuracy within 3 standard errors of guessing")
        if max(_last(history, "accuracy"), _last(history, "val_accuracy")) < 0.8:
            return _right(["underfits", "underfits, still improving"], "neither accuracy reaches 80%")
        return _right(["fits", *LEARNING], "no effect: validation accuracy of 80%")
    if _last(history, "val_accuracy") >= 0.8:
        return _right(["fits"], "validation accuracy of 80% or more")
    return _right(["fits", *LEARNING], "validation accuracy below 80%")


def decide_full_size(factor: float, history: Mapping[str, Sequence[float]], validation: int) -> dict:
    """Return what is right to say of a run on all photos in which nothing was planted.

    Args:
        factor: Its learning rate, as a multiple of the model's usual one.
        history: Its columns.
        validation: How many validation photos there are.
    """
    high = ["learning rate too high"] if factor >= 3 else []
    error = math.sqrt(0.25 / validation)
    if _last(history, "val_accuracy") < 0.5 + 3 * error or _last(history, "loss") > 0.97 * GUESSING:
        return _right(["has not learned", *high], "guesses, or its training loss is within 3% of that of guessing")
    if _last(history, "accuracy") - _last(history, "val_accuracy") >= 0.1:
        return _right(["overfits"], "training accuracy 10 points or more above validation accuracy at the end")
    if _last(history, "val_accuracy") >= 0.8:
        return _right(["fits"], "validation accuracy of 80% or more")
    return _right(["fits", *LEARNING], "learned, without a gap, below 80% validation accuracy")


def _decide_high_rate(
    plant: Plant, history: Mapping[str, Sequence[float]], twin: Mapping[str, Sequence[float]]
) -> dict:
    final = _last(history, "loss")
    if final > 3 * GUESSING and final > 3 * _last(twin, "loss"):
        return _right(["diverged", "learning rate too high"], "training loss ends above three times that of guessing")
    behind = _last(twin, "val_accuracy") - _last(history, "val_accuracy")
    learned = _last(history, "val_accuracy") > 0.5 + 3 * _noise(plant) / math.sqrt(2)
    if behind > 2 * _noise(plant) and not learned:
        return _right(["learning rate too high"], "guesses where its twin has learned")
    steps = [abs(after - before) for before, after in zip(history["val_loss"], history["val_loss"][1:], strict=False)]
    twin_steps = [abs(after - before) for before, after in zip(twin["val_loss"], twin["val_loss"][1:], strict=False)]
    if statistics.median(steps) > 5 * statistics.median(twin_steps) and statistics.median(steps) > 0.2 * GUESSING:
        return _right(
            ["unstable", "learning rate too high"], "validation loss jumps five times as far as the twin's, by a fifth "
            "of the loss of guessing or more"
        )  # fmt: skip
    if behind > 2 * _noise(plant):
        return _right(["learning rate too high", "unstable"], "clearly behind its twin")
    if not learned and _last(twin, "val_accuracy") <= 0.5 + 3 * _noise(plant) / math.sqrt(2):
        return _right(["has not learned", "learning rate too high"], "guesses, as its twin does")
    return _right(["fits", *LEARNING, "overfits"], "no effect: not clearly behind its twin")


def _right(verdicts: list[str], because: str) -> dict:
    return {"right": verdicts, "because": because}


def _last(history: Mapping[str, Sequence[float]], column: str) -> float:
    return statistics.median(history[column][-LAST:])


def _noise(plant: Plant) -> float:
    """Return the standard error of the difference of two accuracies of one half on the validation images."""
    return math.sqrt(2 * 0.25 / plant.validation)


def read_columns(path: Path) -> dict[str, list[float]]:
    """Return the columns of a history file."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [float(row[name]) for row in rows] for name in rows[0]}
