"""Runs that differ in their seed only: averaged into one learning curve with a band."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from catdog.runs import Run
from catdog.training.history import COLUMNS
from catdog.training.recipes import describe_recipe


@dataclass(frozen=True)
class SeedGroup:
    """One run, or several with the same settings but for the seed.

    Attributes:
        runs: The runs, in the order given.
        history: The columns of history.csv: the mean over the runs, for each epoch that all of them have finished.
        low: The same columns of the lowest run at each epoch; {} for a single run.
        high: The same columns of the highest run at each epoch; {} for a single run.
    """

    runs: tuple[Run, ...]
    history: Mapping[str, Sequence[float]]
    low: Mapping[str, Sequence[float]]
    high: Mapping[str, Sequence[float]]


def average_seeds(runs: Sequence[Run], histories: Mapping[str, Mapping[str, Sequence[float]]]) -> list[SeedGroup]:
    """Average the histories of runs that differ in their seed only.

    Args:
        runs: The runs.
        histories: {run id: as Run.history returns it}. A run without a finished epoch is left out of the mean.

    Returns:
        The groups, in the order of their first runs.
    """
    return [_average(group, [histories[run.id] for run in group]) for group in group_by_seed(runs)]


def group_by_seed(runs: Sequence[Run]) -> list[list[Run]]:
    """Return these runs in groups of those that differ in their seed only, in the order of their first runs.

    Quick trainings are left by themselves: on the same images they come out the same, whatever the seed.
    """
    groups: dict[object, list[Run]] = {}
    for run in runs:
        itself = run.id if run.config.quick else ""
        groups.setdefault((replace(run.config, seed=0), run.fingerprint, itself), []).append(run)
    return list(groups.values())


def label_groups(groups: Sequence[Sequence[Run]], names: Mapping[str, str]) -> list[str]:
    """Return what the groups of `group_by_seed` are called, each name once.

    Args:
        groups: The groups.
        names: {run id: what the run is called}, each name once; a group of one run is called like the run.

    Returns:
        For several runs "model1, mean of 3 seeds"; where other groups are called the same, the recipe is named too, and
        where that is not enough, the end of the first run's id.
    """
    titles = [
        names[group[0].id] if len(group) == 1 else f"{group[0].config.variant}, mean of {len(group)} seeds"
        for group in groups
    ]
    for suffix in (lambda run: describe_recipe(run.config), lambda run: run.id[-4:], lambda run: run.id):
        counts = Counter(titles)
        titles = [
            title if counts[title] == 1 or len(group) == 1 else f"{title} ({suffix(group[0])})"
            for title, group in zip(titles, groups, strict=True)
        ]
    return titles


def _average(runs: list[Run], histories: list[Mapping[str, Sequence[float]]]) -> SeedGroup:
    if len(runs) == 1:
        return SeedGroup(tuple(runs), histories[0], {}, {})
    begun = [history for history in histories if len(history.get("epoch", ()))] or histories[:1]
    epochs = min(len(history["epoch"]) for history in begun)
    columns = [name for name in COLUMNS if name != "epoch"]
    stacked = {name: np.array([_to_floats(history[name])[:epochs] for history in begun]) for name in columns}
    numbers = list(begun[0]["epoch"])[:epochs]

    def reduce(function: Callable[..., np.ndarray]) -> dict[str, list[float]]:
        return {"epoch": numbers, **{name: function(values, axis=0).tolist() for name, values in stacked.items()}}

    return SeedGroup(tuple(runs), reduce(np.mean), reduce(np.min), reduce(np.max))


def _to_floats(values: Sequence[float | None]) -> list[float]:
    return [float("nan") if value is None else float(value) for value in values]
