"""All metrics of one model's predictions, as plain values."""

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


def summarize(predictions: Predictions, threshold: float = 0.5) -> dict[str, Any]:
    """Compute all metrics, ready for JSON.

    Args:
        predictions: Of one model, usually of one split.
        threshold: Class 1 is predicted above it. Accuracy, confusion and the classes' precision, recall and F1 depend
            on it; loss, areas and calibration error do not.

    Returns:
        Shares are 0..1, the loss is in nats, "interval" is the 95% interval of the accuracy, "confusion" counts by
        [label][prediction]; None where a metric is not defined.
    """
    labels, probabilities, count = predictions.labels, predictions.probabilities, len(predictions)
    correct = int(predictions.correct(threshold).sum())
    return {
        "accuracy": correct / count if count else None,
        "interval": list(accuracy_interval(correct, count)) if count else None,
        "loss": float(predictions.losses.mean()) if count else None,
        "photos": count,
        "threshold": threshold,
        "confusion": confusion_matrix(labels, probabilities, threshold).tolist(),
        "classes": [
            {"precision": scores.precision, "recall": scores.recall, "f1": scores.f1, "photos": scores.support}
            for scores in class_scores(labels, probabilities, threshold)
        ],
        "roc_area": roc_curve(labels, probabilities).area,
        "average_precision": precision_recall_curve(labels, probabilities).area,
        "calibration_error": calibration_curve(labels, probabilities).error,
    }
