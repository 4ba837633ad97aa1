"""Read values out of environment variables, or say in one sentence what is wrong with them."""

from collections.abc import Mapping
from pathlib import Path

from catdog.errors import UsageError


def read_switch(values: Mapping[str, str], name: str, default: str) -> bool:
    """Return whether the variable `name` is 1.

    Args:
        values: All variables.
        name: Its name.
        default: "0" or "1", for a variable that is not set.

    Raises:
        UsageError: It is neither 0 nor 1.
    """
    word = values.get(name) or default
    if word not in ("0", "1"):
        raise UsageError(f"{name} is {word!r}, but must be 0 or 1: set it to {default}.")
    return word == "1"


def read_number(
    values: Mapping[str, str], name: str, default: float, rule: str, *, whole: bool = False, least: float = 0
) -> float:
    """Return the variable `name` as a number.

    Args:
        values: All variables.
        name: Its name.
        default: For a variable that is not set.
        rule: Ends the sentence about a value that is not allowed.
        whole: Whether only whole numbers are allowed.
        least: The lowest number allowed; the highest is under a billion.

    Raises:
        UsageError: It is no such number.
    """
    text = values.get(name)
    if not text:
        return default
    number = parse_number(text, whole)
    if number is None or number < least:
        raise UsageError(f"{name} is {text[:40]!r}, but must be {rule}.")
    return number


def parse_number(text: str, whole: bool = False) -> float | None:
    """Return the number from 0 to under a billion that a text is, None for any other text."""
    try:
        number = float(text) if text.isascii() and "_" not in text and (text.isdigit() or not whole) else -1.0
    except ValueError:
        return None
    return number if 0 <= number < 1e9 else None


def read_path(values: Mapping[str, str], name: str) -> Path | None:
    """Return the path that the variable `name` names, None where it is not set.

    Raises:
        UsageError: See `make_absolute`.
    """
    return make_absolute(values[name]) if values.get(name) else None


def make_absolute(path: str | Path) -> Path:
    """Return a path in full, with the home folder that a tilde means.

    Raises:
        UsageError: The tilde means a user who is not there.
    """
    try:
        return Path(path).expanduser().absolute()
    except RuntimeError as error:
        raise UsageError(f"There is no home folder for {str(path)!r}: write the whole path instead of ~.") from error
