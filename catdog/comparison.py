"""What several runs say when they are laid side by side."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from catdog.models import MODELS
from catdog.runs import Run
from catdog.words import listed, percent

#: How far training may be ahead of validation (0..1) before a run begins to overfit, and before it does.
BEGINS, OVERFITS = 0.05, 0.15
#: How far above the baseline (0..1) a run must be on new pictures before it counts as having learned something.
LEARNED = 0.03


def latest_finished(runs: Sequence[Run]) -> list[Run]:
    """Return the newest finished run of each model, in the models' order; `runs` come newest first."""
    newest = {run.config.model: run for run in reversed(runs) if run.finished}
    return [newest[name] for name in MODELS if name in newest]


def labels(runs: Sequence[Run]) -> dict[str, str]:
    """Return {run id: name}, where runs of the same name are told apart by the end of their id."""
    times = Counter(run.name for run in runs)
    return {run.id: run.name if times[run.name] == 1 else f"{run.name} ({run.id[-4:]})" for run in runs}


def data_words(run: Run) -> str:
    """Say in words which data a run learned from ("photos", "drawn pictures", "folder NAME") and which share of it."""
    source = run.config.source
    words = {"photos": "photos", "drawn": "drawn pictures"}.get(source) or f"folder {Path(source).name}"
    return words if run.config.fraction == 1 else f"{words} ({100 * run.config.fraction:g} % of them)"


def baseline(run: Run) -> float | None:
    """Return the accuracy of always guessing the most frequent class of the run's data; None before it is counted."""
    return (run.details.get("data") or {}).get("baseline")


def data_warning(runs: Sequence[Run], names: Mapping[str, str]) -> str:
    """Say that these runs learned from different data, and which from which; "" where all learned from the same.

    The same source with another content (another fingerprint), or with other pictures excluded, is other data too. A
    run that has not opened its data yet has no fingerprint and counts as having its source's. names: {run id: what the
    text calls the run}.
    """
    groups: dict[tuple[str, str, str], list[Run]] = {}
    for run in runs:
        groups.setdefault((run.config.source, _fingerprint(run), _left_out(run)[1]), []).append(run)
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
        parts.append(f"{listed([names[run.id] for run in members])} from {words}{version}{without}")
    return (
        f"These runs learned from different data: {'; '.join(parts)}. Their results can't be compared with each other."
    )


def overfitting(history: Mapping[str, Sequence[float]], baseline: float | None = None) -> str:
    """Say in one plain sentence whether a run learned its training pictures by heart; "" before its first epoch.

    history: columns with "accuracy" and "val_accuracy", 0..1, one value an epoch; the last epoch is judged.
    baseline: the accuracy that guessing reaches, where it is known.
    """
    training = [*history.get("accuracy", ())][-1:]
    validation = [*history.get("val_accuracy", ())][-1:]
    if not training or not validation or not math.isfinite(training[0] + validation[0]):
        return ""
    gap = training[0] - validation[0]
    facts = f"right on {percent(training[0])} of its training pictures and on {percent(validation[0])} of new ones"
    rounded = f"{100 * abs(gap):.0f}"
    points = f"{rounded} point{'' if rounded == '1' else 's'} apart"
    if gap >= OVERFITS:
        verdict = f"{points}: it overfits, which means that it knows many of its training pictures by heart."
    elif gap >= BEGINS:
        verdict = f"{points}: it begins to overfit, and more epochs would widen the gap."
    elif baseline is not None and validation[0] < baseline + LEARNED:
        verdict = f"which is hardly better than guessing ({percent(baseline)}): it has not learned enough to overfit."
    elif gap > -BEGINS:
        verdict = f"{points}: no overfitting, since what it learned holds for new pictures too."
    else:
        verdict = f"{points}: no overfitting, and dropout and augmentation make the training pictures the harder ones."
    return f"{facts}, {verdict}"


def table(runs: Sequence[Run], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return one row for each run: its results, and what the notebook published for its model; accuracies 0..1.

    names: {run id: what the row calls the run}.
    """
    return [
        {
            "run": names[run.id],
            "model": run.config.model,
            "data": data_words(run),
            "best_val_accuracy": run.best_val_accuracy,
            "best_epoch": run.best_epoch,
            "test_accuracy": run.test_accuracy,
            "published_val_accuracy": MODELS[run.config.model].published.best_val_accuracy,
            "published_test_accuracy": MODELS[run.config.model].published.test_accuracy,
            "baseline": baseline(run),
            "parameters": MODELS[run.config.model].parameters,
            "seconds": run.seconds,
            "state": run.state,
        }
        for run in runs
    ]


def _fingerprint(run: Run) -> str:
    return str((run.details.get("data") or {}).get("fingerprint") or "")


def _left_out(run: Run) -> tuple[int, str]:
    """Return how many pictures were excluded from a run's data, and the digest that tells the list from others."""
    values = (run.details.get("data") or {}).get("excluded") or {}
    return int(values.get("pictures") or 0), str(values.get("digest") or "")
