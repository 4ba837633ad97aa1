"""Corrections as a CSV table, to keep, to hand on and to take in again; what comes in is not trusted."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime

from catdog.datasets.catalog import Catalog
from catdog.datasets.correction_list import Correction
from catdog.errors import UsageError
from catdog.utils.class_names import find_class
from catdog.utils.spreadsheet import FORMULA, csv_text
from catdog.utils.text import format_size, join_names, one_line

HEAD = ("path", "old", "new", "by", "time")
MAX_BYTES = 20_000_000
MAX_ROWS = 100_000
SHOWN = 3  # rows that a sentence names


def write_table(corrections: Iterable[Correction]) -> str:
    """Return corrections as CSV that no spreadsheet takes for formulas; times are in UTC."""
    return csv_text(HEAD, ((entry.path, entry.old, entry.new, entry.by, _format(entry.time)) for entry in corrections))


def read_table(content: bytes, catalog: Catalog) -> dict[str, str]:
    """Return what a CSV file says of the labels, for `relabel_images`: all of it can be used, or none.

    Args:
        content: UTF-8 with the columns path and new, in any order, separated by commas or semicolons; other columns
            are passed over.
        catalog: The dataset that it is about.

    Returns:
        {path: class name}, as the catalog writes them.

    Raises:
        UsageError: It is too large, is no such table, or names an image or class that the data do not have.
    """
    if len(content) > MAX_BYTES:
        raise UsageError(f"The file has {format_size(len(content))}, but a list of labels may have 20 MB at most.")
    rows = _read_rows(content)
    if not rows:
        raise UsageError("The file has no labels: give it a row for each photo.")
    present, labels, unknown, classless, double = set(catalog.paths), {}, [], [], []
    for path, name in rows:
        label = find_class(name, catalog.classes)
        if path not in present:
            unknown.append(path)
        elif label is None:
            classless.append(name)
        elif labels.setdefault(path, catalog.classes[label]) != catalog.classes[label]:
            double.append(path)
    if unknown:
        raise UsageError(f"These data have no photo {_name(unknown)}: give paths such as {catalog.paths[0]}.")
    if classless:
        raise UsageError(f"There is no class {_name(classless)} in these data: write {' or '.join(catalog.classes)}.")
    if double:
        raise UsageError(f"The file gives two classes for {_name(double)}: leave one of them.")
    return labels


def _read_rows(content: bytes) -> list[tuple[str, str]]:
    """Return (path, new) of each row that is not empty."""
    try:
        text = content.decode("utf-8-sig")
        first = text.partition("\n")[0]
        table = csv.reader(io.StringIO(text, newline=""), delimiter=";" if "," not in first else ",", strict=True)
        head = [name.strip().casefold() for name in next(table, ())]
        if "path" not in head or "new" not in head:
            raise UsageError("The file is no list of labels: its first line must name the columns path and new.")
        path, new = head.index("path"), head.index("new")
        rows = []
        for row in table:
            if len(rows) >= MAX_ROWS:
                raise UsageError(f"The file has more than {MAX_ROWS:,} rows: divide it.")
            if any(row):
                rows.append((_unescape(row[path]), _unescape(row[new]).strip()))
    except UnicodeDecodeError as error:
        raise UsageError("The file is not UTF-8 text: save it as CSV in UTF-8.") from error
    except (csv.Error, IndexError) as error:
        raise UsageError("The file is no CSV table: a row of it is cut short or has a stray quotation mark.") from error
    return rows


def _format(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="seconds")


def _unescape(cell: str) -> str:
    """Return a cell without the sign that keeps a spreadsheet from taking it for a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA) else cell


def _name(texts: list[str]) -> str:
    names = list(dict.fromkeys(repr(one_line(text, 80)) for text in texts))
    return join_names([*names[:SHOWN], *(["others"] if len(names) > SHOWN else [])])
