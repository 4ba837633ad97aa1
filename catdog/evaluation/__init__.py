"""How good a model's predictions are: metrics, calibration, significance, hard examples and likely label errors."""

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
from catdog.evaluation.power import (
    describe_resolution,
    describe_smallest_differences,
    detectable_difference,
    smallest_difference,
    smallest_lead,
)
from catdog.evaluation.predictions import Predictions, read_predictions
from catdog.evaluation.significance import (
    INTERVAL,
    MEANING_OF_P,
    SCOPE,
    McNemar,
    accuracy_interval,
    describe_mcnemar,
    mcnemar,
    warn_about_many,
)
from catdog.evaluation.temperature import TemperatureScaling, scale_temperature
from catdog.evaluation.track_record import Band, compute_track_record, describe_band, find_band

__all__ = [
    "INTERVAL",
    "MEANING_OF_P",
    "SCOPE",
    "SMALLEST",
    "Band",
    "Calibration",
    "ClassScore",
    "Curve",
    "HardExample",
    "McNemar",
    "Predictions",
    "TemperatureScaling",
    "accuracy_interval",
    "calibration_curve",
    "class_scores",
    "compute_track_record",
    "confusion_matrix",
    "describe_band",
    "describe_mcnemar",
    "describe_resolution",
    "describe_smallest_differences",
    "detectable_difference",
    "find_band",
    "find_disagreements",
    "find_hard_examples",
    "mcnemar",
    "precision_recall_curve",
    "read_predictions",
    "roc_curve",
    "scale_temperature",
    "score",
    "smallest_difference",
    "smallest_lead",
    "warn_about_many",
]
