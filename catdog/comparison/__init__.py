"""What several runs say when they are laid side by side."""

from catdog.comparison.diagnosis import describe_overfitting
from catdog.comparison.labels import (
    baseline,
    best_run_on,
    describe_data,
    label_runs,
    latest_finished,
    list_sweeps,
    warn_about_data,
)
from catdog.comparison.seeds import SeedGroup, alike, group_by_seed
from catdog.comparison.settings_diff import diff_settings
from catdog.comparison.table import best_cells, build_table

__all__ = [
    "SeedGroup",
    "alike",
    "baseline",
    "best_cells",
    "best_run_on",
    "build_table",
    "describe_data",
    "describe_overfitting",
    "diff_settings",
    "group_by_seed",
    "label_runs",
    "latest_finished",
    "list_sweeps",
    "warn_about_data",
]
