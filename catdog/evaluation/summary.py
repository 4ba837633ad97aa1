"""All that one model's answers come to, as plain values."""

from typing import Any

from catdog.evaluation.metrics import (
    calibration_curve,
    class_scores,
    confusion_matrix,
    precision_recall_curve,
    roc_curve,
)
from catdog.evaluation.predictions import Predictions
from catdog.evaluation.significance import accuracy_interval


def summarize(answers: Predictions, threshold: float = 0.5) -> dict[str, Any]:
    """Return the scores of these answers, ready for JSON; shares of 0..1, None where something is not defined.

    accuracy with its 95 % interval, confusion[true label][answer] and the classes' precision, recall and f1 go by the
    threshold; loss (cross-entropy in nats), roc_area, average_precision and calibration_error do not.
    """
    labels, probabilities, photos = answers.labels, answers.probabilities, len(answers)
    right = int(answers.right(threshold).sum())
    return {
        "accuracy": right / photos if photos else None,
        "interval": list(accuracy_interval(right, photos)) if photos else None,
        "loss": float(answers.losses.mean()) if photos else None,
        "photos": photos,
        "threshold": threshold,
        "confusion": confusion_matrix(labels, probabilities, threshold).tolist(),
        "classes": [
            {"precision": one.precision, "recall": one.recall, "f1": one.f1, "photos": one.support}
            for one in class_scores(labels, probabilities, threshold)
        ],
        "roc_area": roc_curve(labels, probabilities).area,
        "average_precision": precision_recall_curve(labels, probabilities).area,
        "calibration_error": calibration_curve(labels, probabilities).error,
    }
