"""The check for an image that one model gets wrong, and maybe another right."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from catdog.evaluation import Predictions
from catdog.lessons.measures import read_split
from catdog.lessons.search import search_runs
from catdog.lessons.workspace import Outcome, Workspace
from catdog.runs import Run
from catdog.utils.text import escape_markdown, format_confidence, format_percent

MOST = 8  # runs on either side, the newest, whose predictions are read


def check_photo(values: Mapping[str, Any], workspace: Workspace, answer: object) -> Outcome:
    """Look up what runs answered about an image; `values` as `check_fields` reads them.

    Where no image is as the lesson asks for, as with a model that makes no mistake, the task is passed with that.
    """
    searches = [search_runs(values[name], workspace) for name in ("wrong", "right") if values[name]]
    for search in searches:
        if search.reason:
            return Outcome(False, search.reason)
    newest = [
        [
            _Answers(run, card, read_split(run, workspace.catalog, values["split"]))
            for run, card in zip(search.runs[:MOST], search.cards[:MOST], strict=True)
        ]
        for search in searches
    ]
    pairs = list(itertools.product(*newest))
    candidates = [_list_candidates(values, *pair) for pair in pairs]
    if not any(candidates):
        return _pass_without(values, *pairs[0])
    path = find_path(answer, workspace.catalog.paths)
    if path is None:
        return Outcome(False, _explain_path(answer))
    # the pair with this image, else the newest that has any
    index = next((index for index, paths in enumerate(candidates) if path in paths), None)
    if index is None:
        index = next(index for index, paths in enumerate(candidates) if paths)
    return _judge(values, workspace, path, *pairs[index])


@dataclass(frozen=True, eq=False)
class _Answers:
    """A run, its card, and its predictions for the images of the split, None where there are none."""

    run: Run
    card: dict[str, Any]
    predictions: Predictions | None


def _list_candidates(values: Mapping[str, Any], wrong: _Answers, right: _Answers | None = None) -> set[str]:
    """Return the paths of all images that are as the lesson asks for."""
    first, second = wrong.predictions, right.predictions if right else None
    if first is None or (right and second is None):
        return set()
    confidence = np.maximum(first.probabilities, 1 - first.probabilities)
    rows = np.flatnonzero(~first.correct() & (100 * confidence >= values["confidence"]))
    paths = {first.paths[row] for row in rows}
    return paths if second is None else paths & {second.paths[row] for row in np.flatnonzero(second.correct())}


def _pass_without(values: Mapping[str, Any], wrong: _Answers, right: _Answers | None = None) -> Outcome:
    for answers in filter(None, (wrong, right)):
        if answers.predictions is None:
            model = answers.run.config.model
            return Outcome(False, f"Your {model} has no predictions for these images: train it again to its end.")
    sure = f" with at least {values['confidence']:g}% confidence" if values["confidence"] else ""
    other = f" and your {right.run.config.model} gets right" if right else ""
    return Outcome(
        True,
        f"There is no {values['split']} image that your {wrong.run.config.model} gets wrong{sure}{other}, so there is "
        "nothing to find here.",
        {"photo": "", "wrong": wrong.card, "right": right.card if right else {}},
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
    values: Mapping[str, Any], workspace: Workspace, path: str, wrong: _Answers, right: _Answers | None = None
) -> Outcome:
    """Say whether an image is one that is looked for; both runs have predictions."""
    classes, split = workspace.catalog.classes, values["split"]
    evidence: dict[str, Any] = {"photo": path, "wrong": wrong.card, "right": right.card if right else {}}
    evidence["file"] = path.rpartition("/")[2]
    name = escape_markdown(evidence["file"])
    for answers, side in ((wrong, "wrong"), (right, "right")):
        if answers is None or answers.predictions is None:
            continue
        predictions, model = answers.predictions, answers.run.config.model
        if path not in predictions.paths:
            return Outcome(False, f"{name} is no {split} image. Look among the {split} images.")
        row = predictions.paths.index(path)
        label, predicted = int(predictions.labels[row]), int(predictions.predicted_labels()[row])
        probability = float(predictions.probabilities[row])
        confidence = probability if predicted else 1 - probability
        sure = format_confidence(confidence)
        answer = f"Your {model} calls {name} “{escape_markdown(classes[predicted])}”"
        if side == "right" and predicted != label:
            return Outcome(False, f"{answer}, which is wrong too. Find one that it gets right.")
        if side == "wrong" and predicted == label:
            return Outcome(False, f"{answer}, which is right ({sure}). Find one that it gets wrong.")
        if side == "wrong" and 100 * confidence < values["confidence"]:
            least = format_percent(values["confidence"] / 100, 0)
            return Outcome(False, f"{answer}, which is wrong, but with {sure} only. Find one with at least {least}.")
        evidence["label"] = classes[label]
        evidence[f"{side}_answer"], evidence[f"{side}_confidence"] = classes[predicted], round(100 * confidence, 2)
    reason = f"Your {wrong.run.config.model} gets {name} wrong"
    if right is None:
        return Outcome(
            True, f"{reason}, with {format_percent(evidence['wrong_confidence'] / 100)} confidence.", evidence
        )
    return Outcome(True, f"{reason}, and your {right.run.config.model} gets it right.", evidence)
