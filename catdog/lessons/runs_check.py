"""The check for two runs that belong together, such as one with augmentation and one without."""

import math
from collections.abc import Mapping
from typing import Any

from catdog.comparison import diff_settings
from catdog.comparison.curve import accuracy_error
from catdog.comparison.run_diagnosis import NORMAL_95
from catdog.lessons.conditions import describe_change, fits
from catdog.lessons.measures import PERCENT, POINTS, RUN_MEASURES, format_measure
from catdog.lessons.search import applies, capitalize, name_run, search_runs
from catdog.lessons.workspace import Outcome, Workspace
from catdog.runs import Run
from catdog.utils.text import join_names

#: What `diff_settings` calls the settings that a lesson can name.
LABELS = {
    "epochs": "Epochs",
    "batch_size": "Batch size",
    "learning_rate": "Learning rate",
    "seed": "Seed",
    "share": "Data",
    "augmentation": "Augmentation",
    "scaling": "Pixel values",
    "fine_tuning": "Fine-tuning",
}
MOST = 8  # runs on either side, the newest, that are compared with each other
FOLLOWS = ("Recipe", "Device", "Model that is kept", "Arithmetic")  # no settings, or without effect on a lesson


def check_runs(values: Mapping[str, Any], workspace: Workspace, answer: object = None) -> Outcome:
    """Look for two runs; `values` as `check_fields` reads them."""
    first, second = (search_runs(values[name], workspace) for name in ("first", "second"))
    for search in (first, second):
        if search.reason:
            return Outcome(False, search.reason)
    changes = {name: change for name, change in values["change"].items() if applies(change, workspace)}
    reasons = []
    for after, after_card in zip(second.runs[:MOST], second.cards[:MOST], strict=True):
        for before, before_card in zip(first.runs[:MOST], first.cards[:MOST], strict=True):
            if before.id == after.id:
                continue
            reason = _find_fault(before, after, values) or _find_change_fault(before_card, after_card, changes)
            if not reason:
                return _conclude(before_card, after_card)
            reasons.append(reason)
    return Outcome(False, capitalize(reasons[0]) if reasons else _explain_single(second.runs[0]))


def _explain_single(run: Run) -> str:
    return f"{capitalize(name_run(run))} is the only run that fits so far, and this task needs two. Train a second one."


def _find_fault(before: Run, after: Run, values: Mapping[str, Any]) -> str:
    """Return why two runs can't be compared here, "" if they can.

    Of the settings under "differ" the first must differ and the others may.
    """
    if not values["differ"]:
        return ""
    same_model = before.config.model == after.config.model
    if not same_model and "model" not in values["differ"]:
        return f"{name_run(before)} and {name_run(after)} are different models. Train the same model twice."
    names = f"your two runs of {after.config.model}" if same_model else f"{name_run(before)} and {name_run(after)}"
    differing = [
        name for name in diff_settings([before, after]) if name not in FOLLOWS and not name.startswith("Version of ")
    ]
    may_differ = {LABELS[name] for name in values["differ"] if name in LABELS}
    may_differ |= set() if same_model else {"Weights it started from"}
    if others := [name.lower() for name in differing if name not in may_differ]:
        return (
            f"{names} also differ in: {join_names(others)}. Then nobody can tell what made the difference. Train them "
            "alike but for what the task names."
        )
    first = values["differ"][0]
    if same_model if first == "model" else LABELS[first] not in differing:
        what = "the same model" if first == "model" else f"the same {LABELS[first].lower()}"
        return f"{names} have {what}. Train a second run in which that is changed."
    return ""


def _find_change_fault(before: Mapping[str, Any], after: Mapping[str, Any], change: Mapping[str, Any]) -> str:
    for name, condition in change.items():
        measure = RUN_MEASURES[name]
        if before[name] is None or after[name] is None:
            return f"one of the two runs has no {measure.words}. Train it again to its end."
        difference = after[name] - before[name]
        if not fits(condition, difference):
            need = describe_change(condition, POINTS if measure.unit == PERCENT else measure.unit)
            advice = condition.get("advice", "")
            return (
                f"the {measure.words} went from {format_measure(before[name], measure.unit)} to "
                f"{format_measure(after[name], measure.unit)}; this task needs {need}."
                + (f" {capitalize(advice)}" if advice else "")
            )
    return ""


def _conclude(before: Mapping[str, Any], after: Mapping[str, Any]) -> Outcome:
    change = {
        name: round(after[name] - before[name], 2)
        for name in RUN_MEASURES
        if before[name] is not None and after[name] is not None
    }
    evidence = {"first": dict(before), "second": dict(after), "change": change, "chance": _chance(before, after)}
    same = before["model"] == after["model"]
    names = ("first run", "second run") if same else (before["model"], after["model"])
    sides = [f"your {name} {_describe(card)}" for name, card in zip(names, (before, after), strict=True)]
    return Outcome(True, f"{capitalize('; '.join(sides))}.", evidence)


def _describe(card: Mapping[str, Any]) -> str:
    """Return what a run has reached, in a few words."""
    if card["diverged"]:
        return f"broke off in epoch {card['epochs'] + 1}, since its loss was no number"
    gap = "" if card["gap"] is None else f" and a gap of {format_measure(card['gap'], POINTS)}"
    return f"has {format_measure(card['val_accuracy'], PERCENT)} validation accuracy{gap}"


def _chance(before: Mapping[str, Any], after: Mapping[str, Any]) -> float | None:
    """Return by how many points two validation accuracies may differ by chance, as on the Compare page."""
    errors = []
    for card in (before, after):
        accuracy, images = card["end_val_accuracy"], card["validation_images"]
        if accuracy is None or not images:
            return None
        errors.append(accuracy_error(accuracy / 100, images))
    return round(100 * NORMAL_95 * math.hypot(*errors), 1)
