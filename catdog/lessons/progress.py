"""How far a person is with the lessons: one file each, written whole, so that nothing is lost."""

import hashlib
import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from catdog.errors import DataError, UsageError
from catdog.utils.files import read_regular, write_json
from catdog.utils.locks import hold_lock
from catdog.utils.schema import ANY_OBJECT, TRUTH, Schema, number, sift, table_of, text, whole

MAX_BYTES = 2_000_000  # of a person's file
MAX_LESSONS, MAX_DEPTH, MAX_VALUES = 200, 6, 50_000
LATEST = 1e11  # seconds since 1970, that is in the year 5138
VERSION = 1
UNKNOWN = "I don't know"  # a prediction of who makes none
_NAME = text(80)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


_LESSON: Schema = {
    "started": number(0, LATEST),
    "finished": number(0, LATEST),
    "answers": ANY_OBJECT,
    "passed": table_of(_NAME, ANY_OBJECT),
    "hints": table_of(_NAME, whole(0, 10)),
}
_PROGRESS: Schema = {
    "version": whole(1, VERSION),
    "lessons": table_of(_NAME, ANY_OBJECT),
    "current": _NAME,
    "hidden": TRUTH,
    "fault": text(500, of_files=True),
}


@dataclass(frozen=True)
class LessonProgress:
    """How far a person is with one lesson.

    Attributes:
        started: When it was started, in seconds since 1970.
        finished: When its last task was passed, or None.
        prediction: The option that was chosen, a number, or [epoch, accuracy 0..1] of each point of a curve; None
            before there is one.
        answers: {task: the last answer}.
        passed: {task: the evidence of it}; it stays, whatever becomes of the runs.
        hints: {task: how many hints were opened}.
    """

    started: float = 0.0
    finished: float | None = None
    prediction: str | float | list[list[float]] | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    passed: dict[str, dict[str, Any]] = field(default_factory=dict)
    hints: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """How far a person is with all lessons.

    Attributes:
        lessons: {lesson: how far}, of those that were started.
        current: The lesson that the strip shows, "" for none.
        hidden: Whether the strip was put away.
        fault: What happened to an earlier file that was damaged, "" if none was.
    """

    lessons: dict[str, LessonProgress] = field(default_factory=dict)
    current: str = ""
    hidden: bool = False
    fault: str = ""

    def of(self, lesson: str) -> LessonProgress:
        """Return how far the person is with a lesson, also with one that was not started."""
        return self.lessons.get(lesson, LessonProgress())


def read_progress(folder: Path, person: str) -> Progress:
    """Read how far a person is.

    Args:
        folder: `Settings.progress`.
        person: The e-mail address in lower case, or what else tells one person from another.

    Returns:
        The progress, empty for somebody new. A damaged file is kept under another name, and `fault` says so.
    """
    path = _path(folder, person)
    if not path.exists():
        return Progress()
    try:
        return read_file(path)
    except DataError:
        with _lock(path):
            return _read_or_set_aside(path)


def update_progress(folder: Path, person: str, change: Callable[[Progress], Progress]) -> Progress:
    """Change how far a person is, under a lock, so that nothing is lost between two tabs.

    Args:
        folder: `Settings.progress`.
        person: As for `read_progress`.
        change: Gets the progress as it is now and returns the new one, such as `steps.record_outcome` makes it.

    Returns:
        The new progress.

    Raises:
        UsageError: It can't be written, or is too large.
    """
    path = _path(folder, person)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _lock(path):
            before = _read_or_set_aside(path)
            after = change(before)
            if after != before:
                _write(path, after)
            return after
    except OSError as error:
        raise UsageError(
            f"Your progress can't be stored in {folder} ({error.strerror or error}): make room, or check who may "
            "write there."
        ) from error


def to_json(progress: Progress) -> dict[str, Any]:
    """Return the progress as plain values, to be taken along as a file."""
    return {"version": VERSION, **{name: value for name, value in asdict(progress).items() if name != "fault"}}


def from_json(untrusted: object) -> Progress:
    """Return the progress that a file holds.

    Args:
        untrusted: What the JSON file of anybody holds.

    Raises:
        DataError: It is no such file, or holds too much.
    """
    values = _check(untrusted, _PROGRESS, "The progress")
    if len(values.get("lessons", {})) > MAX_LESSONS:
        raise DataError(f"The progress has more than {MAX_LESSONS} lessons: use a file that this dashboard has made.")
    _check_size(values)
    lessons = {name: _read_lesson(name, lesson) for name, lesson in values.get("lessons", {}).items()}
    return Progress(lessons, values.get("current", ""), values.get("hidden", False), values.get("fault", ""))


def read_file(path: Path) -> Progress:
    """Read progress that was taken along as a file.

    Raises:
        DataError: It is no such file, or can't be read.
    """
    try:
        return from_json(json.loads(read_regular(path, MAX_BYTES)))
    except (OSError, ValueError, RecursionError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or "it is no JSON"
        raise DataError(f"{path} can't be read as progress ({reason}): download it on the Overview page.") from error


def _path(folder: Path, person: str) -> Path:
    return folder / f"{hashlib.sha256(person.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}.json"


def _lock(path: Path) -> Any:
    return hold_lock(path.with_suffix(".lock"), lambda done, total, what: None, "waiting for another tab")


def _read_or_set_aside(path: Path) -> Progress:
    """Read a file under its lock; a damaged one gets another name, and an empty one that says so takes its place."""
    if not path.exists():
        return Progress()
    try:
        return read_file(path)
    except DataError:
        kept = path.with_name(f"{path.stem}-damaged-{time.time_ns()}.json")
        path.replace(kept)
        fresh = Progress(fault=f"Your progress was damaged, so it starts anew. The old file is kept as {kept.name}.")
        _write(path, fresh)
        return fresh


def _write(path: Path, progress: Progress) -> None:
    values = to_json(progress) | ({"fault": progress.fault} if progress.fault else {})
    try:
        from_json(values)  # what could not be read again is not written
    except DataError as error:
        raise UsageError(str(error)) from error
    write_json(path, values)


def _check(untrusted: object, schema: Schema, what: str) -> dict[str, Any]:
    if not isinstance(untrusted, dict):
        raise DataError(f"{what} is no object: use a file that this dashboard has made.")
    values, faults = sift(untrusted, schema)
    if faults:
        raise DataError(f"{what} is damaged: {faults[0]}.")
    return values


def _read_lesson(name: str, untrusted: dict[str, Any]) -> LessonProgress:
    values = _check(untrusted, _LESSON, f"The progress in the lesson {name}")
    prediction = values.get("prediction")
    is_curve = isinstance(prediction, list) and all(
        isinstance(point, list) and len(point) == 2 and all(map(_is_number, point)) for point in prediction
    )
    is_word = isinstance(prediction, str) and len(prediction) <= 500
    if prediction is not None and not (is_curve or is_word or _is_number(prediction)):
        raise DataError(f"The progress in the lesson {name} is damaged: its prediction is no choice, number or curve.")
    return LessonProgress(
        values.get("started", 0.0),
        values.get("finished"),
        prediction,
        values.get("answers", {}),
        values.get("passed", {}),
        values.get("hints", {}),
    )


def _check_size(values: dict[str, Any]) -> None:
    """Refuse what is nested too deep or has too many values, and numbers that are none."""
    left, waiting = MAX_VALUES, [(values, 0)]
    while waiting:
        value, depth = waiting.pop()
        left -= 1
        if left < 0 or depth > 2 + MAX_DEPTH:
            raise DataError("The progress holds too much: use a file that this dashboard has made.")
        if isinstance(value, float) and not math.isfinite(value):
            raise DataError("The progress is damaged: a number in it is none.")
        if isinstance(value, str) and len(value) > 5000:
            raise DataError("The progress is damaged: a text in it is too long.")
        children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        waiting += [(child, depth + 1) for child in children]
