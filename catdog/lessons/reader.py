"""Read the course: the lessons that come with the program, and those of a folder of the user's."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from catdog.errors import UsageError
from catdog.lessons.check_fields import parse_check
from catdog.lessons.fields import SHORTEST, Fields
from catdog.lessons.front_matter import LessonError, parse_front_matter, split_file
from catdog.lessons.lesson import CHOICE, PAGES, Course, Lesson, Task
from catdog.lessons.prediction_fields import parse_prediction
from catdog.lessons.templates import check_template, format_plain
from catdog.utils.files import read_regular

TEXTS = Path(__file__).parent / "texts"
MAX_BYTES, MAX_FILES, MAX_TASKS = 64_000, 100, 8
FILE_NAME = re.compile(r"(?:(\d{1,3})-)?([a-z0-9]+(?:-[a-z0-9]+)*)\.md")
_TASK_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class _File:
    """A lesson file: its path, its place in the course, and what the lesson is called."""

    path: Path
    number: int
    name: str


def read_course(extra: Path | None = None) -> Course:
    """Read all lessons.

    Args:
        extra: A folder of lesson files (`Settings.lessons`): one of the same name replaces a built-in lesson, others
            are new. A file that can't be used is left out, and the built-in lesson of its name stays.

    Returns:
        The lessons in the order of their files' numbers, those without a number last, and the faults.
    """
    faults: list[str] = []
    lessons: dict[str, tuple[int, Lesson]] = {}
    for folder in (TEXTS, *((extra,) if extra else ())):
        for file in _list_files(folder, faults):
            try:
                lessons[file.name] = (file.number, read_lesson(file.path))
            except LessonError as fault:
                faults.append(f"{folder.name}/{file.path.name}, {fault}")
            except UsageError as error:
                faults.append(f"{folder.name}/{file.path.name}, line 1: {error}")
    ordered = sorted(lessons.values(), key=lambda entry: (entry[0], entry[1].name))
    return Course(tuple(lesson for _, lesson in ordered), tuple(faults))


def _list_files(folder: Path, faults: list[str]) -> list[_File]:
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".md" and not path.name.startswith("."))
    except OSError as error:
        faults.append(f"{folder}: the folder of lessons can't be read ({error.strerror}), so set CATDOG_LESSONS anew.")
        return []
    if len(paths) > MAX_FILES:
        faults.append(f"{folder}: there are more than {MAX_FILES} lessons, and the others are left out.")
    files, names = [], set()
    for path in paths[:MAX_FILES]:
        match = FILE_NAME.fullmatch(path.name)
        if match is None:
            if path.stem.upper() != "README":
                faults.append(
                    f"{folder.name}/{path.name}, line 1: a lesson's file has a name such as 03-augmentation.md, of "
                    "small letters, digits and hyphens."
                )
        elif match[2] in names:
            faults.append(f"{folder.name}/{path.name}, line 1: another file of this folder is the lesson {match[2]}.")
        else:
            names.add(match[2])
            files.append(_File(path, int(match[1] or 1000), match[2]))
    return files


def read_lesson(path: Path) -> Lesson:
    """Read one lesson file, whose name must fit FILE_NAME.

    Raises:
        LessonError: It can't be used; the line is where the fault is.
        UsageError: It can't be read.
    """
    match = FILE_NAME.fullmatch(path.name)
    try:
        text = read_regular(path, MAX_BYTES).decode()
    except OSError as error:
        raise UsageError(f"the file can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError("the file is no UTF-8 text: save it as UTF-8.") from error
    return parse_lesson(match[2] if match else path.stem, text)


@lru_cache(maxsize=MAX_FILES)  # to read the course takes 0.2 s, nearly all of it here, and its files hardly ever change
def parse_lesson(name: str, text: str) -> Lesson:
    """Read the text of a lesson file.

    Args:
        name: What the lesson is called in addresses.
        text: The whole file.

    Raises:
        LessonError: It can't be used.
    """
    source, explanation, lines_above = split_file(text)
    values, lines = parse_front_matter(source)
    fields = Fields(values, (), lines)
    title, goal = fields.text("title", SHORTEST), fields.text("goal")
    tasks = tuple(_parse_task(task) for task in fields.each("tasks", 1, MAX_TASKS))
    names = [task.name for task in tasks]
    for index, task_name in enumerate(names):
        if task_name in names[:index]:
            raise fields.fault(f"another task is called “{task_name}”, too.", "tasks", index, "name")
    prediction = parse_prediction(fields.fields("prediction"), tasks)
    fields.close()
    if not explanation.strip():
        raise LessonError(lines_above, "the explanation is missing: it stands below the settings.")
    check_template(explanation, _first_line(text, lines_above))
    return Lesson(name, title, goal, prediction, tasks, explanation)


def _first_line(text: str, lines_above: int) -> int:
    """Return the line in which the explanation begins, empty ones passed over."""
    lines = text.splitlines()[lines_above:]
    return lines_above + 1 + next((index for index, line in enumerate(lines) if line), 0)


def _parse_task(fields: Fields) -> Task:
    name = fields.text("name", SHORTEST)
    if not _TASK_NAME.fullmatch(name):
        raise fields.fault("“name” must be of small letters, digits and “_”, such as train_model1.", "name")
    title, text = fields.text("title", SHORTEST), fields.text("text")
    button, page = fields.text("button", SHORTEST), fields.word("page", PAGES)
    params = _parse_params(fields.fields("params"))
    hints = fields.texts("hints", 2, 2)
    check = parse_check(fields.fields("check"))
    fields.close()
    if check.kind == CHOICE:
        for index, option in enumerate(check.values["options"]):
            try:
                check_template(option["reason"], 1)
            except LessonError as fault:
                raise fields.fault(fault.reason, "check", "options", index, "reason") from fault
    return Task(name, title, text, button, page, params, check, hints)


def _parse_params(fields: Fields) -> dict[str, str]:
    """Take query parameters: texts, numbers, or true and false as addresses write them."""
    params: dict[str, Any] = {}
    for name in fields.rest():
        value = fields.take(name, required=True)
        if isinstance(value, bool):
            value = str(value).lower()
        if not isinstance(value, str | int | float) or len(str(value)) > SHORTEST:
            raise fields.fault(f"“{name[:40]}” must be a short text or a number.", name)
        params[name] = format_plain(value) if isinstance(value, float) else str(value)
    return params
