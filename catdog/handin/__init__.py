"""Handing in: one zip of what a student has done, and the table that a teacher makes of many."""

from catdog.handin.archive import build_handin, choose_runs
from catdog.handin.grading import Grade, grade_folder
from catdog.handin.table import grades_csv, grades_json

__all__ = ["Grade", "build_handin", "choose_runs", "grade_folder", "grades_csv", "grades_json"]
