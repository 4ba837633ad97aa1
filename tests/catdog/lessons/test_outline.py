"""Where somebody stands in the course."""

import pytest

from catdog.lessons.lesson import Check, Course, Lesson, Prediction, Task
from catdog.lessons.outline import Present, describe_state, find_present, find_task, is_done
from catdog.lessons.progress import LessonProgress, Progress

PREDICTION = Prediction("p", "?", "choice", ("a", "b"), "", 0, 0, 0, {"answer": "a"})
TASKS = tuple(Task(name, name, "", "Go", "train", {}, Check("run", {}), ("", "")) for name in ("t1", "t2"))
FIRST, SECOND = (Lesson(name, name, "", PREDICTION, TASKS, "") for name in ("first", "second"))
COURSE = Course((FIRST, SECOND))
DONE = LessonProgress(prediction="a", passed={"t1": {}, "t2": {}})


@pytest.mark.parametrize(
    ("progress", "name", "words"),
    [
        (LessonProgress(), None, "To do"),
        (LessonProgress(passed={"t1": {}}), None, "To do"),
        (LessonProgress(prediction="a"), "t1", "Prediction made"),
        (LessonProgress(prediction=0.0, passed={"t1": {}}), "t2", "1 of 2 tasks done"),
        (LessonProgress(prediction="a", passed={"t2": {}}), "t1", "1 of 2 tasks done"),
        (DONE, None, "Done"),
    ],
)
def test_the_open_task_is_the_first_that_is_not_passed(progress, name, words):
    task = find_task(FIRST, progress)
    assert (task and task.name) == name
    assert describe_state(FIRST, progress) == words
    assert is_done(FIRST, progress) == (words == "Done")


def test_the_present_lesson_is_the_current_one_then_the_next_that_is_not_done():
    assert find_present(COURSE, Progress()) == Present(1, FIRST, None)
    assert find_present(COURSE, Progress(current="second")) == Present(2, SECOND, None)
    begun = Progress({"first": LessonProgress(prediction="a")}, "first")
    assert find_present(COURSE, begun) == Present(1, FIRST, TASKS[0])
    assert find_present(COURSE, Progress({"first": DONE}, "first")) == Present(2, SECOND, None)
    assert find_present(COURSE, Progress({"second": DONE}, "second")) == Present(1, FIRST, None)
    assert find_present(COURSE, Progress(current="gone")) == Present(1, FIRST, None)
    assert find_present(COURSE, Progress({"first": DONE, "second": DONE}, "second")) is None
    assert find_present(Course(()), Progress()) is None
