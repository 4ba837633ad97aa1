"""What several runs say when they are laid side by side."""

from catdog.comparison.diagnosis import describe_overfitting
from catdog.comparison.labels import (
    baseline,
    best_run_on,
    data_warning,
    data_words,
    labels,
    latest_finished,
    sweeps,
)
from catdog.comparison.seeds import Fold, alike, fold_seeds
from catdog.comparison.settings_diff import diff_settings
from catdog.comparison.table import best_cells, build_table

__all__ = [
    "Fold",
    "alike",
    "baseline",
    "best_cells",
    "best_run_on",
    "build_table",
    "data_warning",
    "data_words",
    "describe_overfitting",
    "diff_settings",
    "fold_seeds",
    "labels",
    "latest_finished",
    "sweeps",
]
