"""Tell whether a task is done, from run folders, predictions and the catalog, never from clicks."""

from collections.abc import Callable, Mapping
from typing import Any

from catdog.lessons.facts import gather_facts
from catdog.lessons.lesson import CHOICE, NUMBER, PHOTO, RUN, RUNS, Task
from catdog.lessons.measures import EPOCHS, RUN_MEASURES, format_measure
from catdog.lessons.number_check import check_number
from catdog.lessons.photo_check import check_photo
from catdog.lessons.runs_check import check_runs
from catdog.lessons.search import capitalize, search_runs
from catdog.lessons.templates import render
from catdog.lessons.workspace import Outcome, Workspace

__all__ = ["Outcome", "Workspace", "check_task"]


def check_task(task: Task, workspace: Workspace, answer: object = None) -> Outcome:
    """Tell whether a task is done.

    Args:
        task: The task.
        workspace: What is looked at.
        answer: What the check asks for: a number, the text of an option, or the path of an image in the catalog.

    Returns:
        What was found.

    Raises:
        UsageError: The lesson's file has a reason that can't be filled in.
    """
    checks: Mapping[str, Callable[[Mapping[str, Any], Workspace, object], Outcome]] = {
        RUN: _check_run,
        RUNS: check_runs,
        NUMBER: check_number,
        PHOTO: check_photo,
        CHOICE: _check_choice,
    }
    return checks[task.check.kind](task.check.values, workspace, answer)


def _check_run(values: Mapping[str, Any], workspace: Workspace, answer: object) -> Outcome:
    search = search_runs(values, workspace)
    if search.reason:
        return Outcome(False, search.reason)
    card = search.cards[0]
    if card["quick"]:
        facts = [f"a validation accuracy of {format_measure(card['val_accuracy'], '%')}"]
    else:
        names = list(values["measures"]) or ["val_accuracy"]
        facts = [
            f"a {RUN_MEASURES[name].words} of {format_measure(card[name], RUN_MEASURES[name].unit)}" for name in names
        ]
    after = "" if card["quick"] else f" after {format_measure(card['epochs'], EPOCHS)}"
    reason = f"your {card['model']} has {' and '.join(facts)}{after}."
    return Outcome(True, capitalize(reason), card)


def _check_choice(values: Mapping[str, Any], workspace: Workspace, answer: object) -> Outcome:
    for option in values["options"]:
        if answer == option["text"]:
            reason = render(option["reason"], gather_facts(workspace), "The reason of an option")
            return Outcome(option["right"], reason, {"answer": option["text"]} if option["right"] else {})
    return Outcome(False, "Choose one of the answers first.")
