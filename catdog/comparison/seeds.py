"""Folds: several runs that differ in their seed only, as one curve with a band."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from catdog.runs import Run
from catdog.training.history import COLUMNS


@dataclass(frozen=True)
class SeedGroup:
    """One run, or several with the same settings but for the seed.

    runs: the members, in the order given; history: the columns of history.csv, a mean over the members for each epoch
    that all of them have finished; low, high: the lowest and highest member there, {} for a single run.
    """

    runs: tuple[Run, ...]
    history: Mapping[str, Sequence[float]]
    low: Mapping[str, Sequence[float]]
    high: Mapping[str, Sequence[float]]


def average_seeds(runs: Sequence[Run], histories: Mapping[str, Mapping[str, Sequence[float]]]) -> list[SeedGroup]:
    """Return these runs, those that differ in their seed only laid together, in the order of their first members.

    histories: {run id: as Run.history returns it}. A member without a finished epoch is left out of the mean.
    """
    return [_fold(members, [histories[run.id] for run in members]) for members in group_by_seed(runs)]


def group_by_seed(runs: Sequence[Run]) -> list[list[Run]]:
    """Return these runs in groups of those that differ in their seed only, in the order of their first members."""
    groups: dict[object, list[Run]] = {}
    for run in runs:
        groups.setdefault((replace(run.config, seed=0), run.fingerprint), []).append(run)
    return list(groups.values())


def _fold(members: list[Run], histories: list[Mapping[str, Sequence[float]]]) -> SeedGroup:
    if len(members) == 1:
        return SeedGroup(tuple(members), histories[0], {}, {})
    begun = [history for history in histories if len(history.get("epoch", ()))] or histories[:1]
    epochs = min(len(history["epoch"]) for history in begun)
    columns = [name for name in COLUMNS if name != "epoch"]
    stacked = {name: np.array([_floats(history[name])[:epochs] for history in begun], np.float64) for name in columns}
    along = list(begun[0]["epoch"])[:epochs]

    def each(what) -> dict[str, list[float]]:
        return {"epoch": along, **{name: what(values, axis=0).tolist() for name, values in stacked.items()}}

    return SeedGroup(tuple(members), each(np.mean), each(np.min), each(np.max))


def _floats(values: Sequence[float | None]) -> list[float]:
    return [float("nan") if value is None else float(value) for value in values]
