"""Schemas: which values a JSON object may hold, for files that anybody may have edited."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Union

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")  # control codes, half characters
MOST_SHOWN = 40  # characters of a value that does not fit
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Kind:
    """What a value must be.

    Attributes:
        words: That in words, such as "a number from 0 to 1".
        fits: Tells whether any value is one.
    """

    words: str
    fits: Callable[[Any], bool]


#: {name: what its value must be}; objects within objects are schemas themselves.
Schema = Mapping[str, Union[Kind, "Schema"]]

TRUTH = Kind("true or false", lambda value: isinstance(value, bool))
ANY_OBJECT = Kind("an object", lambda value: isinstance(value, dict))


def number(low: float, high: float) -> Kind:
    """Return the kind of numbers within two bounds, which NaN is not."""
    return Kind(f"a number from {low:,g} to {high:,g}", lambda value: _is_number(value) and low <= value <= high)


def whole(low: int, high: int) -> Kind:
    """Return the kind of whole numbers within two bounds."""
    words = f"a whole number from {low:,} to {high:,}"
    return Kind(words, lambda value: _is_number(value) and isinstance(value, int) and low <= value <= high)


def text(longest: int, of_files: bool = False) -> Kind:
    """Return the kind of texts of at most `longest` characters, which can be shown and written as UTF-8.

    Args:
        longest: How many characters.
        of_files: Whether they are names of files or made of such, which may have control codes in them.
    """
    refused = _UNSTORABLE if of_files else _UNPRINTABLE

    def fits(value: Any) -> bool:
        return isinstance(value, str) and len(value) <= longest and not refused.search(value)

    return Kind(f"text of up to {longest:,} characters", fits)


def one_of(*words: str) -> Kind:
    """Return the kind of one of these words."""
    return Kind(f"one of {', '.join(words)}", lambda value: isinstance(value, str) and value in words)


def list_of(kind: Kind, least: int = 0, most: int | None = None) -> Kind:
    """Return the kind of lists of `least` to `most` different values of a kind."""

    def fits(value: Any) -> bool:
        if not isinstance(value, list) or len(value) < least or (most is not None and len(value) > most):
            return False
        return all(map(kind.fits, value)) and len(set(value)) == len(value)

    return Kind(f"a list{f' of {least}' if least else ''}, each {kind.words}", fits)


def table_of(names: Kind, values: Kind) -> Kind:
    """Return the kind of objects whose names and values are of two kinds."""

    def fits(value: Any) -> bool:
        return isinstance(value, dict) and all(map(names.fits, value)) and all(map(values.fits, value.values()))

    return Kind(f"an object, each value {values.words}", fits)


def sift(values: Mapping[str, Any], schema: Schema, within: str = "") -> tuple[dict[str, Any], list[str]]:
    """Return what fits a schema, and a clause for each entry that does not.

    Args:
        values: A JSON object. Null counts as absent; names that the schema does not know, as a later version may
            write them, are kept.
        schema: What the entries must be.
        within: The names of the objects around it, such as "test.".

    Returns:
        The entries that fit, and clauses such as "test.accuracy is 'high', but must be a number from 0 to 1".
    """
    kept, faults = {}, []
    for name, value in values.items():
        kind = schema.get(name)
        if kind is None:
            kept[name] = value
        elif value is None:
            continue
        elif isinstance(kind, Kind):
            if kind.fits(value):
                kept[name] = value
            else:
                faults.append(f"{within}{name} is {_describe(value)}, but must be {kind.words}")
        elif isinstance(value, dict):
            kept[name], inner = sift(value, kind, f"{within}{name}.")
            faults += inner
        else:
            faults.append(f"{within}{name} is {_describe(value)}, but must be an object")
    return kept, faults


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _describe(value: Any) -> str:
    """Return a value in a few words."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    if isinstance(value, str):
        return repr(value if len(value) <= MOST_SHOWN else f"{value[:MOST_SHOWN]}…")
    if isinstance(value, float):
        return f"{value:g}"
    return repr(value)[:MOST_SHOWN]  # whole numbers may have thousands of digits
