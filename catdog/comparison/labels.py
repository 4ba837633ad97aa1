"""Which runs are chosen first, what their data are called, and a warning if data differ."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from catdog.models.specs import MODELS
from catdog.runs import Run
from catdog.utils.text import format_percent, join_names


def select_latest_finished(runs: Sequence[Run], with_seeds: bool = False) -> list[Run]:
    """Return the newest finished run of each model, in the models' order.

    A quick one is returned only where there is no other of the model, and an ablation only where there is neither.

    Args:
        runs: The runs to choose from, newest first.
        with_seeds: Whether the runs that were started together with it, and differ from it in the seed only, come
            along if they are finished, in the order in which they were started.
    """
    finished = [run for run in reversed(runs) if run.finished]
    # of equal keys the last counts
    latest = {run.config.model: run for run in sorted(finished, key=_rank_by_kind)}
    newest = [latest[name] for name in MODELS if name in latest]
    if not with_seeds:
        return newest
    return [run for chosen in newest for run in reversed(runs) if run == chosen or _is_twin(run, chosen)]


def _rank_by_kind(run: Run) -> int:
    return 0 if run.original else 1 if run.config.quick else 2


def _is_twin(run: Run, other: Run) -> bool:
    """Tell whether a finished run was started together with another one and differs from it in the seed only."""
    together = bool(run.sweep) and run.sweep == other.sweep and run.finished
    return together and replace(run.config, seed=other.config.seed) == other.config


def list_sweeps(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """Return {title: its runs} of each sweep that has two runs or more, in the order of `runs`.

    The run of which a sweep's runs are ablations belongs to them, and comes first.
    """
    sweeps: dict[str, list[Run]] = {}
    by_id = {run.id: run for run in runs}
    for run in runs:
        if run.sweep:
            original = by_id.get(run.original)
            sweeps.setdefault(run.sweep, [original] if original else []).append(run)
    return {title: members for title, members in sweeps.items() if len(members) > 1}


def find_best_run(runs: Sequence[Run], fingerprint: str) -> Run | None:
    """Return the run with the highest validation accuracy of those finished on this data, None without one.

    Args:
        runs: The runs to choose from, newest first, which decides among equals.
        fingerprint: Of the catalog; runs of other data, and those without predictions.csv, are passed over.
    """
    candidates = [
        run for run in runs if run.finished and run.fingerprint == fingerprint and run.files.predictions.exists()
    ]
    return select_by_validation(candidates)


def select_by_validation(runs: Sequence[Run]) -> Run | None:
    """Return the run with the highest validation accuracy, None if no run has one.

    Runs are chosen by validation, never by their test score: the best of several test scores would flatter, and there
    would be no images left to tell by how much.

    Args:
        runs: The runs to choose from, newest first, which decides among equals.
    """
    candidates = [run for run in runs if run.selection_accuracy is not None]
    return max(candidates, key=lambda run: run.selection_accuracy, default=None)


def describe_validation(run: Run) -> str:
    """Return the run's validation accuracy in words, "" before its first epoch.

    That is "validation accuracy 77.1%" of the kept model; where it has not been scored (yet), "best epoch, while
    training: 77.1%".
    """
    if run.val_accuracy is not None:
        return f"validation accuracy {format_percent(run.val_accuracy)}"
    if run.best_val_accuracy is not None:
        return f"best epoch, while training: {format_percent(run.best_val_accuracy)}"
    return ""


def describe_data(run: Run) -> str:
    """Return which data a run learned from ("photos", "drawn images", "folder NAME"), and which share of it."""
    source = run.config.source
    data = {"photos": "photos", "drawn": "drawn images"}.get(source) or f"folder {Path(source).name}"
    return data if run.config.fraction == 1 else f"{data} ({100 * run.config.fraction:g}% of them)"


def get_baseline(run: Run) -> float | None:
    """Return the accuracy of always guessing the most frequent class of the run's data; None before it is counted."""
    return run.data.get("baseline")


def warn_about_data(runs: Sequence[Run], names: Mapping[str, str]) -> str:
    """Say that these runs learned from different data, and which from which.

    The same source with another content (another fingerprint), with other images excluded or with other labels
    corrected is other data too. A run that has not opened its data yet has no fingerprint and counts as having its
    source's.

    Args:
        runs: The runs.
        names: {run id: what the text calls the run}.

    Returns:
        A few sentences; "" if all runs learned from the same data.
    """
    groups: dict[tuple[str, str, str, str], list[Run]] = {}
    for run in runs:
        lists = (_read_list(run, "excluded")[1], _read_list(run, "corrected")[1])
        groups.setdefault((run.config.source, run.fingerprint, *lists), []).append(run)
    for key in list(groups):
        source, fingerprint, *_ = key
        opened = [other_key for other_key in groups if other_key[0] == source and other_key[1]]
        if not fingerprint and opened:
            groups[opened[0]] += groups.pop(key)
    if len(groups) < 2:
        return ""
    versions = Counter(source for source, _ in {key[:2] for key in groups})
    parts = []
    for (source, fingerprint, *_), members in groups.items():
        data = {"photos": "photos", "drawn": "drawn images, not photos"}.get(source) or f"the folder {source}"
        version = f" (version {fingerprint[:6]})" if versions[source] > 1 else ""
        count, digest = _read_list(members[0], "excluded")
        lists = f", {count:,} of them excluded (list {digest[:4]})" if count else ""
        count, digest = _read_list(members[0], "corrected")
        lists += f", labels: {describe_corrected(count, digest)}" if count else ""
        parts.append(f"{join_names([names[run.id] for run in members])} from {data}{version}{lists}")
    return (
        f"These runs learned from different data: {'; '.join(parts)}. Their results can't be compared with each other."
    )


def describe_corrected(count: int, digest: str) -> str:
    """Return in a few words how many labels of a run's data people had corrected, and which list of them that was."""
    return f"{count:,} corrected (list {digest[:4]})" if count else "as in the files"


def _read_list(run: Run, name: str) -> tuple[int, str]:
    """Return how many images of a run's data were "excluded" or "corrected", and the digest of the list of them."""
    values = run.data.get(name, {})
    return values.get("pictures", 0), values.get("digest", "")
