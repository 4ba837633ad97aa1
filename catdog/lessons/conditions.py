"""Conditions on a run's settings and measures, as a lesson file states them."""

from collections.abc import Callable, Mapping
from typing import Any

from catdog.lessons.fields import Fields
from catdog.lessons.measures import EPOCHS, PERCENT, RUN_MEASURES, format_measure
from catdog.models.specs import MODELS
from catdog.training import TrainConfig
from catdog.training.recipes import RECIPES, list_recipes, make_config

LONGEST_ADVICE = 300
#: {setting: (what a sentence calls it, how to read it)}
SETTINGS: Mapping[str, tuple[str, Callable[[TrainConfig], Any]]] = {
    "epochs": ("number of epochs", lambda config: config.epochs),
    "batch_size": ("batch size", lambda config: config.batch_size),
    "learning_rate": ("learning rate", lambda config: config.learning_rate),
    "rate": (
        "learning rate",
        lambda config: config.learning_rate / make_config(config.model).learning_rate,
    ),
    "seed": ("seed", lambda config: config.seed),
    "share": ("share of the training data in %", lambda config: 100 * config.fraction),
    "augmentation": ("augmentation", lambda config: "with" if config.augmentation.active else "without"),
    "scaling": ("pixels", lambda config: "scaled" if config.scaled else "raw"),
    "fine_tuning": ("fine-tuning", lambda config: "with" if config.fine_tune_layers else "without"),
    "recipe": ("recipe", lambda config: list_recipes(config)),
}
#: Settings that are words, and the words.
WORDS = {
    "augmentation": ("with", "without"),
    "scaling": ("scaled", "raw"),
    "fine_tuning": ("with", "without"),
    "recipe": tuple(RECIPES),
}
ALMOST = 1e-9  # by which numbers may be off that were computed


def parse_selector(fields: Fields) -> dict[str, Any]:
    """Take from a mapping which runs count, and close it.

    Returns:
        "models", the names that count; "quick" and "failed", whether a quick training and one that broke off count;
        "settings" and "measures", {name: condition}.
    """
    models = fields.take("model", list(MODELS))
    models = models if isinstance(models, list) else [models]
    for model in models:
        fields.check_word(model, tuple(MODELS), "model")
    selector = {
        "models": models,
        "quick": fields.truth("quick", True),
        "failed": fields.truth("failed", False),
        "settings": _parse_conditions(fields.fields("settings"), tuple(SETTINGS)),
        "measures": _parse_conditions(fields.fields("measures"), tuple(RUN_MEASURES)),
    }
    fields.close()
    return selector


def _parse_conditions(fields: Fields, names: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    conditions = {}
    for name in fields.rest():
        fields.check_word(name, names, name)
        conditions[name] = parse_condition(fields, name)
    return conditions


def parse_condition(fields: Fields, name: str) -> dict[str, Any]:
    """Take a condition: one value that must be equal, or "min" and "max", both counted in; "advice", "photos_only".

    What is to be seen on the public photos may not be so on other data, where a condition for photos only is skipped.
    """
    value = fields.take(name, required=True)
    condition = fields.open(value if isinstance(value, dict) else {"is": value}, name)
    if name in WORDS:
        parsed: dict[str, Any] = {"is": condition.word("is", WORDS[name])}
    else:
        parsed = {end: condition.number(end, -1e9, 1e9) for end in ("is", "min", "max") if end in condition}
    if not parsed:
        raise condition.fault("a condition is a value, or “min”, “max” or both.")
    if parsed.get("min", -1e9) > parsed.get("max", 1e9):
        raise condition.fault("“min” is larger than “max”.", "min")
    if "advice" in condition:
        parsed["advice"] = condition.text("advice", LONGEST_ADVICE)
    parsed["photos_only"] = condition.truth("photos_only", False)
    condition.close()
    return parsed


def fits(condition: Mapping[str, Any], value: Any) -> bool:
    """Tell whether a value fulfils a condition; None never does."""
    if value is None:
        return False
    if "is" in condition:
        target = condition["is"]
        if isinstance(target, str):
            return target in value if isinstance(value, list) else target == value
        return abs(value - target) <= ALMOST * max(1, abs(target))
    low, high = condition.get("min", float("-inf")), condition.get("max", float("inf"))
    slack = ALMOST * max(1, abs(value))
    return low - slack <= value <= high + slack


def needs_curve(selector: Mapping[str, Any]) -> bool:
    """Tell whether only a run that was trained in epochs can fulfil a selector."""
    return (
        not selector["quick"]
        or any(RUN_MEASURES[name].curve for name in selector["measures"])
        or not {"epochs", "batch_size", "learning_rate", "rate"}.isdisjoint(selector["settings"])
    )


def describe_setting(name: str, config: TrainConfig) -> str:
    """Return a setting of a run in words, such as "its learning rate is 0.001"."""
    words, read = SETTINGS[name]
    value = read(config)
    if name == "recipe":
        return f"its recipe is {' and '.join(RECIPES[recipe].title for recipe in value) or 'none of the three'}"
    if name in ("augmentation", "fine_tuning"):
        return f"it was trained {value} {words}"
    if name == "rate":
        return f"its {words} is {value:,.4g} times the usual one"
    if name == "scaling":
        return f"its {words} are {value}"
    return f"its {words} is {value:,g}"


def describe_need(name: str, condition: Mapping[str, Any]) -> str:
    """Return what a lesson needs of a setting, such as "at least 15 epochs"."""
    words = SETTINGS[name][0]
    value = condition.get("is")
    if name == "recipe":
        return f"the recipe {RECIPES[value].title}"
    if name in ("augmentation", "fine_tuning"):
        return f"one {value} {words}"
    if name == "scaling":
        return f"{value} pixels"
    bounds = describe_bounds(condition, {"epochs": EPOCHS, "share": PERCENT}.get(name, ""))
    return f"{bounds} times" if name == "rate" else bounds


def describe_change(condition: Mapping[str, Any], unit: str) -> str:
    """Return what a condition asks of a change, such as "a fall of at least 5.0 points"."""
    if condition.get("max", 0) < 0 and "min" not in condition:
        return f"a fall of at least {format_measure(-condition['max'], unit)}"
    if condition.get("min", 0) > 0 and "max" not in condition:
        return f"a rise of at least {format_measure(condition['min'], unit)}"
    return f"a change of {describe_bounds(condition, unit)}"


def describe_bounds(condition: Mapping[str, Any], unit: str) -> str:
    """Return what a condition asks for, such as "at least 15.0 points"."""
    if "is" in condition:
        return format_measure(condition["is"], unit)
    ends = []
    if "min" in condition:
        ends.append(f"at least {format_measure(condition['min'], unit)}")
    if "max" in condition:
        ends.append(f"at most {format_measure(condition['max'], unit)}")
    return " and ".join(ends)
