"""The check for a number that the student has read off a page or counted."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from catdog.lessons.measures import (
    CATALOG_MEASURES,
    MEASURES,
    MODEL_MEASURES,
    PERCENT,
    PREDICTION_MEASURES,
    Measure,
    format_measure,
    measure_catalog,
    measure_model,
    measure_predictions,
)
from catdog.lessons.search import capitalize, search_runs
from catdog.lessons.workspace import Outcome, Workspace
from catdog.utils.text import escape_markdown

ROUNDING = 0.0501  # a page shows one digit after the point


def check_number(values: Mapping[str, Any], workspace: Workspace, answer: object) -> Outcome:
    """Compare a number with what was measured; `values` as `check_fields` reads them."""
    measure = name_measure(values["measure"], workspace)
    cards, reason = _measure(values, workspace)
    if reason:
        return Outcome(False, reason)
    number = read_number(answer)
    if number is None:
        return Outcome(False, f"Type in the {measure.words} as a number{_describe_unit(measure)}.")
    for card in cards:
        if abs(number - card["value"]) <= values["tolerance"] + (ROUNDING if measure.unit == PERCENT else 1e-9):
            whose = _whose(card) + _describe_threshold(values)
            sentence = f"the {measure.words}{whose} is {format_measure(card['value'], measure.unit)}."
            return Outcome(True, capitalize(sentence), {**card, "answer": number, "unit": measure.unit})
    return Outcome(False, _explain(number, values, measure, cards[0], workspace))


def name_measure(name: str, workspace: Workspace) -> Measure:
    """Return a measure with the names of the classes in its words."""
    first, second = map(escape_markdown, workspace.catalog.classes)
    measure = MEASURES[name]
    return replace(measure, words=measure.words.format(first=first, second=second))


def read_number(answer: object) -> float | None:
    """Return an answer as a number; also a text such as "97.9%", "3,000" or "97,9"."""
    if isinstance(answer, str):
        text = answer.strip().removesuffix("%").strip().replace(" ", "")
        whole, comma, rest = text.rpartition(",")
        text = (whole + rest if len(rest) == 3 and whole.isdigit() else f"{whole}.{rest}") if comma else text
        try:
            answer = float(text)
        except ValueError:
            return None
    is_number = isinstance(answer, int | float) and not isinstance(answer, bool) and math.isfinite(answer)
    return float(answer) if is_number else None


def _measure(values: Mapping[str, Any], workspace: Workspace) -> tuple[list[dict[str, Any]], str]:
    """Return a card with the true value for each run, or for the data; where there is none, a reason instead."""
    name = values["measure"]
    if name in CATALOG_MEASURES:
        return [{"value": measure_catalog(workspace.catalog, name)}], ""
    if name in MODEL_MEASURES:
        return [{"value": measure_model(values["model"], name), "model": values["model"]}], ""
    search = search_runs(values["of"], workspace)
    if search.reason:
        return [], search.reason
    cards = []
    for run, card in zip(search.runs, search.cards, strict=True):
        if name in PREDICTION_MEASURES:
            card |= measure_predictions(run, workspace.catalog, values["split"], values["threshold"]) or {name: None}
            card |= {"threshold": values["threshold"]}
        if card[name] is not None:
            cards.append({**card, "value": card[name]})
    if cards:
        return cards, ""
    words = name_measure(name, workspace).words
    return [], f"Your {search.cards[0]['model']} has no {words}: train it again to its end."


def _explain(
    number: float, values: Mapping[str, Any], measure: Measure, card: Mapping[str, Any], workspace: Workspace
) -> str:
    """Say why a number is not right: what else it is, or on which side of the truth it lies."""
    typed, truth = format_measure(number, measure.unit), card["value"]
    if measure.unit == PERCENT and 0 < number <= 1 < truth:
        return f"You typed {number:g}, which is a share of 1. Type it in percent, 100 times as much."
    for other in MEASURES:
        value = _read_other(other, card, workspace)
        if value is None or other == values["measure"] or MEASURES[other].unit != measure.unit:
            continue
        if abs(number - value) <= (ROUNDING if measure.unit == PERCENT else 1e-9):
            whose = " in this data" if other in CATALOG_MEASURES else _whose(card)
            return (
                f"{typed} is the {name_measure(other, workspace).words}{whose}. This task asks for the {measure.words}."
            )
    side = "more" if number > truth else "less"
    near = "a little " if abs(number - truth) <= 3 * max(values["tolerance"], 1) else ""
    if values["measure"] in CATALOG_MEASURES:
        return f"{typed} is {near}{side} than the {measure.words} in this data. Count again where the button leads."
    whose = _whose(card) + _describe_threshold(values)
    return f"{typed} is {near}{side} than the {measure.words}{whose}. Look again where the button leads."


def _read_other(name: str, card: Mapping[str, Any], workspace: Workspace) -> float | None:
    """Return what a student may have read instead."""
    if name in CATALOG_MEASURES:
        return measure_catalog(workspace.catalog, name)
    if name in MODEL_MEASURES:
        return measure_model(card["model"], name) if "model" in card else None
    return card.get(name)


def _describe_threshold(values: Mapping[str, Any]) -> str:
    return f" at a threshold of {values['threshold']:g}" if values["measure"] in PREDICTION_MEASURES else ""


def _whose(card: Mapping[str, Any]) -> str:
    """Return whose number it is: that of a run, of an architecture or of the data."""
    if "run" in card:
        return f" of your {card['model']}"
    return f" of {card['model']}" if "model" in card else " in this data"


def _describe_unit(measure: Measure) -> str:
    return {PERCENT: " in percent, such as 61.5", "": ""}.get(measure.unit, f" of {measure.unit}")
