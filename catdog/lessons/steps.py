"""What changes a person's progress: each function takes the progress as it is and returns the new one."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from catdog.lessons.lesson import Lesson
from catdog.lessons.progress import LessonProgress, Progress


def start_lesson(progress: Progress, lesson: str, now: float | None = None) -> Progress:
    """Make a lesson the current one, and note when it was started if it is new."""
    started = progress.lessons.get(lesson) or LessonProgress(time.time() if now is None else now)
    return replace(progress, lessons=progress.lessons | {lesson: started}, current=lesson, hidden=False)


def set_current(progress: Progress, lesson: str) -> Progress:
    """Let the strip show a lesson, "" for none."""
    return replace(progress, current=lesson)


def set_hidden(progress: Progress, hidden: bool) -> Progress:
    """Put the strip away, or bring it back."""
    return replace(progress, hidden=hidden)


def record_prediction(
    progress: Progress, lesson: str, prediction: str | float | list[list[float]], now: float | None = None
) -> Progress:
    """Note a prediction; once a task is passed, it stays as it was made before."""
    progress = start_lesson(progress, lesson, now)
    current = progress.of(lesson)
    if current.passed and current.prediction is not None:
        return progress
    return _with_lesson(progress, lesson, replace(current, prediction=prediction))


def record_outcome(
    progress: Progress,
    lesson: Lesson,
    task: str,
    answer: Any,
    passed: bool,
    evidence: Mapping[str, Any],
    now: float | None = None,
) -> Progress:
    """Note an answer and, if the task is passed, the evidence; a task that was passed before stays so.

    Args:
        progress: As it is.
        lesson: The lesson.
        task: The name of its task.
        answer: What the student gave, None where nothing was asked.
        passed: Whether it is right.
        evidence: Of the outcome.
        now: Seconds since 1970; None for the present.
    """
    moment = time.time() if now is None else now
    current = progress.of(lesson.name)
    if lesson.name not in progress.lessons:
        current = replace(current, started=moment)
    if task in current.passed:
        return progress
    if answer is not None:
        current = replace(current, answers=current.answers | {task: answer})
    if passed:
        current = replace(current, passed=current.passed | {task: dict(evidence)})
        if current.finished is None and all(other.name in current.passed for other in lesson.tasks):
            current = replace(current, finished=moment)
        progress = replace(progress, fault="")
    return _with_lesson(progress, lesson.name, current)


def open_hint(progress: Progress, lesson: str, task: str, count: int) -> Progress:
    """Note that so many hints of a task were opened; never fewer than before."""
    current = progress.of(lesson)
    opened = max(count, current.hints.get(task, 0))
    return _with_lesson(progress, lesson, replace(current, hints=current.hints | {task: opened}))


def _with_lesson(progress: Progress, name: str, lesson: LessonProgress) -> Progress:
    return replace(progress, lessons=progress.lessons | {name: lesson})
