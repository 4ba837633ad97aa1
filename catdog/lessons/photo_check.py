"""The check for an image that one model gets wrong, and maybe another right."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from catdog.lessons.measures import read_split
from catdog.lessons.search import search_runs
from catdog.lessons.workspace import Outcome, Workspace
from catdog.runs import Run
from catdog.utils.text import escape_markdown, format_confidence, format_percent


def check_photo(values: Mapping[str, Any], workspace: Workspace, answer: object) -> Outcome:
    """Look up what runs answered about an image; `values` as `check_fields` reads them.

    Where no image is as the lesson asks for, as with a model that makes no mistake, the task is passed with that.
    """
    searches = [search_runs(values[name], workspace) for name in ("wrong", "right") if values[name]]
    for search in searches:
        if search.reason:
            return Outcome(False, search.reason)
    wrongs = list(zip(searches[0].runs, searches[0].cards, strict=True))
    rights = list(zip(searches[1].runs, searches[1].cards, strict=True)) if len(searches) > 1 else [(None, {})]
    pairs = [(wrong, right) for wrong in wrongs for right in rights]
    candidates = [_list_candidates(values, workspace, wrong[0], right[0]) for wrong, right in pairs]
    if not any(candidates):
        return _pass_without(values, workspace, *pairs[0])
    path = find_path(answer, workspace.catalog.paths)
    if path is None:
        return Outcome(False, _explain_path(answer))
    # the pair with this image, else the newest that has any
    index = next((index for index, paths in enumerate(candidates) if path in paths), None)
    if index is None:
        index = next(index for index, paths in enumerate(candidates) if paths)
    (wrong, wrong_card), (right, right_card) = pairs[index]
    reason, evidence = _judge(values, workspace, path, wrong, right)
    if not evidence:
        return Outcome(False, reason)
    return Outcome(True, reason, {**evidence, "wrong": wrong_card, "right": right_card})


def _list_candidates(values: Mapping[str, Any], workspace: Workspace, wrong: Run, right: Run | None) -> set[str]:
    """Return the paths of all images that are as the lesson asks for."""
    first = read_split(wrong, workspace.catalog, values["split"])
    if first is None:
        return set()
    confidence = np.maximum(first.probabilities, 1 - first.probabilities)
    rows = np.flatnonzero(~first.correct() & (100 * confidence >= values["confidence"]))
    paths = {first.paths[row] for row in rows}
    if right is None:
        return paths
    second = read_split(right, workspace.catalog, values["split"])
    return set() if second is None else paths & {second.paths[row] for row in np.flatnonzero(second.correct())}


def _pass_without(
    values: Mapping[str, Any],
    workspace: Workspace,
    wrong: tuple[Run, dict[str, Any]],
    right: tuple[Run | None, dict[str, Any]],
) -> Outcome:
    for run in filter(None, (wrong[0], right[0])):
        if read_split(run, workspace.catalog, values["split"]) is None:
            reason = f"Your {run.config.model} has no predictions for these images: train it again to its end."
            return Outcome(False, reason)
    sure = f" with at least {values['confidence']:g}% confidence" if values["confidence"] else ""
    other = f" and your {right[0].config.model} gets right" if right[0] else ""
    return Outcome(
        True,
        f"There is no {values['split']} image that your {wrong[0].config.model} gets wrong{sure}{other}, so there is "
        "nothing to find here.",
        {"photo": "", "wrong": wrong[1], "right": right[1]},
    )


def find_path(answer: object, paths: tuple[str, ...]) -> str | None:
    """Return the path that an answer names: the whole of it, or a file name that only one image has."""
    if not isinstance(answer, str) or not answer.strip():
        return None
    text = answer.strip()
    if text in paths:
        return text
    same_name = [path for path in paths if path.rpartition("/")[2] == text]
    return same_name[0] if len(same_name) == 1 else None


def _explain_path(answer: object) -> str:
    if not isinstance(answer, str) or not answer.strip():
        return "Choose an image first: its name stands below it on the page that the button opens."
    return f"There is no image {escape_markdown(answer.strip()[:80])} in this data. Copy the name that stands below it."


def _judge(
    values: Mapping[str, Any], workspace: Workspace, path: str, wrong: Run, right: Run | None
) -> tuple[str, dict[str, Any]]:
    """Return a reason, and the evidence if the image is one that is looked for."""
    catalog, evidence = workspace.catalog, {"photo": path}
    name = escape_markdown(path.rpartition("/")[2])
    for run, must_be_right in ((wrong, False), (right, True)):
        if run is None:
            continue
        predictions = read_split(run, catalog, values["split"])
        if predictions is None:
            return f"Your {run.config.model} has no predictions for these images: train it again to its end.", {}
        if path not in predictions.paths:
            return f"{name} is no {values['split']} image. Look among the {values['split']} images.", {}
        row = predictions.paths.index(path)
        label, probability = int(predictions.labels[row]), float(predictions.probabilities[row])
        predicted = int(probability > 0.5)
        confidence = probability if predicted else 1 - probability
        answer = f"Your {run.config.model} calls {name} {_name(catalog.classes[predicted])}"
        sure = format_confidence(confidence)
        if (predicted == label) != must_be_right:
            if must_be_right:
                return f"{answer}, which is wrong too. Find one that it gets right.", {}
            return f"{answer}, which is right ({sure}). Find one that it gets wrong.", {}
        if not must_be_right and 100 * confidence < values["confidence"]:
            least = format_percent(values["confidence"] / 100, 0)
            return f"{answer}, which is wrong, but with {sure} only. Find one with at least {least}.", {}
        side = "right" if must_be_right else "wrong"
        evidence |= {
            "label": catalog.classes[label],
            f"{side}_answer": catalog.classes[predicted],
            f"{side}_confidence": round(100 * confidence, 2),
        }
    if right is None:
        return f"Your {wrong.config.model} gets {name} wrong, with {sure} confidence.", evidence
    return f"Your {wrong.config.model} gets {name} wrong, and your {right.config.model} gets it right.", evidence


def _name(name: str) -> str:
    return f"“{escape_markdown(name)}”"
