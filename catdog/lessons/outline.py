"""Where somebody stands in the course: the task that is open, the lesson that is next, and what is done."""

from dataclasses import dataclass

from catdog.lessons.lesson import Course, Lesson, Task
from catdog.lessons.progress import LessonProgress, Progress


@dataclass(frozen=True)
class Present:
    """What somebody does now.

    Attributes:
        number: Of the lesson, from 1.
        lesson: The lesson.
        task: The task that is open, None before the prediction.
    """

    number: int
    lesson: Lesson
    task: Task | None


def find_task(lesson: Lesson, progress: LessonProgress) -> Task | None:
    """Return the task that is open: the first one that is not passed; None before the prediction and at the end."""
    if progress.prediction is None:
        return None
    return next((task for task in lesson.tasks if task.name not in progress.passed), None)


def is_done(lesson: Lesson, progress: LessonProgress) -> bool:
    """Tell whether a lesson's prediction is made and its tasks are all passed."""
    return progress.prediction is not None and find_task(lesson, progress) is None


def find_present(course: Course, progress: Progress) -> Present | None:
    """Return what somebody does now: the current lesson or, once it is done, the next that is not; None if all are."""
    names = [lesson.name for lesson in course.lessons]
    start = names.index(progress.current) if progress.current in names else 0
    for number in (*range(start, len(names)), *range(start)):
        lesson = course.lessons[number]
        mine = progress.of(lesson.name)
        if not is_done(lesson, mine):
            return Present(number + 1, lesson, find_task(lesson, mine))
    return None


def describe_state(lesson: Lesson, progress: LessonProgress) -> str:
    """Return how far somebody is with a lesson in a few words, such as "1 of 3 tasks done"."""
    if progress.prediction is None:
        return "To do"
    passed = sum(task.name in progress.passed for task in lesson.tasks)
    if passed == len(lesson.tasks):
        return "Done"
    return f"{passed} of {len(lesson.tasks)} tasks done" if passed else "Prediction made"
