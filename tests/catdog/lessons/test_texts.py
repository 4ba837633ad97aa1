"""The lessons that come with the program: each can be read, checked and explained on any data."""

import pytest

from catdog.lessons.checks import check_task
from catdog.lessons.explanation import explain
from catdog.lessons.links import fill_params
from catdog.lessons.progress import Progress
from catdog.lessons.reader import read_course
from catdog.lessons.steps import record_outcome, record_prediction

COURSE = read_course()
PREDICTIONS = {  # of each lesson: right and wrong
    "look-at-the-data": (50, 90),
    "first-cnn": ([[1, 0.6], [20, 0.65]], [[1, 0.6], [20, 0.95]]),
}
ANSWERS = {
    "training_images": 40,
    "test_images": "20",
    "read_gap": 34.0,
}


@pytest.fixture
def runs(make_run):
    """A finished run of model1."""
    return [make_run("model1")]


def play(lesson, workspace, prediction):
    """Do a whole lesson with right answers; return its progress."""
    progress = record_prediction(Progress(), lesson.name, prediction)
    for task in lesson.tasks:
        answer = ANSWERS.get(task.name)
        if task.check.asks == "choice":
            answer = next(option["text"] for option in task.check.values["options"] if option["right"])
        outcome = check_task(task, workspace, answer)
        assert outcome.passed, (task.name, outcome.reason)
        progress = record_outcome(progress, lesson, task.name, answer, outcome.passed, outcome.evidence)
    assert progress.of(lesson.name).finished
    return progress.of(lesson.name)


def test_all_lessons_can_be_read():
    assert COURSE.faults == ()
    assert [lesson.name for lesson in COURSE.lessons] == list(PREDICTIONS)


@pytest.mark.parametrize("name", PREDICTIONS)
def test_a_right_prediction_is_explained(name, runs, workspace):
    lesson = COURSE.lesson(name)
    text = explain(lesson, play(lesson, workspace(*runs), PREDICTIONS[name][0]), workspace(*runs))
    assert text.startswith("## ")


@pytest.mark.parametrize("name", PREDICTIONS)
def test_without_runs_nothing_passes_that_needs_one(name, workspace):
    for task in COURSE.lesson(name).tasks:
        if task.check.kind == "run" or "of" in task.check.values:
            outcome = check_task(task, workspace(), 1)
            assert not outcome.passed
            assert "You have no run of model" in outcome.reason


def test_a_button_leads_to_the_students_own_run(runs, workspace):
    task = COURSE.lesson("first-cnn").task("read_gap")
    assert fill_params(task, workspace(*runs)) == {"run": runs[0].id}
    assert fill_params(task, workspace()) == {}
