"""How good a model's predictions are: metrics, curves, significance, hard examples and likely label errors."""

from catdog.evaluation.hard_examples import HardExample, find_disagreements, find_hard_examples
from catdog.evaluation.metrics import (
    SMALLEST,
    Calibration,
    ClassScore,
    Curve,
    calibration_curve,
    class_scores,
    confusion_matrix,
    precision_recall_curve,
    roc_curve,
    score,
)
from catdog.evaluation.predictions import Predictions, read_predictions
from catdog.evaluation.significance import McNemar, accuracy_interval, describe_mcnemar, mcnemar

__all__ = [
    "SMALLEST",
    "Calibration",
    "ClassScore",
    "Curve",
    "HardExample",
    "McNemar",
    "Predictions",
    "accuracy_interval",
    "calibration_curve",
    "class_scores",
    "confusion_matrix",
    "describe_mcnemar",
    "find_disagreements",
    "find_hard_examples",
    "mcnemar",
    "precision_recall_curve",
    "read_predictions",
    "roc_curve",
    "score",
]
