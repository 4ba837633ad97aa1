"""What a model's answers are worth: scores, curves, certainty, the hardest pictures, and answers to other data."""

from catdog.evaluation.answers import Answers, read_answers
from catdog.evaluation.certainty import McNemar, accuracy_interval, better_words, mcnemar
from catdog.evaluation.hardest import HardPhoto, disagreements, hardest
from catdog.evaluation.metrics import (
    Calibration,
    ClassScore,
    Curve,
    calibration,
    class_scores,
    confusion,
    precision_recall,
    roc,
)
from catdog.evaluation.scores import SMALLEST, score

__all__ = [
    "SMALLEST",
    "Answers",
    "Calibration",
    "ClassScore",
    "Curve",
    "HardPhoto",
    "McNemar",
    "accuracy_interval",
    "better_words",
    "calibration",
    "class_scores",
    "confusion",
    "disagreements",
    "hardest",
    "mcnemar",
    "precision_recall",
    "read_answers",
    "roc",
    "score",
]
