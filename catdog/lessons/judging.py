"""Compare a prediction with what came out."""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from catdog.lessons.lesson import CHOICE, CURVE, Lesson, Prediction
from catdog.lessons.measures import CATALOG_MEASURES, MEASURES, POINTS, format_measure, measure_catalog
from catdog.lessons.workspace import Workspace
from catdog.utils.text import escape_markdown

LAST = 5  # epochs at the end whose median counts, as everywhere
FALL = 4.0  # points below its highest level by which a curve must end to have fallen

Evidence = Mapping[str, Mapping[str, Any]]


def judge_prediction(lesson: Lesson, answer: Any, evidence: Evidence, workspace: Workspace) -> tuple[bool, str]:
    """Tell whether a prediction was right, and why.

    Args:
        lesson: The lesson.
        answer: What was predicted, as in `LessonProgress.prediction`.
        evidence: {task: what was found} of the tasks that are passed.
        workspace: What the person works on.

    Returns:
        Whether it was right, and a few sentences of Markdown.
    """
    prediction = lesson.prediction
    if answer is None:
        return False, "You made no prediction here, so there is nothing to compare."
    if "answer" in prediction.truth:
        right = answer == prediction.truth["answer"]
        text = escape_markdown(prediction.truth["answer"])
        verdict = "and that is right" if right else f"but the right answer is “{text}”"
        return right, f"You chose “{_shorten(answer)}”, {verdict}."
    truth = find_truth(prediction, evidence, workspace)
    if truth is None and _has_diverged(prediction, evidence):
        return _judge_diverged(prediction, answer)
    if truth is None:
        return False, "Your prediction can be compared once the tasks are done."
    if prediction.kind == CURVE:
        return _judge_curve(prediction, answer, truth)
    if prediction.kind == CHOICE:
        return _judge_choice(prediction, answer, truth)
    return _judge_number(prediction, answer, truth)


def find_truth(prediction: Prediction, evidence: Evidence, workspace: Workspace) -> Any:
    """Return the measured value, or of a curve the values in %; None where it is not measured yet."""
    truth = prediction.truth
    if truth["measure"] in CATALOG_MEASURES:
        return measure_catalog(workspace.catalog, truth["measure"])
    value = _get_card(evidence, truth["task"], truth["side"]).get(truth["measure"])
    if prediction.kind == CURVE:
        is_curve = isinstance(value, list) and value and all(map(_is_number, value))
        return value if is_curve else None
    return value if _is_number(value) else None


def _get_card(evidence: Evidence, task: str, side: str = "") -> Mapping[str, Any]:
    """Return what a task has found out about a run; {} where the evidence, which may be somebody's file, has none."""
    card: Any = evidence.get(task)
    if side and isinstance(card, Mapping):
        card = card.get(side)
    return card if isinstance(card, Mapping) else {}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _has_diverged(prediction: Prediction, evidence: Evidence) -> bool:
    """Tell whether the training broke off, so that there is nothing to measure."""
    task = prediction.truth.get("task", "")
    return any(_get_card(evidence, task, side).get("diverged") is True for side in ("", "first", "second"))


def _judge_diverged(prediction: Prediction, answer: Any) -> tuple[bool, str]:
    outcome = "The loss became no number, so the training broke off"
    if prediction.kind != CHOICE:
        return False, f"{outcome}: there is nothing to compare your prediction with."
    return _compare_choice(answer, _find_case(prediction, -math.inf), outcome)


def _judge_number(prediction: Prediction, answer: Any, truth: float) -> tuple[bool, str]:
    if not _is_number(answer):
        return False, "Your prediction is no number, so it can't be compared."
    unit, tolerance = prediction.unit, prediction.truth["tolerance"]
    off = answer - truth
    right = abs(off) <= tolerance + 1e-9
    words = MEASURES[prediction.truth["measure"]].words
    outcome = f"You predicted {format_measure(answer, unit)}, and the {words} is {format_measure(truth, unit)}"
    distance = format_measure(abs(off), POINTS if unit == "%" else unit)
    if right and not round(off, 1):
        return True, f"{outcome}: exactly right."
    if right:
        most = format_measure(tolerance, POINTS if unit == "%" else unit)
        return True, f"{outcome}. That is {distance} off; up to {most} count as right."
    return False, f"{outcome}: you were {distance} too {'high' if off > 0 else 'low'}."


def _judge_choice(prediction: Prediction, answer: Any, truth: float) -> tuple[bool, str]:
    measure = MEASURES[prediction.truth["measure"]]
    unit, words = measure.unit, f"the {measure.words} is"
    if prediction.truth.get("side") == "change":
        unit, words = POINTS if unit == "%" else unit, f"the {measure.words} changed by"
        sign = "+" if truth > 0 else "−" if truth < 0 else ""
        value = f"{sign}{format_measure(abs(truth), unit)}"
    else:
        value = format_measure(truth, unit)
    return _compare_choice(answer, _find_case(prediction, truth), f"{words[0].upper()}{words[1:]} {value}")


def _find_case(prediction: Prediction, truth: float) -> str:
    """Return the option that is right, "" where none is."""
    for case in prediction.truth["cases"]:
        if case.get("min", -math.inf) <= truth < case.get("max", math.inf):
            return case["option"]
    return ""


def _compare_choice(answer: Any, option: str, outcome: str) -> tuple[bool, str]:
    chosen = f"You chose “{_shorten(answer)}”. {outcome}"
    if not option:
        return False, f"{chosen}, which none of the answers describes."
    if answer == option:
        return True, f"{chosen}, so you were right."
    return False, f"{chosen}, so the right answer is “{escape_markdown(option)}”."


def _judge_curve(prediction: Prediction, answer: Any, truth: Sequence[float]) -> tuple[bool, str]:
    drawn = read_curve(answer, len(truth))
    if drawn is None:
        return False, "Your prediction is no curve, so it can't be compared."
    distance = statistics.fmean(abs(guess - value) for guess, value in zip(drawn, truth, strict=True))
    tolerance = prediction.truth["tolerance"]
    right = distance <= tolerance
    ends = statistics.median(truth[-LAST:])
    off = statistics.median(drawn[-LAST:]) - ends
    sentences = [
        f"On average, your curve is {distance:.1f} points away from what happened; up to {tolerance:g} count as right."
    ]
    if abs(off) <= tolerance:
        sentences.append(f"It ends where the run ended, near {ends:.0f}%.")
    else:
        sentences.append(f"The run ended at {ends:.0f}%; your curve ends {abs(off):.0f} points too {_side(off)}.")
    fell, drawn_fell = _falls(truth), _falls(drawn)
    if fell != drawn_fell:
        seen, expected = ("peaks and then falls", "does not") if fell else ("does not fall after its peak", "does")
        sentences.append(f"The run's curve {seen}; the one that you drew {expected}.")
    return right, " ".join(sentences)


def read_curve(answer: Any, epochs: int) -> list[float] | None:
    """Return a drawn curve in % at each epoch from 1, with straight lines between its points; None for no curve."""
    if not isinstance(answer, list | tuple) or not answer:
        return None
    points: dict[float, float] = {}
    for point in answer:
        if not isinstance(point, list | tuple) or len(point) != 2:
            return None
        if not all(map(_is_number, point)):
            return None
        points[float(point[0])] = 100 * float(point[1])
    places = sorted(points)
    values = []
    for epoch in range(1, epochs + 1):
        before = max((place for place in places if place <= epoch), default=places[0])
        after = min((place for place in places if place >= epoch), default=places[-1])
        share = (epoch - before) / (after - before) if after > before else 0.0
        values.append(points[before] + share * (points[after] - points[before]))
    return values


def _falls(values: Sequence[float]) -> bool:
    """Tell whether a curve ends clearly below its highest level, a single high epoch being none."""
    if len(values) < LAST + 3:
        return False
    levels = [statistics.median(values[start : start + 3]) for start in range(len(values) - 2)]
    return max(levels) - statistics.median(values[-LAST:]) >= FALL


def _side(off: float) -> str:
    return "high" if off > 0 else "low"


def _shorten(answer: Any) -> str:
    return escape_markdown(str(answer)[:200])
