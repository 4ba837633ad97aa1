"""What a lesson file says of a check, read strictly into plain values."""

from typing import Any

from catdog.datasets import SPLITS, TEST, VALIDATION
from catdog.lessons.conditions import SETTINGS, parse_condition, parse_selector
from catdog.lessons.fields import SHORTEST, Fields
from catdog.lessons.lesson import CHECKS, CHOICE, NUMBER, PHOTO, RUN, RUNS, Check
from catdog.lessons.measures import CATALOG_MEASURES, MEASURES, MODEL_MEASURES, PREDICTION_MEASURES, RUN_MEASURES
from catdog.models.specs import MODELS

DIFFERENCES = ("model", *(name for name in SETTINGS if name not in ("rate", "recipe")))
MOST_OPTIONS = 8


def parse_check(fields: Fields) -> Check:
    """Take a check from a mapping, and close it.

    Raises:
        LessonError: It is none.
    """
    kind = fields.word("kind", CHECKS)
    values = {RUN: parse_selector, RUNS: _parse_runs, NUMBER: _parse_number, PHOTO: _parse_photo, CHOICE: _parse_choice}
    return Check(kind, values[kind](fields))


def _parse_runs(fields: Fields) -> dict[str, Any]:
    """Take two selectors, the settings in which the runs may differ, and a condition on second minus first."""
    values: dict[str, Any] = {name: parse_selector(fields.fields(name)) for name in ("first", "second")}
    values["differ"] = list(fields.texts("differ", 0, 4))
    for index, name in enumerate(values["differ"]):
        fields.check_word(name, DIFFERENCES, "differ", index)
    values["change"] = {}
    change = fields.fields("change")
    for name in change.rest():
        change.check_word(name, tuple(RUN_MEASURES), name)
        values["change"][name] = parse_condition(change, name)
    fields.close()
    return values


def _parse_number(fields: Fields) -> dict[str, Any]:
    """Take a measure, the run it is of, and how far a right number may be off."""
    name = fields.word("measure", tuple(MEASURES))
    values: dict[str, Any] = {"measure": name, "unit": MEASURES[name].unit}
    values["tolerance"] = fields.number("tolerance", 0, 1e6, 0)
    if name in CATALOG_MEASURES:
        fields.close()
        return values
    if name in MODEL_MEASURES:
        values["model"] = fields.word("model", tuple(MODELS))
        fields.close()
        return values
    values["of"] = parse_selector(fields.fields("of"))
    if name in PREDICTION_MEASURES:
        values["split"] = fields.word("split", SPLITS, TEST)
        values["threshold"] = fields.number("threshold", 0, 1, 0.5)
    fields.close()
    return values


def _parse_photo(fields: Fields) -> dict[str, Any]:
    """Take which runs must get the image wrong and right, how sure the wrong one must be, and of which splits it is."""
    values: dict[str, Any] = {"wrong": parse_selector(fields.fields("wrong")), "right": None}
    if "right" in fields:
        values["right"] = parse_selector(fields.fields("right"))
    values["confidence"] = fields.number("confidence", 0, 100, 0)  # in %
    values["split"] = fields.word("split", (TEST, VALIDATION), TEST)
    fields.close()
    return values


def _parse_choice(fields: Fields) -> dict[str, Any]:
    """Take the options, each with the reason why it is right or not."""
    options = []
    for option in fields.each("options", 2, MOST_OPTIONS):
        options.append(
            {
                "text": option.text("text", 2 * SHORTEST),
                "right": option.truth("right", False),
                "reason": option.text("reason"),
            }
        )
        option.close()
    if sum(option["right"] for option in options) != 1:
        raise fields.fault("exactly one of “options” must have “right: true”.", "options")
    if len({option["text"] for option in options}) < len(options):
        raise fields.fault("two of “options” have the same text.", "options")
    fields.close()
    return {"options": options}
