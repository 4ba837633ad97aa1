"""What the ablations of a run have shown, in sentences."""

from collections.abc import Mapping, Sequence

from catdog.runs import Run
from catdog.training.ablation import find_phrase
from catdog.utils.text import format_percent

CAVEAT = (
    "Each of these pairs differs in one setting and has one seed. Another seed alone may move an accuracy as far, so "
    "repeat both runs with several seeds before you believe a small difference."
)


def describe_ablations(runs: Sequence[Run], names: Mapping[str, str]) -> list[str]:
    """Return a sentence for each of these runs that is an ablation of another of them.

    Args:
        runs: The runs.
        names: {run id: what the sentences call it}.

    Returns:
        Such as "m2 without augmentation: validation accuracy 70.1% instead of 72.3%, 2.2 points lower." A run whose
        settings were changed in anything else is passed over.
    """
    by_id = {run.id: run for run in runs}
    pairs = [(run, by_id[run.original]) for run in runs if run.original in by_id]
    return [
        f"{names[original.id]} {phrase}: {_describe_effect(original, run)}."
        for run, original in pairs
        if (phrase := find_phrase(original.config, run.config))
    ]


def _describe_effect(original: Run, run: Run) -> str:
    before, after = original.val_accuracy, run.val_accuracy
    if before is None or after is None:
        waits = run if after is None else original
        return f"the run {waits.name} is {waits.state} and has no validation accuracy"
    points = 100 * (after - before)
    text = f"validation accuracy {format_percent(after)} instead of {format_percent(before)}"
    if f"{abs(points):.1f}" == "0.0":
        return f"{text}, no difference"
    return f"{text}, {abs(points):.1f} points {'higher' if points > 0 else 'lower'}"
