"""The check for a number that the student has read off a page or counted."""

import math
from collections.abc import Mapping
from typing import Any

from catdog.lessons.measures import (
    CATALOG_MEASURES,
    MEASURES,
    PERCENT,
    PREDICTION_MEASURES,
    RUN_MEASURES,
    Measure,
    format_measure,
    measure_catalog,
    measure_predictions,
)
from catdog.lessons.search import capitalize, search_runs
from catdog.lessons.workspace import Outcome, Workspace

ROUNDING = 0.0501  # a page shows one digit after the point


def check_number(values: Mapping[str, Any], workspace: Workspace, answer: object) -> Outcome:
    """Compare a number with what was measured; `values` as `check_fields` reads them."""
    if values["measure"] in CATALOG_MEASURES:
        cards: list[dict[str, Any]] = [{}]
        truths = [measure_catalog(workspace.catalog, values["measure"])]
    else:
        search = search_runs(values["of"], workspace)
        if search.reason:
            return Outcome(False, search.reason)
        measured = [
            (card, value)
            for run, card in zip(search.runs, search.cards, strict=True)
            if (value := _measure(values, run, card, workspace)) is not None
        ]
        if not measured:
            words = MEASURES[values["measure"]].words
            return Outcome(False, f"Your {search.cards[0]['model']} has no {words}: train it again to its end.")
        cards, truths = [card for card, _ in measured], [value for _, value in measured]
    number = read_number(answer)
    measure = MEASURES[values["measure"]]
    if number is None:
        return Outcome(False, f"Type in the {measure.words} as a number{_describe_unit(measure)}.")
    for card, truth in zip(cards, truths, strict=True):
        if abs(number - truth) <= values["tolerance"] + (ROUNDING if measure.unit == PERCENT else 1e-9):
            reason = f"the {measure.words}{_whose(card)} is {format_measure(truth, measure.unit)}."
            return Outcome(True, capitalize(reason), {**card, "answer": number, "value": truth, "unit": measure.unit})
    return Outcome(False, _explain(number, values, measure, cards[0], truths[0], workspace))


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


def _measure(values: Mapping[str, Any], run: Any, card: Mapping[str, Any], workspace: Workspace) -> float | None:
    name = values["measure"]
    if name in PREDICTION_MEASURES:
        return measure_predictions(run, workspace.catalog, name, values["split"], values["threshold"])
    return card[name]


def _explain(
    number: float,
    values: Mapping[str, Any],
    measure: Measure,
    card: Mapping[str, Any],
    truth: float,
    workspace: Workspace,
) -> str:
    """Say why a number is not right: what else it is, or on which side of the truth it lies."""
    typed = format_measure(number, measure.unit)
    if measure.unit == PERCENT and 0 < number <= 1 < truth:
        return f"You typed {number:g}, which is a share of 1. Type it in percent, 100 times as much."
    for words, value, unit in _list_others(values["measure"], card, workspace):
        if unit == measure.unit and value is not None and abs(number - value) <= ROUNDING:
            whose = "" if words in {other.words for other in CATALOG_MEASURES.values()} else _whose(card)
            return f"{typed} is the {words}{whose}. This task asks for the {measure.words}."
    side = "more" if number > truth else "less"
    near = "a little " if abs(number - truth) <= 3 * max(values["tolerance"], 1) else ""
    if not card:
        return f"{typed} is {near}{side} than the {measure.words} of these images. Count again where the button leads."
    threshold = f" at a threshold of {values['threshold']:g}" if values["measure"] in PREDICTION_MEASURES else ""
    return (
        f"{typed} is {near}{side} than the {measure.words}{_whose(card)}{threshold}. Look again where the button "
        "leads, at this run and this split."
    )


def _list_others(name: str, card: Mapping[str, Any], workspace: Workspace) -> list[tuple[str, float | None, str]]:
    """Return what a student may have read instead: words, value and unit of each."""
    others = [
        (measure.words, measure_catalog(workspace.catalog, other), measure.unit)
        for other, measure in CATALOG_MEASURES.items()
        if other != name
    ]
    if card:
        others = [
            (measure.words, card[other], measure.unit) for other, measure in RUN_MEASURES.items() if other != name
        ] + others
    return others


def _whose(card: Mapping[str, Any]) -> str:
    return f" of your {card['model']}" if card else " of these images"


def _describe_unit(measure: Measure) -> str:
    return {PERCENT: " in percent, such as 61.5", "": ""}.get(measure.unit, f" of {measure.unit}")
