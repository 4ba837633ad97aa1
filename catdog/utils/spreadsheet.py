"""Tables as CSV that no spreadsheet mistakes for formulas."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the start of a formula


def csv_text(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table as CSV; no spreadsheet takes any text in it, header included, for a formula.

    Args:
        head: The columns' names.
        rows: Texts and numbers; None becomes an empty cell.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_escape(name) for name in head])
    writer.writerows([_escape(value) for value in row] for row in rows)
    return text.getvalue()


def _escape(value: Any) -> Any:
    """Return a text so that no spreadsheet runs it as a formula; other values as they are."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
