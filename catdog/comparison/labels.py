"""What runs and their data are called side by side, which are chosen at first, and a warning where data differ."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from catdog.models.specs import MODELS
from catdog.runs import Run
from catdog.utils.text import join_names


def select_latest_finished(runs: Sequence[Run]) -> list[Run]:
    """Return the newest finished run of each model, in the models' order; `runs` come newest first."""
    newest = {run.config.model: run for run in reversed(runs) if run.finished}
    return [newest[name] for name in MODELS if name in newest]


def list_sweeps(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """Return {title: its runs} of each sweep of which two runs or more are left, in the order of `runs`."""
    found: dict[str, list[Run]] = {}
    for run in runs:
        if run.sweep:
            found.setdefault(run.sweep, []).append(run)
    return {title: of_it for title, of_it in found.items() if len(of_it) > 1}


def label_runs(runs: Sequence[Run]) -> dict[str, str]:
    """Return {run id: name}, where runs of the same name are told apart by the end of their id."""
    times = Counter(run.name for run in runs)
    return {run.id: run.name if times[run.name] == 1 else f"{run.name} ({run.id[-4:]})" for run in runs}


def find_best_run(runs: Sequence[Run], fingerprint: str) -> Run | None:
    """Return the run with the best validation accuracy of those finished on this data, None without one.

    Args:
        runs: The runs to choose from, newest first, which decides among equals.
        fingerprint: Of the catalog; runs of other data, and those without predictions.csv, are passed over.
    """
    candidates = [
        run for run in runs if run.finished and run.fingerprint == fingerprint and run.files.predictions.exists()
    ]
    return max(candidates, key=lambda run: run.best_val_accuracy or 0.0, default=None)


def describe_data(run: Run) -> str:
    """Say in words which data a run learned from ("photos", "drawn pictures", "folder NAME") and which share of it."""
    source = run.config.source
    words = {"photos": "photos", "drawn": "drawn pictures"}.get(source) or f"folder {Path(source).name}"
    return words if run.config.fraction == 1 else f"{words} ({100 * run.config.fraction:g} % of them)"


def get_baseline(run: Run) -> float | None:
    """Return the accuracy of always guessing the most frequent class of the run's data; None before it is counted."""
    return (run.details.get("data") or {}).get("baseline")


def warn_about_data(runs: Sequence[Run], names: Mapping[str, str]) -> str:
    """Say that these runs learned from different data, and which from which; "" where all learned from the same.

    The same source with another content (another fingerprint), or with other pictures excluded, is other data too. A
    run that has not opened its data yet has no fingerprint and counts as having its source's. names: {run id: what the
    text calls the run}.
    """
    groups: dict[tuple[str, str, str], list[Run]] = {}
    for run in runs:
        groups.setdefault((run.config.source, run.fingerprint, _left_out(run)[1]), []).append(run)
    for key in list(groups):
        known = [other for other in groups if other[0] == key[0] and other[1]]
        if not key[1] and known:
            groups[known[0]] += groups.pop(key)
    if len(groups) < 2:
        return ""
    versions = {(source, fingerprint) for source, fingerprint, _ in groups}
    parts = []
    for (source, fingerprint, _), members in groups.items():
        words = {"photos": "photos", "drawn": "drawn pictures, not photos"}.get(source) or f"the folder {source}"
        version = f" (version {fingerprint[:6]})" if sum(one == source for one, _ in versions) > 1 else ""
        number, digest = _left_out(members[0])
        without = f", {number:,} of them excluded (list {digest[:4]})" if number else ""
        parts.append(f"{join_names([names[run.id] for run in members])} from {words}{version}{without}")
    return (
        f"These runs learned from different data: {'; '.join(parts)}. Their results can't be compared with each other."
    )


def _left_out(run: Run) -> tuple[int, str]:
    """Return how many pictures were excluded from a run's data, and the digest that tells the list from others."""
    values = (run.details.get("data") or {}).get("excluded") or {}
    return int(values.get("pictures") or 0), str(values.get("digest") or "")
