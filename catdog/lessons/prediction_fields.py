"""What a lesson file says of a prediction, read strictly."""

from typing import Any

from catdog.lessons.check_fields import MOST_OPTIONS
from catdog.lessons.fields import SHORTEST, Fields
from catdog.lessons.lesson import CHOICE, CURVE, NUMBER, PREDICTIONS, RUN, RUNS, Prediction, Task
from catdog.lessons.measures import CATALOG_MEASURES, MEASURES, PERCENT, RUN_MEASURES
from catdog.training.config import MAX_EPOCHS

SIDES = ("first", "second", "change")


def parse_prediction(fields: Fields, tasks: tuple[Task, ...]) -> Prediction:
    """Take a prediction from a mapping, and close it.

    Args:
        fields: The mapping.
        tasks: The lesson's tasks, whose evidence the truth is taken from.

    Raises:
        LessonError: It is none.
    """
    name = fields.text("name", SHORTEST, "prediction")
    question = fields.text("question")
    kind = fields.word("kind", PREDICTIONS)
    options = fields.texts("options", 2, MOST_OPTIONS) if kind == CHOICE else ()
    low, high, epochs = 0.0, 100.0, 0
    if kind != CHOICE:
        low = fields.number("low", -1e6, 1e6, 0 if kind == NUMBER else 40)
        high = fields.number("high", -1e6, 1e6, 100)
        if low >= high:
            raise fields.fault("“low” must be smaller than “high”.", "low")
    if kind == CURVE:
        epochs = int(fields.number("epochs", 2, MAX_EPOCHS, 20))
    truth, unit = _parse_truth(fields.fields("truth"), kind, options, tasks)
    fields.close()
    return Prediction(name, question, kind, options, unit, low, high, epochs, truth)


def _parse_truth(
    fields: Fields, kind: str, options: tuple[str, ...], tasks: tuple[Task, ...]
) -> tuple[dict[str, Any], str]:
    """Take how to find what is true; return it and the unit of the measure."""
    truth: dict[str, Any] = {}
    if kind == CHOICE and "answer" in fields:
        truth["answer"] = fields.word("answer", options)
        fields.close()
        return truth, ""
    if kind == CURVE:
        truth |= {"measure": "curve", **_parse_task(fields, tasks)}
        truth["tolerance"] = fields.number("tolerance", 0, 100)
        fields.close()
        return truth, PERCENT
    truth["measure"] = fields.word("measure", (*CATALOG_MEASURES, *RUN_MEASURES))
    if truth["measure"] in RUN_MEASURES:
        truth |= _parse_task(fields, tasks)
    if kind == NUMBER:
        truth["tolerance"] = fields.number("tolerance", 0, 1e6)
    else:
        truth["cases"] = [_parse_case(case, options) for case in fields.each("cases", 2, MOST_OPTIONS)]
    fields.close()
    return truth, MEASURES[truth["measure"]].unit


def _parse_case(fields: Fields, options: tuple[str, ...]) -> dict[str, Any]:
    """Take the option that is right from "min" on and below "max"."""
    case: dict[str, Any] = {"option": fields.word("option", options)}
    case |= {end: fields.number(end, -1e9, 1e9) for end in ("min", "max") if end in fields}
    fields.close()
    return case


def _parse_task(fields: Fields, tasks: tuple[Task, ...]) -> dict[str, Any]:
    """Take which task's evidence is meant and, of two runs, which of them."""
    kinds = {task.name: task.check.kind for task in tasks}
    with_runs = tuple(name for name, kind in kinds.items() if kind in (RUN, RUNS, NUMBER))
    name = fields.word("task", with_runs)
    if kinds[name] != RUNS:
        return {"task": name, "side": ""}
    return {"task": name, "side": fields.word("run", SIDES)}
