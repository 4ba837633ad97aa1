"""Strict reading of a lesson's settings: each value has a name, a kind and bounds, and nothing else may be there."""

import difflib
import math
from collections.abc import Mapping, Sequence
from typing import Any

from catdog.lessons.front_matter import LessonError, Path, find_line
from catdog.utils.schema import text as text_kind

LONGEST, SHORTEST = 4000, 120  # characters of a text and of a name or label


class Fields:
    """The values of one mapping in a lesson file, each to be taken once; `close` refuses what is left."""

    def __init__(self, values: object, path: Path, lines: Mapping[Path, int]) -> None:
        """Open a mapping.

        Raises:
            LessonError: It is none.
        """
        self._path, self._lines = path, lines
        if not isinstance(values, dict):
            raise self.fault("here must be lines such as “name: value”.")
        self._values: dict[str, Any] = dict(values)
        self._names: list[str] = []

    def __contains__(self, name: str) -> bool:
        """Return whether a value is there and was not taken."""
        return self._values.get(name) is not None

    def fault(self, reason: str, *names: str | int) -> LessonError:
        """Return a fault of this mapping, or of a value in it, to be raised."""
        return LessonError(find_line(self._lines, (*self._path, *names)), reason)

    def take(self, name: str, default: Any = None, required: bool = False) -> Any:
        """Take any value.

        Raises:
            LessonError: It is required and missing.
        """
        self._names.append(name)
        value = self._values.pop(name, None)
        if value is None and required:
            raise self.fault(f"“{name}” is missing.")
        return default if value is None else value

    def text(self, name: str, longest: int = LONGEST, default: str | None = None) -> str:
        """Take a text; without a default it must be there."""
        value = self.take(name, default, required=default is None)
        return self._check_text(value, longest, name)

    def texts(self, name: str, least: int, most: int) -> tuple[str, ...]:
        """Take a list of `least` to `most` different texts."""
        values = self.items(name, least, most)
        texts = tuple(self._check_text(value, LONGEST, name, index) for index, value in enumerate(values))
        if len(set(texts)) < len(texts):
            raise self.fault(f"two of “{name}” are the same.", name)
        return texts

    def items(self, name: str, least: int, most: int) -> list[Any]:
        """Take a list of `least` to `most` values; one that need not be there may be missing."""
        value = self.take(name, [], required=least > 0)
        if not isinstance(value, list) or not least <= len(value) <= most:
            count = f"{least}" if least == most else f"{least} to {most}"
            raise self.fault(f"“{name}” must be a list of {count}, each on a line that begins with “-”.", name)
        return value

    def word(self, name: str, words: Sequence[str], default: str | None = None) -> str:
        """Take one of a few words."""
        value = self.take(name, default, required=default is None)
        self.check_word(value, words, name)
        return value

    def check_word(self, value: object, words: Sequence[str], *names: str | int) -> None:
        """Refuse a value that is not one of a few words."""
        if value not in words or isinstance(value, bool):
            label = next((name for name in reversed(names) if isinstance(name, str)), "this")
            raise self.fault(
                f"“{label}” is {str(value)[:40]!r}{self._suggest(value, words)}: it must be one of {', '.join(words)}.",
                *names,
            )

    def number(self, name: str, low: float, high: float, default: float | None = None) -> float:
        """Take a number within two bounds."""
        value = self.take(name, default, required=default is None)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or not low <= value <= high:
            raise self.fault(f"“{name}” is {str(value)[:40]!r}, but must be a number from {low:,g} to {high:,g}.", name)
        return value

    def truth(self, name: str, default: bool) -> bool:
        """Take true or false."""
        value = self.take(name, default)
        if not isinstance(value, bool):
            raise self.fault(f"“{name}” is {str(value)[:40]!r}, but must be true or false.", name)
        return value

    def open(self, values: object, *names: str | int) -> "Fields":
        """Return a mapping that stands within this one, to be taken from."""
        return Fields(values, (*self._path, *names), self._lines)

    def fields(self, name: str) -> "Fields":
        """Take a mapping, maybe an empty one."""
        return self.open(self.take(name, {}), name)

    def each(self, name: str, least: int, most: int) -> list["Fields"]:
        """Take a list of mappings."""
        return [self.open(item, name, index) for index, item in enumerate(self.items(name, least, most))]

    def rest(self) -> list[str]:
        """Return the names of the values that were not taken."""
        return list(self._values)

    def close(self) -> None:
        """Refuse what was not taken."""
        for name in self._values:
            raise self.fault(
                f"“{name[:40]}” is nothing that can stand here{self._suggest(name, self._names)}: it can be "
                f"{', '.join(dict.fromkeys(self._names))}.",
                name,
            )

    def _check_text(self, value: object, longest: int, *names: str | int) -> str:
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = f"{value:g}" if isinstance(value, float) else str(value)
        if not text_kind(longest).fits(value) or not str(value).strip():
            raise self.fault(
                f"“{names[0]}” must be a text of up to {longest:,} characters; maybe it needs quotes.", *names
            )
        return str(value).strip()

    @staticmethod
    def _suggest(value: object, words: Sequence[str]) -> str:
        close = difflib.get_close_matches(str(value)[:40], words, 1)
        return f" (do you mean “{close[0]}”?)" if close else ""
