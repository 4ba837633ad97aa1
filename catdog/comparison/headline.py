"""What learning curves side by side show, in two sentences: who leads, and what is wrong with whom."""

from collections.abc import Sequence
from dataclasses import dataclass

from catdog.comparison.verdicts import Diagnosis, Verdict
from catdog.utils.text import format_percent, join_names

CLOSE = 0.02  # of validation accuracy (0..1): models no further apart are called close
#: {verdict: what one run does, what several do}
VERBS = {
    Verdict.NOT_LEARNED: ("has not learned", "have not learned"),
    Verdict.IMPROVING: ("is still improving", "are still improving"),
    Verdict.UNDERFITS: ("underfits", "underfit"),
    Verdict.FITS: ("fits well", "fit well"),
    Verdict.OVERFITS: ("overfits", "overfit"),
    Verdict.UNSTABLE: ("is unstable", "are unstable"),
    Verdict.DIVERGED: ("diverged", "diverged"),
    Verdict.RATE_TOO_HIGH: ("has too high a learning rate", "have too high a learning rate"),
    Verdict.RATE_TOO_LOW: ("has too low a learning rate", "have too low a learning rate"),
}


@dataclass(frozen=True)
class Contender:
    """One line of the chart: a run, or several that differ in their seed only.

    Attributes:
        name: What the chart calls it.
        accuracy: Its validation accuracy, 0..1, the mean of several runs; None before the first epoch.
        diagnoses: One of each run that has one.
    """

    name: str
    accuracy: float | None
    diagnoses: Sequence[Diagnosis] = ()


def describe_contenders(contenders: Sequence[Contender]) -> str:
    """Return the two sentences, as plain text; "" before any run has finished an epoch.

    Args:
        contenders: The lines of the chart.
    """
    return " ".join(filter(None, (_describe_ranks(contenders), _describe_verdicts(contenders))))


def _describe_ranks(contenders: Sequence[Contender]) -> str:
    ranked = sorted((line for line in contenders if line.accuracy is not None), key=lambda line: -line.accuracy)
    if not ranked:
        return ""
    best = ranked[0]
    accuracy = f"{format_percent(best.accuracy)} validation accuracy"
    if len(ranked) == 1:
        return f"{best.name} reaches {accuracy}."
    second = ranked[1]
    if best.accuracy - second.accuracy < CLOSE:
        others = f"{second.name} is close with {format_percent(second.accuracy)}"
    else:
        others = f"{second.name} follows with {format_percent(second.accuracy)}"
    return f"{best.name} reaches {accuracy}; {others}."


def _describe_verdicts(contenders: Sequence[Contender]) -> str:
    names: dict[tuple[str, str], list[str]] = {}
    for line in contenders:
        verdicts = {diagnosis.verdict for diagnosis in line.diagnoses}
        if len(verdicts) == 1:  # seeds that disagree have no verdict in common
            names.setdefault(_choose_verbs(line.diagnoses), []).append(line.name)
    parts = [f"{join_names(who)} {verbs[len(who) > 1]}" for verbs, who in names.items()]
    return f"{'; '.join(parts)}." if parts else ""


def _choose_verbs(diagnoses: Sequence[Diagnosis]) -> tuple[str, str]:
    """Return what one run does and what several do, with the epoch in which it began where a single run tells one."""
    singular, plural = VERBS[diagnoses[0].verdict]
    if len(diagnoses) == 1 and diagnoses[0].verdict == Verdict.OVERFITS and diagnoses[0].turn is not None:
        since = f" from epoch {diagnoses[0].turn}"
        return singular + since, plural + since
    return singular, plural
