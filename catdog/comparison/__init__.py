"""Several runs side by side: their labels, scores, settings, seeds and learning curves."""

from catdog.comparison.diagnosis import describe_overfitting
from catdog.comparison.labels import (
    describe_data,
    describe_validation,
    find_best_run,
    get_baseline,
    label_runs,
    list_sweeps,
    select_by_validation,
    select_latest_finished,
    warn_about_data,
)
from catdog.comparison.seeds import SeedGroup, average_seeds, group_by_seed
from catdog.comparison.settings_diff import diff_settings
from catdog.comparison.table import build_table, find_best_cells

__all__ = [
    "SeedGroup",
    "average_seeds",
    "build_table",
    "describe_data",
    "describe_overfitting",
    "describe_validation",
    "diff_settings",
    "find_best_cells",
    "find_best_run",
    "get_baseline",
    "group_by_seed",
    "label_runs",
    "list_sweeps",
    "select_by_validation",
    "select_latest_finished",
    "warn_about_data",
]
