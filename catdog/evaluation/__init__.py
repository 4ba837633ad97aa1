"""What a model's answers are worth: scores, curves, certainty, the hardest pictures, and answers to other data."""

from catdog.evaluation.hard_examples import HardExample, find_disagreements, find_hard_examples
from catdog.evaluation.metrics import (
    Calibration,
    ClassScore,
    Curve,
    calibration_curve,
    class_scores,
    confusion_matrix,
    precision_recall_curve,
    roc_curve,
)
from catdog.evaluation.predictions import Predictions, read_predictions
from catdog.evaluation.scores import SMALLEST, score
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
