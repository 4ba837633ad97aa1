"""Look for the run that a lesson asks for; where there is none, say what was seen instead."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catdog.comparison import Verdict, diagnose_run
from catdog.lessons.conditions import SETTINGS, describe_bounds, describe_need, describe_setting, fits, needs_curve
from catdog.lessons.measures import RUN_MEASURES, describe_run, format_measure
from catdog.lessons.workspace import Workspace
from catdog.runs import Run
from catdog.training import ACTIVE
from catdog.utils.text import escape_markdown, join_names

MOST = 30  # runs whose curves are read, the newest, where a class has hundreds
QUICK = (
    "A quick training fits the last layer at once, so it has no epochs and no learning curve. Train it in the usual "
    "way for this task."
)


@dataclass(frozen=True)
class Search:
    """The runs that fit, and why the others do not.

    Attributes:
        cards: What there is to say of each run that fits, newest first, see `describe_run`.
        runs: Those runs.
        reason: Where none fits: what was seen and what to do. "" otherwise.
    """

    cards: Sequence[dict[str, Any]]
    runs: Sequence[Run]
    reason: str


def search_runs(selector: Mapping[str, Any], workspace: Workspace) -> Search:
    """Look for runs that have ended, on the data in use, which fulfil a selector."""
    here = [run for run in workspace.runs_here() if run.config.model in selector["models"]]
    cards, runs, misses = [], [], []
    described = 0
    for run in here:
        if described == MOST:
            break
        fault = _find_state_fault(run, selector) or _find_settings_fault(run, selector)
        card = {} if fault else describe_run(run)
        described += not fault
        fault = fault or _find_measure_fault(card, selector, workspace)
        if fault:
            misses.append((run, fault))
        else:
            cards.append(card)
            runs.append(run)
    return Search(cards, runs, "" if runs else _explain_misses(misses, selector, workspace))


def name_models(models: Sequence[str]) -> str:
    """Return models as a choice, such as "model1 or model2"; "a model" for all four."""
    if len(models) == 4:
        return "a model"
    return join_names(list(models)).replace(" and ", " or ")


def name_run(run: Run) -> str:
    """Return what a sentence calls a run: its model, and its name in brackets where somebody has given it one."""
    by_itself = run.name.startswith(run.config.model)
    return f"your {run.config.variant}" + ("" if by_itself else f" ({escape_markdown(run.name)})")


def capitalize(sentence: str) -> str:
    """Return a sentence with a capital first letter, the others as they are."""
    return sentence[:1].upper() + sentence[1:]


Fault = tuple[int, str]  # how near the run is to what is looked for, from 0 (far) up, and a sentence


def _find_state_fault(run: Run, selector: Mapping[str, Any]) -> Fault | None:
    if run.config.quick and needs_curve(selector):
        return 1, QUICK
    if run.finished or (selector["failed"] and _has_diverged(run)):
        return None
    name, status = name_run(run), run.status
    if run.state == "queued":
        return 4, f"{name} is waiting in the queue. Check again when it has finished."
    if run.state in ACTIVE:
        epoch = f": epoch {status.epoch} of {run.config.total_epochs}" if status.epoch else ""
        return 5, f"{name} is still training{epoch}. Check again when it has finished."
    if run.state == "failed":
        return 1, f"{name} failed, so it has no result. Its page on Train says why; then train it anew."
    return (
        2,
        f"{name} stopped before its last epoch. Resume it on the Train page, and check again when it has finished.",
    )


def _has_diverged(run: Run) -> bool:
    if run.state != "failed":
        return False
    diagnosis = diagnose_run(run, run.history())
    return diagnosis is not None and diagnosis.verdict == Verdict.DIVERGED


def _find_settings_fault(run: Run, selector: Mapping[str, Any]) -> Fault | None:
    for name, condition in selector["settings"].items():
        if not fits(condition, SETTINGS[name][1](run.config)):
            task = f"this task needs {describe_need(name, condition)}"
            return 2, _advise(
                f"{name_run(run)} does not count yet: {describe_setting(name, run.config)}; {task}", condition
            )
    return None


def _find_measure_fault(card: Mapping[str, Any], selector: Mapping[str, Any], workspace: Workspace) -> Fault | None:
    for name, condition in selector["measures"].items():
        if applies(condition, workspace) and not fits(condition, card[name]):
            return 3, describe_miss(name, condition, card)
    return None


def applies(condition: Mapping[str, Any], workspace: Workspace) -> bool:
    """Tell whether a condition counts for the data in use."""
    return workspace.catalog.source == "photos" or not condition["photos_only"]


def describe_miss(name: str, condition: Mapping[str, Any], card: Mapping[str, Any]) -> str:
    """Say which measure of a run is not what a condition asks for."""
    measure = RUN_MEASURES[name]
    if card[name] is None:
        return f"your {card['model']} has no {measure.words}. Train it again to its end."
    value, bounds = format_measure(card[name], measure.unit), describe_bounds(condition, measure.unit)
    after = "" if card["quick"] or name == "epochs" else f" after {format_measure(card['epochs'], 'epochs')}"
    return _advise(f"your {card['model']} has a {measure.words} of {value}{after}; this task needs {bounds}", condition)


def _advise(sentence: str, condition: Mapping[str, Any]) -> str:
    advice = condition.get("advice", "")
    return f"{sentence}. {capitalize(advice)}" if advice else f"{sentence}."


def _explain_misses(misses: Sequence[tuple[Run, Fault]], selector: Mapping[str, Any], workspace: Workspace) -> str:
    models = name_models(selector["models"])
    if misses:
        nearest: Callable[[tuple[Run, Fault]], int] = lambda miss: miss[1][0]  # noqa: E731
        return capitalize(max(misses, key=nearest)[1][1])  # the newest of those that are equally near
    elsewhere = [run for run in workspace.runs if run.config.model in selector["models"] and run.finished]
    title = escape_markdown(workspace.catalog.title)
    if elsewhere:
        return (
            f"{capitalize(name_run(elsewhere[0]))} learned from other data than the {title} in use. Train {models} on "
            "these, or choose its data in the sidebar."
        )
    return f"You have no run of {models} on these images yet. Train one: the button of this task leads there."
