"""The rows of a class as CSV and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from catdog.handin.grading import Grade
from catdog.utils.spreadsheet import csv_text
from catdog.utils.text import format_time

HEAD = (
    *("student", "address", "handed in", "lessons done", "tasks confirmed", "tasks marked as passed"),
    *("predictions right", "predictions made", "hints", "best run", "validation accuracy", "test accuracy"),
    *("scored anew", "images", "findings", "file"),
)
#: What is counted in a row, beside its attributes.
COUNTS = ("lessons_done", "tasks_confirmed", "tasks_passed", "predictions_right", "predictions_made", "hints")


def grades_csv(grades: Sequence[Grade]) -> str:
    """Return a table with a row for each student, as CSV; accuracies are 0..1."""
    return csv_text(HEAD, [_list_cells(grade) for grade in grades])


def _list_cells(grade: Grade) -> list[Any]:
    best = grade.best
    scores = [best.name, best.val_accuracy, best.test_accuracy, best.rescored, best.images] if best else [None] * 5
    return [
        *(grade.name, grade.person, format_time(grade.made) if grade.made else None),
        *(grade.lessons_done, grade.tasks_confirmed, grade.tasks_passed),
        *(grade.predictions_right, grade.predictions_made, grade.hints, *scores),
        *(" ".join(filter(None, (grade.error, *grade.all_findings))), grade.file),
    ]


def grades_json(grades: Sequence[Grade]) -> list[dict[str, Any]]:
    """Return the rows as plain values; the keys are a contract."""
    return [asdict(grade) | {name: getattr(grade, name) for name in COUNTS} for grade in grades]
