"""Which runs are laid side by side at first, and what they are called."""

from collections import Counter
from collections.abc import Sequence

from catdog.models.specs import MODELS
from catdog.runs import Run


def latest_finished(runs: Sequence[Run]) -> list[Run]:
    """Return the newest finished run of each model, in the models' order; `runs` come newest first."""
    newest = {run.config.model: run for run in reversed(runs) if run.finished}
    return [newest[name] for name in MODELS if name in newest]


def sweeps(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """Return {title: its runs} of each sweep of which two runs or more are left, in the order of `runs`."""
    found: dict[str, list[Run]] = {}
    for run in runs:
        if run.sweep:
            found.setdefault(run.sweep, []).append(run)
    return {title: of_it for title, of_it in found.items() if len(of_it) > 1}


def labels(runs: Sequence[Run]) -> dict[str, str]:
    """Return {run id: name}, where runs of the same name are told apart by the end of their id."""
    times = Counter(run.name for run in runs)
    return {run.id: run.name if times[run.name] == 1 else f"{run.name} ({run.id[-4:]})" for run in runs}
