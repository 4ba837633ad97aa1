"""What several runs say when they are laid side by side."""

from catdog.comparison.data import baseline, data_warning, data_words
from catdog.comparison.differences import differences
from catdog.comparison.folds import Fold, alike, folds
from catdog.comparison.names import labels, latest_finished, sweeps
from catdog.comparison.overfitting import overfitting
from catdog.comparison.table import best_cells, table

__all__ = [
    "Fold",
    "alike",
    "baseline",
    "best_cells",
    "data_warning",
    "data_words",
    "differences",
    "folds",
    "labels",
    "latest_finished",
    "overfitting",
    "sweeps",
    "table",
]
