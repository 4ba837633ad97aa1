"""Several runs side by side: their labels, scores, settings, seeds and learning curves."""

from catdog.comparison.diagnosis import diagnose
from catdog.comparison.headline import Contender, describe_contenders
from catdog.comparison.labels import (
    describe_data,
    describe_validation,
    find_best_run,
    get_baseline,
    list_sweeps,
    select_by_validation,
    select_latest_finished,
    warn_about_data,
)
from catdog.comparison.measures import Conditions, Measures
from catdog.comparison.remedy import apply_remedy
from catdog.comparison.run_diagnosis import (
    describe_outcome,
    describe_turn,
    diagnose_run,
    find_run_turn,
    measure_run,
)
from catdog.comparison.run_names import label_runs
from catdog.comparison.seed_noise import GroupDifference, compare_groups, describe_groups, describe_spread
from catdog.comparison.seed_table import average_rows
from catdog.comparison.seeds import SeedGroup, average_seeds, group_by_seed, label_groups
from catdog.comparison.settings_diff import diff_settings
from catdog.comparison.table import build_table, find_best_cells
from catdog.comparison.verdicts import Diagnosis, Remedy, Verdict

__all__ = [
    "Conditions",
    "Contender",
    "Diagnosis",
    "GroupDifference",
    "Measures",
    "Remedy",
    "SeedGroup",
    "Verdict",
    "apply_remedy",
    "average_rows",
    "average_seeds",
    "build_table",
    "compare_groups",
    "describe_contenders",
    "describe_data",
    "describe_groups",
    "describe_outcome",
    "describe_spread",
    "describe_turn",
    "describe_validation",
    "diagnose",
    "diagnose_run",
    "diff_settings",
    "find_best_cells",
    "find_best_run",
    "find_run_turn",
    "get_baseline",
    "group_by_seed",
    "label_groups",
    "label_runs",
    "list_sweeps",
    "measure_run",
    "select_by_validation",
    "select_latest_finished",
    "warn_about_data",
]
