"""What a lesson can ask of a run, of its predictions and of the data: each measure by its name."""

from dataclasses import dataclass
from typing import Any

from catdog.comparison import Verdict, diagnose_run, measure_run
from catdog.datasets import SPLITS, TEST, TRAINING, VALIDATION, Catalog
from catdog.errors import RunError
from catdog.evaluation import Predictions, accuracy_interval, class_scores, confusion_matrix
from catdog.models.specs import get_spec
from catdog.runs import Run
from catdog.training.recipes import make_config
from catdog.utils.text import format_percent

LONGEST_CURVE = 200  # epochs of a curve that are kept as evidence
PERCENT, POINTS, IMAGES, EPOCHS = "%", "points", "images", "epochs"


@dataclass(frozen=True)
class Measure:
    """One thing that can be measured.

    Attributes:
            words: What a sentence calls it.
            unit: LONGEST_CURVE = 200  # epochs of a curve that are kept as evidence
    PERCENT, POINTS, IMAGES, EPOCHS or "".
            curve: Whether it needs a learning curve, which a quick training has not.
    """

    words: str
    unit: str = PERCENT
    curve: bool = False


#: Of one run; the names are those of its card, see `describe_run`.
RUN_MEASURES = {
    "epochs": Measure("number of epochs", EPOCHS, curve=True),
    "accuracy": Measure("training accuracy at the end", curve=True),
    "end_val_accuracy": Measure("validation accuracy at the end", curve=True),
    "gap": Measure("gap", POINTS, curve=True),
    "loss": Measure("training loss at the end", "", curve=True),
    "val_loss": Measure("validation loss at the end", "", curve=True),
    "val_accuracy": Measure("validation accuracy"),
    "test_accuracy": Measure("test accuracy"),
    "seconds": Measure("training time in seconds", ""),
}
#: Of one run's predictions for a split, above a threshold; the second class counts as the positive one. The words have
#: the names of the classes filled in.
PREDICTION_MEASURES = {
    "mistakes": Measure("number of mistakes", IMAGES),
    "missed": Measure("number of missed {second}", IMAGES),
    "false_alarms": Measure("number of {first} called {second}", IMAGES),
    "precision": Measure("precision of {second}"),
    "recall": Measure("recall of {second}"),
    "threshold_accuracy": Measure("accuracy"),
}
#: Of the data.
CATALOG_MEASURES = {
    "images": Measure("number of images", IMAGES),
    "training_images": Measure("number of training images", IMAGES),
    "validation_images": Measure("number of validation images", IMAGES),
    "test_images": Measure("number of test images", IMAGES),
    "baseline": Measure("baseline"),
}
#: Of an architecture.
MODEL_MEASURES = {
    "parameters": Measure("number of parameters", ""),
    "trainable_parameters": Measure("number of trainable parameters", ""),
}
MEASURES = RUN_MEASURES | PREDICTION_MEASURES | CATALOG_MEASURES | MODEL_MEASURES


def describe_run(run: Run) -> dict[str, Any]:
    """Return the card of a run: what there is to say of it, as plain values for JSON.

    Accuracies are in %, gaps in points. "At the end" is the median of the last five epochs, as on the Compare page.
    What a run does not have, such as a quick one a curve, is None or empty.
    """
    history = run.history()
    diagnosis = diagnose_run(run, history)
    diverged = not run.finished and diagnosis is not None and diagnosis.verdict == Verdict.DIVERGED
    measures = None if diverged else measure_run(run, history)  # what it was before it broke off is no result
    config = run.config
    card: dict[str, Any] = {
        "run": run.id,
        "name": run.name,
        "model": config.model,
        "quick": config.quick,
        "learning_rate": config.learning_rate,
        "usual_rate": make_config(config.model).learning_rate,
        "augmentation": config.augmentation.description if config.augmentation.active else "",
        "batch_size": config.batch_size,
        "seed": config.seed,
        "epochs": len(history["epoch"]),
        "seconds": round(run.seconds, 1),
        "accuracy": _percent(measures and measures.accuracy),
        "end_val_accuracy": _percent(measures and measures.val_accuracy),
        "gap": _percent(measures and measures.gap),
        "loss": measures and round(measures.loss, 4),
        "val_loss": measures and round(measures.val_loss, 4),
        "val_accuracy": _percent(run.val_accuracy),
        "test_accuracy": _percent(run.test_accuracy),
        "best_epoch": run.best_epoch,
        "keeps_best": config.restore_best,
        "turn": diagnosis.turn if diagnosis else None,
        "diverged": diverged,
        "verdict": str(diagnosis.verdict) if diagnosis else "",
        "seen": diagnosis.seen if diagnosis else "",
        "curve": [_percent(value) for value in history["val_accuracy"][:LONGEST_CURVE]],
    }
    for split, accuracy in ((VALIDATION, run.val_accuracy), (TEST, run.test_accuracy)):
        count = count_images(run, split)
        card[f"{split}_images"] = count
        card[f"{split}_interval"] = None
        if count and accuracy is not None:
            low, high = accuracy_interval(round(accuracy * count), count)
            card[f"{split}_interval"] = [_percent(low), _percent(high)]
    return card


def count_images(run: Run, split: str) -> int | None:
    """Return how many images of a split a run was scored on, None where it does not tell."""
    counts = run.data.get("counts", {}).get(split, {})
    return sum(counts.values()) or None


def measure_predictions(
    run: Run, catalog: Catalog, split: str = TEST, threshold: float = 0.5
) -> dict[str, float | None] | None:
    """Return all measures of a run's predictions.

    Args:
        run: A run on this data.
        catalog: The data, whose order of classes counts.
        split: Of the images.
        threshold: The second class is predicted above it.

    Returns:
        {each of PREDICTION_MEASURES: images or %, None where it is not defined}; None where the run has no predictions.
    """
    predictions = read_split(run, catalog, split)
    if predictions is None:
        return None
    labels, probabilities = predictions.labels, predictions.probabilities
    counts = confusion_matrix(labels, probabilities, threshold)
    second = class_scores(labels, probabilities, threshold)[1]
    return {
        "mistakes": float(counts[0, 1] + counts[1, 0]),
        "missed": float(counts[1, 0]),
        "false_alarms": float(counts[0, 1]),
        "precision": _percent(second.precision),
        "recall": _percent(second.recall),
        "threshold_accuracy": _percent(float(counts.trace() / counts.sum())),
    }


def read_split(run: Run, catalog: Catalog, split: str) -> Predictions | None:
    """Return a run's predictions for the images of a split, None where there are none."""
    try:
        predictions = run.predictions(catalog.classes).of_split(split)
    except RunError:
        return None
    return predictions if len(predictions) else None


def measure_catalog(catalog: Catalog, name: str) -> float:
    """Return a measure of the data: images, or the baseline in %."""
    if name == "baseline":
        return 100 * catalog.baseline
    splits = {"images": SPLITS, "training_images": (TRAINING,), "validation_images": (VALIDATION,)}
    return float(sum(len(catalog.indices(split)) for split in splits.get(name, (TEST,))))


def measure_model(model: str, name: str) -> float:
    """Return a measure of an architecture, see MODEL_MEASURES."""
    return float(getattr(get_spec(model), name))


def format_measure(value: float | None, unit: str) -> str:
    """Return a measure with its unit, such as "97.9%", "9.1 points" or "192 images"; "–" for None."""
    if value is None:
        return "–"
    if unit == PERCENT:
        return format_percent(value / 100)
    if unit == POINTS:
        return f"{value:.1f} {'point' if f'{value:.1f}' == '1.0' else 'points'}"
    if unit in (IMAGES, EPOCHS):
        return f"{value:,.0f} {unit[:-1] if value == 1 else unit}"
    return f"{value:,.3g}" if abs(value) < 1000 and value % 1 else f"{value:,.0f}"


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 2)
