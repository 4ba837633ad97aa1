"""The lessons of a hand-in, looked at again: what counts is what the handed-in runs and answers show."""

import json
from dataclasses import dataclass
from typing import Any

from catdog.errors import CatDogError
from catdog.lessons.checks import check_task
from catdog.lessons.explanation import judge_prediction
from catdog.lessons.lesson import CURVE, Course, Lesson, Task
from catdog.lessons.progress import UNKNOWN, LessonProgress, Progress
from catdog.lessons.workspace import Workspace
from catdog.utils.text import one_line

LONGEST = 200  # characters of an answer that are shown


@dataclass(frozen=True)
class TaskGrade:
    """A task that is marked as passed.

    Attributes:
        title: What was to be done.
        answer: What the student answered, in words; "" where nothing was asked.
        confirmed: Whether it is passed by what was handed in.
        reason: Why, or why not, as Markdown.
    """

    title: str
    answer: str
    confirmed: bool
    reason: str


@dataclass(frozen=True)
class LessonGrade:
    """A lesson that was begun.

    Attributes:
        name: The lesson's name.
        title: Its heading.
        prediction: What the student predicted, in words; "" for nothing.
        right: Whether that was right; None before every task is confirmed, and without a prediction.
        verdict: Why, as Markdown; "" where `right` is None.
        done: Whether every task of it is confirmed.
        hints: How many hints were opened.
        tasks: Those that are marked as passed.
    """

    name: str
    title: str
    prediction: str
    right: bool | None
    verdict: str
    done: bool
    hints: int
    tasks: tuple[TaskGrade, ...]


def grade_lessons(course: Course, progress: Progress, workspace: Workspace) -> tuple[LessonGrade, ...]:
    """Look at every task again that is marked as passed.

    Args:
        course: The lessons of the teacher.
        progress: What the student says of them; lessons that the course lacks don't count.
        workspace: The handed-in runs, and the teacher's data.
    """
    begun = [lesson for lesson in course.lessons if lesson.name in progress.lessons]
    return tuple(_grade_lesson(lesson, progress.of(lesson.name), workspace) for lesson in begun)


def _grade_lesson(lesson: Lesson, progress: LessonProgress, workspace: Workspace) -> LessonGrade:
    tasks, evidence = [], {}
    for task in lesson.tasks:
        if task.name in progress.passed:
            grade, seen_evidence = _check(task, progress.answers.get(task.name), workspace)
            tasks.append(grade)
            if grade.confirmed:
                evidence[task.name] = seen_evidence
    done = len(evidence) == len(lesson.tasks)
    right, verdict = None, ""
    if done and progress.prediction not in (None, UNKNOWN):
        right, verdict = judge_prediction(lesson, progress.prediction, evidence, workspace)
    is_curve = lesson.prediction.kind == CURVE and progress.prediction is not None
    prediction = "a curve" if is_curve else _describe(progress.prediction)
    hints = sum(progress.hints.values())
    return LessonGrade(lesson.name, lesson.title, prediction, right, verdict, done, hints, tuple(tasks))


def _check(task: Task, answer: Any, workspace: Workspace) -> tuple[TaskGrade, Any]:
    try:
        outcome = check_task(task, workspace, answer)
    except CatDogError as error:  # such as a lesson file of the teacher's that can't be filled in
        return TaskGrade(task.title, _describe(answer), False, str(error)), {}
    return TaskGrade(task.title, _describe(answer), outcome.passed, outcome.reason), outcome.evidence


def _describe(answer: Any) -> str:
    """Return an answer, which may be anything that JSON can hold, on one line."""
    if answer is None:
        return ""
    return one_line(answer if isinstance(answer, str) else json.dumps(answer), LONGEST)
